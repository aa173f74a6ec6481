/** The task `instar: check` runs the project's command line, and its findings are in the Problems view, once each. */
import assert from "node:assert/strict";
import { wrong } from "../extension-host/worlds.ts";
import type { Scenario } from "../scenario.ts";

export default {
  settings: { "instar.diagnostics.scope": "openFiles" },
  gallery: {
    tasks: {
      section: "The first five minutes",
      title: "A task",
      caption: "The task *instar: check* with its findings in the Problems view, by the problem matcher `$instar`.",
    },
  },
  async run({ project, open, step, shoot }) {
    project.write("src/bell.actor.ts", wrong);
    const check = { type: "instar", command: "check", group: { kind: "test", isDefault: true } };
    project.write(".vscode/tasks.json", JSON.stringify({ version: "2.0.0", tasks: [check] }));
    const workbench = await open("package.json");
    await step("the test task of the project is the check, and prints what it finds", async () => {
      await workbench.command("Tasks: Run Test Task");
      // The summary is the last line; what stands above it may be out of sight.
      await workbench.terminalLine(/1 error in \d+ actor modules/).waitFor();
    });
    await step("the finding of a file that is not open is in the Problems view", async () => {
      await workbench.showProblems();
      await workbench.problem("function-in-state").waitFor();
      await shoot("tasks");
    });
    await step("it leads to the place, and is shown once when the file is open", async () => {
      await workbench.openProblem(workbench.problem("function-in-state"));
      await workbench.cursorIsAt("readonly listener", "bell.actor.ts");
      await workbench.squiggle("error").or(workbench.squiggle("warning")).first().waitFor();
      assert.equal(await workbench.page.locator(".markers-panel .monaco-list-row", { hasText: "function-in-state" }).count(), 1);
    });
  },
} satisfies Scenario;
