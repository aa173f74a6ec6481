/**
 * The editor test, `npm run test:e2e [-- <scenario…>]`: packages the extension, installs it into a real VS Code (code-server, seen through a
 * headless Chromium) and runs the scenarios of `scenarios/` in it, each in a window and a project of its own. What they saw is left in
 * `test/e2e/out/`. `--gallery` takes the pictures of `docs/gallery.md` from this run, `--jobs <n>` runs that many scenarios at once,
 * `--keep` leaves the projects for a look. In CI a scenario that fails is run once more, from the start, and named if it passes then: a busy
 * machine must not refuse a change that is right.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium, type Browser } from "playwright-core";
import { installExtension, startCodeServer, type CodeServer, type ServerKind } from "./code-server.ts";
import { copyPackages } from "./copy-packages.ts";
import { updateGallery } from "./gallery.ts";
import { loadScenarios } from "./load-scenarios.ts";
import { packageExtension } from "./package-extension.ts";
import { runScenario, type Outcome, type Suite } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { setup } from "./setup.ts";
import { chromiumArguments } from "./workbench.ts";

const out = fileURLToPath(new URL("out/", import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    gallery: { type: "boolean", default: false },
    jobs: { type: "string", default: "1" },
    keep: { type: "boolean", default: false },
  },
});

const temporary = mkdtempSync(join(tmpdir(), "instar-e2e-"));
// Also where the test is interrupted; what it started ends with it.
process.once("exit", () => {
  if (options.keep) console.log(`The projects: ${temporary}`);
  else rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const start = performance.now();
try {
  const scenarios = await loadScenarios(positionals);
  const outcomes = await runAll(scenarios);
  const failed = outcomes.filter((outcome) => outcome.failed);
  const passed = outcomes.filter((outcome) => !outcome.failed).map(({ name }) => name);
  if (options.gallery) await updateGallery(passed, out);
  const slowest = outcomes.toSorted((a, b) => b.seconds - a.seconds).map(({ name, seconds }) => `${name} ${seconds} s`);
  console.log(`Scenarios by time: ${slowest.join(", ")}.`);
  console.log(`Screenshots and logs: ${out}`);
  const total = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`e2e: ${outcomes.length - failed.length} passed, ${failed.length} failed in ${total} s`);
  if (failed.length > 0) console.log(`Failed: npm run test:e2e -- ${failed.map(({ name }) => name).join(" ")}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof Error && error.message.startsWith("The editor test") ? error.message : error);
}

async function runAll(scenarios: ReadonlyMap<string, Scenario>): Promise<Outcome[]> {
  const tools = setup();
  const packages = join(temporary, "packages/node_modules");
  copyPackages(packages);
  const extensions = join(temporary, "extensions");
  const installed = once(async () => installExtension(tools, packageExtension(), extensions, join(temporary, "vscode")));
  const startServer = async (name: string, kind?: ServerKind): Promise<CodeServer> => {
    await installed();
    return startCodeServer(tools, { folder: join(temporary, name), extensions, log: join(out, `${name}.log`) }, kind);
  };
  const server = once(() => startServer("vscode"));
  const browser = once(() => chromium.launch({ executablePath: tools.chromium, headless: true, args: chromiumArguments }));
  const suite: Suite = { tools, packages, temporary, out, browser, server, ownServer: (name, kind) => startServer(`vscode-${name}`, kind) };
  const secondTry: Suite = {
    ...suite,
    temporary: join(temporary, "second-try"),
    out: join(out, "second-try"),
    ownServer: (name, kind) => startServer(`vscode-${name}-second-try`, kind),
  };

  const outcomes: Outcome[] = [];
  const waiting = [...scenarios];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const outcome = await runScenario(suite, ...next);
      const isTriedAgain = outcome.failed && process.env.CI !== undefined && !options.gallery;
      outcomes.push(isTriedAgain ? await runScenario(secondTry, ...next) : outcome);
      if (isTriedAgain && outcomes.at(-1)?.failed === false) console.log(`Passed at the second try only: ${outcome.name}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: Number(options.jobs) }, work));
  } finally {
    await browser.started()?.then((started: Browser) => started.close());
    await server.started()?.then((started) => started.stop());
  }
  return outcomes;
}

/** `make`, called when it is asked for the first time. */
function once<T>(make: () => Promise<T>): (() => Promise<T>) & { started(): Promise<T> | undefined } {
  let made: Promise<T> | undefined;
  return Object.assign(() => (made ??= make()), { started: () => made });
}
