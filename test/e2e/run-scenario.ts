/** Sets the stage for one scenario, runs it, and keeps what it saw: screenshots, the page's console and the server's output. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CodeServer, ServerKind } from "./code-server.ts";
import { copyExample } from "./project.ts";
import type { Clip, Scenario } from "./scenario.ts";
import type { Tools } from "./setup.ts";
import { openWorkbench, type Workbench } from "./workbench.ts";
import type { Browser } from "playwright-core";

/** What all scenarios of a run share. Browser and server start when the first scenario asks for them. */
export interface Suite {
  readonly tools: Tools;
  readonly packages: string;
  readonly temporary: string;
  /** Where screenshots and logs go. */
  readonly out: string;
  browser(): Promise<Browser>;
  server(): Promise<CodeServer>;
  /** One that only this scenario uses. */
  ownServer(name: string, kind: ServerKind): Promise<CodeServer>;
}

export interface Outcome {
  readonly name: string;
  /** Names of the steps that passed. */
  readonly passed: readonly string[];
  readonly failed: boolean;
  readonly seconds: number;
}

export async function runScenario(suite: Suite, name: string, scenario: Scenario): Promise<Outcome> {
  const start = performance.now();
  const folder = join(suite.temporary, name);
  const out = join(suite.out, name);
  mkdirSync(out, { recursive: true });
  const project = (scenario.project ?? copyExample)({ root: join(folder, "chat"), packages: suite.packages });
  if (scenario.settings !== undefined) project.write(".vscode/settings.json", JSON.stringify(scenario.settings, null, 2));

  const consoleLines: string[] = [];
  const passed: string[] = [];
  let ownServer: CodeServer | undefined;
  let workbench: Workbench | undefined;
  let shots = 0;
  let current = "the start";

  const photograph = async (label: string): Promise<void> => {
    shots += 1;
    const file = `${String(shots).padStart(2, "0")}-${label.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}.png`;
    await workbench?.page.screenshot({ path: join(out, file) });
  };
  try {
    await scenario.run({
      project,
      folder,
      tools: suite.tools,
      async open(file, target = project.root) {
        await workbench?.close();
        if (scenario.server !== undefined) ownServer ??= await suite.ownServer(name, scenario.server);
        const { url } = ownServer ?? (await suite.server());
        const onConsole = (line: string): void => void consoleLines.push(line);
        workbench = await openWorkbench({ browser: await suite.browser(), url, target, onConsole });
        await workbench.ready(file);
        return workbench;
      },
      async step(step, action) {
        current = step;
        const begin = performance.now();
        await action();
        await photograph(step);
        passed.push(step);
        console.log(`ok   ${name}: ${step} (${seconds(begin)} s)`);
      },
      async shoot(label, part) {
        if (workbench === undefined) throw new Error(`There is no window to take "${label}" of.`);
        await writeWebp(workbench, join(out, `${label}.webp`), part !== undefined && "boundingBox" in part ? await boxOf(part) : part);
      },
    });
    const missing = Object.keys(scenario.gallery ?? {}).filter((label) => !exists(join(out, `${label}.webp`)));
    if (missing.length > 0) throw new Error(`No screenshot was taken of ${missing.join(", ")}.`);
    return { name, passed, failed: false, seconds: Number(seconds(start)) };
  } catch (error) {
    await photograph("failed").catch(() => undefined);
    // What was said and is not shown any more often tells why.
    await workbench?.page
      .locator('[id="status.notifications"]')
      .click({ timeout: 5000 })
      .catch(() => undefined);
    await photograph("failed-notifications").catch(() => undefined);
    console.error(`FAIL ${name}: ${current}\n`, error);
    const last = consoleLines.flatMap((line) => (isNoise(line) ? [] : [line.split("\n")[0] ?? ""])).slice(-15);
    if (last.length > 0) console.error(`The page's console said last:\n  ${last.join("\n  ")}`);
    return { name, passed, failed: true, seconds: Number(seconds(start)) };
  } finally {
    writeFileSync(join(out, "console.log"), consoleLines.join("\n"));
    await workbench?.close();
    await project.stopRuntimes().catch((error: unknown) => console.error(error));
    await ownServer?.stop();
  }
}

/** WebP takes a third of what PNG takes. Playwright does not write it, Chromium does. */
async function writeWebp({ page }: Workbench, file: string, clip: Clip | undefined): Promise<void> {
  // What is just fading in would be half there. A cursor that blinks for ever is not waited for.
  await page.evaluate(animationsEnd);
  const session = await page.context().newCDPSession(page);
  const size = page.viewportSize() ?? { width: 1280, height: 960 };
  const { data } = await session.send("Page.captureScreenshot", {
    format: "webp",
    quality: 80,
    clip: { ...(clip ?? { x: 0, y: 0, ...size }), scale: 1 },
  });
  await session.detach();
  writeFileSync(file, Buffer.from(data, "base64"));
}

const animationsEnd = `Promise.allSettled(
  document.getAnimations().filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime)).map(({ finished }) => finished),
).then(() => undefined)`;

async function boxOf(part: { boundingBox(): Promise<Clip | null> }): Promise<Clip> {
  const box = await part.boundingBox();
  if (box === null) throw new Error("What the screenshot is of is not on the screen.");
  return box;
}

/** What the console says in every run: parts of VS Code that the setup leaves out. */
function isNoise(line: string): boolean {
  return !/^(error|page error)/.test(line) || /github|git-base|bindings file|watchdog|status of 404|ERR_FAILED/i.test(line);
}

function exists(file: string): boolean {
  try {
    return readFileSync(file).length > 0;
  } catch {
    return false;
  }
}

const seconds = (start: number): string => ((performance.now() - start) / 1000).toFixed(1);
