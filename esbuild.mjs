/**
 * Builds everything that is published or run: the extension's two bundles in `dist/`, the runtime package with its declarations in
 * `runtime/dist/`, and the language server and command line in `server/dist/`. `npm ci` runs it through `prepare`.
 */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const at = (path) => join(root, path);
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

const common = { bundle: true, platform: "node", target: "node20", logLevel: "warning", absWorkingDir: root };
/** ES modules that bundle CommonJS dependencies need `require`. */
const esmBanner = {
  js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
};

const { dependencies } = JSON.parse(readFileSync(at("server/package.json"), "utf8"));
/** What every start needs: in one piece with the rest, it takes half the time. */
const bundled = /^vscode-|^jsonc-parser$|^picomatch$/;
const externalToServer = Object.keys(dependencies).filter((name) => !bundled.test(name));

for (const folder of ["dist", "runtime/dist", "server/dist"]) rmSync(at(folder), { recursive: true, force: true });
// For `npm run packages`, which makes no folder.
mkdirSync(at("dist/packages"), { recursive: true });

await Promise.all([
  build({
    ...common,
    entryPoints: { main: at("client/src/main.ts"), extension: at("client/src/extension.ts") },
    outdir: at("dist"),
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    external: ["vscode"],
    mainFields: ["module", "main"],
    minify: true,
  }),
  build({
    ...common,
    platform: "browser",
    target: "es2022",
    // With the style sheet that it imports, as dashboard.css.
    entryPoints: { dashboard: at("client/webview/dashboard.ts") },
    outdir: at("dist"),
    minify: true,
  }),
  build({
    ...common,
    entryPoints: { server: at("server/src/main.ts") },
    outdir: at("dist"),
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    mainFields: ["module", "main"],
    minify: true,
    loader: { ".md": "text" },
    // Who asks for it there gets nothing, and knows that.
    logOverride: { "empty-import-meta": "silent" },
  }),
  build({
    ...common,
    entryPoints: {
      index: at("runtime/src/index.ts"),
      testing: at("runtime/src/testing.ts"),
      "dev/index": at("runtime/src/dev/index.ts"),
      "dev/child": at("runtime/src/dev/child.ts"),
    },
    outdir: at("runtime/dist"),
    format: "esm",
    // One copy of each module, so that `instar` and `instar/dev` share the default system.
    splitting: true,
    packages: "external",
    sourcemap: true,
  }),
  build({
    ...common,
    entryPoints: {
      main: at("server/src/main.ts"),
      cli: at("server/src/cli/cli.ts"),
      // A thread's file: shape-port.ts looks for it by this name.
      "shape-worker": at("server/src/live/shape-worker.ts"),
      // A process's file: step-process.ts looks for it by this name.
      "prove-child": at("server/src/prove/prove-child.ts"),
    },
    outdir: at("server/dist"),
    format: "esm",
    splitting: true,
    // Dependencies are loaded from node_modules; only what is asked for is loaded.
    external: externalToServer,
    mainFields: ["module", "main"],
    banner: esmBanner,
    sourcemap: true,
    loader: { ".md": "text" },
  }),
]);

// The rules' pages, which `instar explain` reads from the disk.
mkdirSync(at("server/dist/rules"), { recursive: true });
for (const page of readdirSync(at("server/src/analysis/rules")).filter((name) => name.endsWith(".md"))) {
  copyFileSync(at(`server/src/analysis/rules/${page}`), at(`server/dist/rules/${page}`));
}

// What `$schema` in a project's configuration leads to.
copyFileSync(at("schemas/instar.config.schema.json"), at("server/dist/instar.config.schema.json"));

execFileSync(process.execPath, [tsc, "-p", at("runtime/tsconfig.build.json")], { stdio: "inherit" });
