/**
 * Tests inside the extension host, `npm run test:extension-host [-- <part of a name…>]`: what the extension does at VS Code's programming
 * interface, in workspaces that are unlike each other. Each test file runs in a window of its own, over the packaged extension; `worlds.ts`
 * says what is open in it. In CI a file with a failure is run once more, as are scenarios. A failed test's words and the server's output are
 * left in `test/e2e/out/extension-host/`.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { type CodeServer, installExtension, startCodeServer } from "./code-server.ts";
import { copyPackages } from "./copy-packages.ts";
import type { Told } from "./extension-host/run.ts";
import { type World, worlds } from "./extension-host/worlds.ts";
import { packageExtension } from "./package-extension.ts";
import { setup } from "./setup.ts";
import { patience } from "./until.ts";
import { chromiumArguments } from "./workbench.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = join(here, "out/extension-host");
/** How long the tests of one file may take in all. */
const limit = 4 * patience;

const temporary = mkdtempSync(join(tmpdir(), "instar-host-"));
// Also where the test is interrupted; what it started ends with it.
process.once("exit", () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const tools = setup();
const packages = join(temporary, "packages/node_modules");
copyPackages(packages);
const extension = await extensionWithTests();
const browser = await chromium.launch({ executablePath: tools.chromium, headless: true, args: chromiumArguments });
const servers = new Map<string, CodeServer>();
const parts = process.argv.slice(2);
let passed = 0;
let failed = 0;
try {
  for (const [name, world] of Object.entries(worlds)) {
    if (parts.length > 0 && !parts.some((part) => name.includes(part))) continue;
    const first = await runIn(name, world);
    const failures = first.flatMap(({ title, error }) => (error === undefined ? [] : [`${name}: ${title}\n${error}`]));
    const isTriedAgain = process.env["CI"] !== undefined && failures.length > 0;
    if (isTriedAgain) console.log(`Once more, from the start, after ${failures.join("\n")}`);
    const told = isTriedAgain ? await runIn(name, world, `${name}-second-try`) : first;
    for (const { title, error, milliseconds } of told) {
      if (error === undefined) passed += 1;
      else failed += 1;
      console.log(
        `${error === undefined ? "ok  " : "FAIL"} ${name}: ${title} (${milliseconds} ms)${error === undefined ? "" : `\n${error}`}`,
      );
    }
  }
} finally {
  await browser.close();
  await Promise.all(Array.from(servers.values(), (server) => server.stop()));
}
console.log(`extension host: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** The extension as it is installed, with the tests in it: only what lies in its folder gets its programming interface. */
async function extensionWithTests(): Promise<string> {
  const extensions = join(temporary, "extensions");
  installExtension(tools, packageExtension(), extensions, join(temporary, "installing"));
  const [installed] = readdirSync(extensions).filter((name) => name.startsWith("instar.instar-vscode"));
  const folder = join(temporary, "extension");
  cpSync(join(extensions, installed!), folder, { recursive: true });
  await build({
    entryPoints: ["run.ts", ...Object.keys(worlds).map((name) => `${name}.test.ts`)].map((file) => join(here, "extension-host", file)),
    outdir: join(folder, "dist/tests"),
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
    sourcemap: "inline",
    logLevel: "warning",
  });
  return folder;
}

async function runIn(name: string, { server: kind = {}, open }: World, folder = name): Promise<readonly Told[]> {
  const server = await serverOf(JSON.stringify(kind), () =>
    startCodeServer(
      tools,
      {
        folder: join(temporary, `vscode-${servers.size}`),
        extensions: join(temporary, "none"),
        log: join(out, `server-${servers.size}.log`),
      },
      { ...kind, driver: true },
    ),
  );
  const root = join(temporary, folder);
  mkdirSync(root, { recursive: true });
  const target = open({ root, packages });
  const results = join(temporary, `${folder}.json`);
  const authority = `vscode-remote://${new URL(server.url).host}`;
  const environment = {
    TEST_FILE: join(extension, `dist/tests/${name}.test.cjs`),
    TEST_RESULTS: results,
    TEST_ROOT: root,
    TEST_MOCHA: join(here, "node_modules/mocha/index.js"),
  };
  const payload = JSON.stringify([
    ["extensionDevelopmentPath", authority + extension],
    ["extensionTestsPath", authority + join(extension, "dist/tests/run.cjs")],
    ["extensionEnvironment", JSON.stringify(environment)],
  ]);
  const context = await browser.newContext({ viewport: { width: 1280, height: 960 } });
  try {
    const page = await context.newPage();
    const lines: string[] = [];
    page.on("console", (message) => lines.push(message.text()));
    await page.exposeFunction("codeAutomationLog", () => {});
    const ended = new Promise<void>((resolve) => void page.exposeFunction("codeAutomationExit", () => resolve()));
    const way = target.endsWith(".code-workspace") ? "workspace" : "folder";
    await page.goto(`${server.url}/?${way}=${encodeURIComponent(target)}&payload=${encodeURIComponent(payload)}`);
    const inTime = await Promise.race([ended.then(() => true), page.waitForTimeout(limit).then(() => false)]);
    if (existsSync(results)) return JSON.parse(readFileSync(results, "utf8")) as Told[];
    await page.screenshot({ path: join(out, `${name}.png`) });
    const why = inTime ? "The extension host ended without a result." : `The tests were not done after ${limit / 1000} s.`;
    return [{ title: "runs", milliseconds: 0, error: `${why} The page's console said last:\n  ${lines.slice(-10).join("\n  ")}` }];
  } finally {
    await context.close();
  }
}

async function serverOf(kind: string, start: () => Promise<CodeServer>): Promise<CodeServer> {
  const there = servers.get(kind);
  if (there !== undefined) return there;
  const started = await start();
  servers.set(kind, started);
  return started;
}
