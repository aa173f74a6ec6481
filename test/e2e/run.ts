/**
 * The editor test, `npm run test:e2e`: packages the extension, installs it into a real VS Code (code-server, seen through a headless
 * Chromium) and does there what a person would do with the chat example; then Neovim as a second client of the language server.
 * A screenshot of each step is left in `test/e2e/out/`. `--only editor|neovim` runs a half of it, `--update-picture` takes the
 * README's picture from this run, `--vsix <file>` takes a packaged extension instead of packaging one.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startCodeServer } from "./code-server.ts";
import { copyExample } from "./project.ts";
import { editorSteps, neovimSteps, type Step } from "./scenario.ts";
import { setup, type Tools } from "./setup.ts";
import { openWorkbench } from "./workbench.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const out = fileURLToPath(new URL("out/", import.meta.url));
const { values: options } = parseArgs({
  options: { only: { type: "string" }, vsix: { type: "string" }, "update-picture": { type: "boolean", default: false } },
});

let passed = 0;
let failed = 0;
const temporary = mkdtempSync(join(tmpdir(), "instar-e2e-"));
// Also where the test is interrupted; what it started ends with it.
process.once("exit", () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
try {
  const tools = setup();
  if (options.only !== "neovim") await testEditor(tools);
  if (options.only !== "editor") await runSteps(neovimSteps(tools, copyExample(temporary, "chat-neovim"), temporary));
} catch (error) {
  failed += 1;
  console.error(error instanceof Error && error.message.startsWith("The editor test") ? error.message : error);
}
console.log(`Screenshots and logs: ${out}`);
console.log(`e2e: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function testEditor(tools: Tools): Promise<void> {
  const vsix = options.vsix ?? packageExtension();
  const project = copyExample(temporary, "chat");
  const consoleLines: string[] = [];
  const server = await startCodeServer(tools, { folder: join(temporary, "vscode"), vsix, log: join(out, "server.log") });
  try {
    const workbench = await openWorkbench({
      chromium: tools.chromium,
      url: server.url,
      folder: project.root,
      onConsole: (line) => consoleLines.push(line),
    });
    let shots = 0;
    const shoot = async (name: string): Promise<void> => {
      shots += 1;
      await workbench.page.screenshot({ path: join(out, `${String(shots).padStart(2, "0")}-${name}.png`) });
    };
    try {
      const picture = join(out, "picture.png");
      // Without the empty part of the Problems view.
      const clip = { x: 0, y: 0, width: 1280, height: 710 };
      await runSteps(
        editorSteps(workbench, project, async () => void (await workbench.page.screenshot({ path: picture, clip }))),
        shoot,
      );
      if (options["update-picture"] && failed === 0) copyFileSync(picture, join(repository, "docs/images/editor.png"));
    } finally {
      writeFileSync(join(out, "console.log"), consoleLines.join("\n"));
      await workbench.close();
    }
  } finally {
    await project.stopRuntimes().finally(() => server.stop());
  }
}

function packageExtension(): string {
  execFileSync("npm", ["run", "--silent", "package"], { cwd: repository, stdio: ["ignore", "ignore", "inherit"] });
  return join(repository, "dist/instar.vsix");
}

/** Each step builds on the one before, so the first failure ends the scenario; the steps not reached count as failed. */
async function runSteps(steps: readonly Step[], shoot?: (name: string) => Promise<void>): Promise<void> {
  for (const [index, step] of steps.entries()) {
    const start = performance.now();
    try {
      await step.run();
      await shoot?.(step.name.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase());
      passed += 1;
      console.log(`ok   ${step.name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
      await shoot?.("failed").catch(() => undefined);
      failed += steps.length - index;
      console.error(`FAIL ${step.name}\n`, error);
      for (const missed of steps.slice(index + 1)) console.error(`     not reached: ${missed.name}`);
      return;
    }
  }
}
