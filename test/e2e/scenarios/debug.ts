/** F5 on an application: the dev runtime under VS Code's own debugger, which stops in TypeScript. */
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

export default {
  gallery: {
    debug: {
      section: "When something is wrong",
      title: "The debugger",
      caption:
        "An application on the dev runtime under VS Code's JavaScript debugger, stopped in a handler. Breakpoints hold across upgrades.",
    },
  },
  async run({ project, open, step, shoot }) {
    const workbench = await open("package.json");
    const { page } = workbench;
    const stopped = page.locator(".debug-top-stack-frame-line").first();
    await step("a breakpoint is set in a handler, and F5 runs the application", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.cursorTo("const name = await who.call");
      await page.keyboard.press("F9");
      await page.locator(".codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified").first().waitFor();
      await workbench.openFile("app.ts");
      await page.keyboard.press("F5");
      await workbench.pick(/^Instar/);
      await workbench.debugToolbar.waitFor();
    });
    await step("it stops there, with the state of the process", async () => {
      await stopped.waitFor();
      await workbench.cursorIsAt("const name = await who", "room.actor.ts");
      await page.locator(".debug-call-stack .monaco-list-row", { hasText: "join" }).first().waitFor();
      await shoot("debug");
    });
    await step("without the breakpoint it runs on, and Stop ends it with all that it started", async () => {
      await page.keyboard.press("F9");
      await workbench.pressInDebugToolbar("Continue");
      await stopped.waitFor({ state: "detached" });
      await until("the run file of the dev runtime", () => project.runFiles().length === 1);
      const [{ pid } = { pid: 0 }] = project.runFiles();
      await workbench.pressInDebugToolbar("Stop");
      await workbench.debugToolbar.waitFor({ state: "hidden" });
      await until("the dev runtime to end", () => !isAlive(pid));
    });
  },
} satisfies Scenario;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
