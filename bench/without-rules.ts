/** The command line without any rule, and without the look at texts that rules need: what a cold start costs beside all that is judged. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));

/** What takes their place. */
const none: Readonly<Record<string, string>> = {
  "/server/src/analysis/rules/all.ts": "export {};",
  "/server/src/analysis/bodies/words.ts": "export const words = {};",
};

/**
 * @param folder where it is built.
 * @returns its file.
 */
export async function buildWithoutRules(folder: string): Promise<string> {
  const { dependencies } = JSON.parse(readFileSync(join(root, "server/package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  await build({
    absWorkingDir: root,
    entryPoints: { cli: join(root, "server/src/cli/cli.ts") },
    outdir: folder,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    splitting: true,
    sourcemap: true,
    logLevel: "error",
    external: Object.keys(dependencies).filter((name) => !/^vscode-|^jsonc-parser$|^picomatch$/.test(name)),
    mainFields: ["module", "main"],
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
    loader: { ".md": "text" },
    plugins: [
      {
        name: "without rules",
        setup({ onLoad }) {
          onLoad({ filter: /[/\\](?:all|words)\.ts$/ }, ({ path }) => {
            const file = path.replaceAll("\\", "/");
            const [, contents] = Object.entries(none).find(([end]) => file.endsWith(end)) ?? [];
            return contents === undefined ? undefined : { contents, loader: "ts" };
          });
        },
      },
    ],
  });
  return join(folder, "cli.js");
}
