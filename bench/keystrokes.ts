/**
 * What a person waits for in the real editor: from a keystroke to the squiggle, in VS Code on a workspace of 1,000 actor modules that import
 * 300 shared ones: `npm run bench:editor`. Each keystroke makes an error for Instar (the state has changed) and one for TypeScript (the
 * initial state lacks a field), and both are timed in the page, from the event of the key to the element of the squiggle. `-- --quick` takes
 * a small workspace and few keystrokes.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { generateWorkspace } from "./generate-workspace.ts";
import { installExtension, startCodeServer } from "../test/e2e/code-server.ts";
import { packageExtension } from "../test/e2e/package-extension.ts";
import { setup } from "../test/e2e/setup.ts";
import { chromiumArguments, openWorkbench, type Workbench } from "../test/e2e/workbench.ts";

const quick = process.argv.includes("--quick");
const [actors, shared, keystrokes] = quick ? [60, 20, 10] : [1000, 300, 100];

/** What is typed after: the name of a field. */
const field = "  readonly name";
/** The line in which Instar's squiggle is then, and that of TypeScript. */
const lines = ["interface State {", "  init: (name) =>"] as const;

interface Keystroke {
  readonly instar: number;
  readonly typescript: number;
}

const temporary = mkdtempSync(join(tmpdir(), "instar-bench-"));
process.once("exit", () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const tools = setup();
const workspace = generateWorkspace(
  join(temporary, "bench"),
  actors,
  shared,
  fileURLToPath(new URL("../server/dist/cli.js", import.meta.url)),
);
const extensions = join(temporary, "extensions");
installExtension(tools, packageExtension(), extensions, join(temporary, "vscode"));
const server = await startCodeServer(tools, { folder: join(temporary, "vscode"), extensions, log: join(temporary, "vscode.log") });
const browser = await chromium.launch({ executablePath: tools.chromium, headless: true, args: chromiumArguments });
try {
  const workbench = await openWorkbench({ browser, url: server.url, target: workspace.root, onConsole: () => {} });
  await workbench.ready("package.json");
  await workbench.openFile(relative(join(workspace.root, "src"), workspace.actor).split("/").at(-1) ?? "");
  const measured = await measure(workbench);
  console.log(
    `keystroke to squiggle, ${actors} actor modules and ${shared} shared ones, ${keystrokes} keystrokes, ${cpus().length} processors (${cpus()[0]?.model ?? "unknown"})`,
  );
  report(
    "Instar",
    measured.map(({ instar }) => instar),
  );
  report(
    "TypeScript",
    measured.map(({ typescript }) => typescript),
  );
  await workbench.close();
} finally {
  await browser.close();
  await server.stop();
}

/** Types a letter into the field's name, waits for both squiggles, takes it back, waits until both are gone. */
async function measure(workbench: Workbench): Promise<Keystroke[]> {
  const { page } = workbench;
  await page.evaluate(readFileSync(new URL("programs/watch-squiggles.mjs", import.meta.url), "utf8"));
  await workbench.select(field);
  await page.keyboard.press("ArrowRight");
  // So that both lines are on the screen.
  await workbench.scrollDown(2);
  const type = async (key: string, present: boolean): Promise<Keystroke> => {
    // The key must not come before who listens for it.
    await page.evaluate(`void (globalThis.seen = watchSquiggles(${JSON.stringify(lines)}, ${present}))`);
    await page.keyboard.press(key);
    const [instar = 0, typescript = 0] = await page.evaluate<number[]>("globalThis.seen");
    return { instar, typescript };
  };
  // The first waits until TypeScript has loaded the project.
  await type("x", true);
  const measured: Keystroke[] = [];
  while (measured.length < keystrokes) {
    await type("Backspace", false);
    measured.push(await type("x", true));
  }
  return measured;
}

function report(who: string, durations: readonly number[]): void {
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0).padStart(6);
  console.log(`  ${who.padEnd(12)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms   most ${at(1)} ms`);
}
