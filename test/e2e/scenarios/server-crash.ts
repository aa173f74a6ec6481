/** The language server dies while a person types: what they typed stays, findings come back, and they are told once. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

export default {
  gallery: {
    told: {
      section: "When something is wrong",
      title: "A language server that ended",
      caption: "It is started again, with the text as it is in the editor. The notification leads to what ended it.",
    },
  },
  async run({ project, open, step, shoot }) {
    project.instar("release");
    const workbench = await open("package.json");
    const told = workbench.toast("The Instar language server ended unexpectedly and is started again.");
    const killServer = async (): Promise<void> => {
      let server: number | undefined;
      await until("the language server of this window", () => (server = serverOf(project.root)) !== undefined);
      if (server !== undefined) process.kill(server, "SIGKILL");
    };

    await step("the server is killed between two keys, and what is typed is judged by the next one", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.cursorTo("export default actor<Room>");
      await workbench.lens("no change since v1").waitFor();
      await workbench.typeAfter("  readonly title: string;", "\n  readonly top");
      await killServer();
      await workbench.page.keyboard.type("ic: string;");
      await told.waitFor();
      await workbench.showProblems();
      await workbench.problem("state-changed-no-code-change").waitFor();
      await workbench.squiggle("error").waitFor();
      await shoot("told");
    });
    await step("the notification leads to what ended it", async () => {
      await workbench.pressInToast("The Instar language server ended", "Show Output");
      // Its text is not there: the setup leaves out what VS Code writes logs with.
      const channel = workbench.page.locator(".part.panel select");
      await until("the channel of the extension", async () => /Instar/.test(await channel.first().locator("option:checked").innerText()));
    });
    await step("when it ends again nobody is interrupted, and findings follow the text as before", async () => {
      await workbench.clearToasts();
      await killServer();
      await workbench.replace("\n  readonly topic: string;", "");
      await workbench.showProblems();
      await workbench.noProblems();
      assert.equal(await told.count(), 0);
      await workbench.cursorTo("export default actor<Room>");
      await workbench.lens("no change since v1").waitFor();
    });
  },
} satisfies Scenario;

/** The process id of the language server that VS Code started for this folder; other windows have others. */
function serverOf(root: string): number | undefined {
  const of = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("dist/server.cjs") && readlinkSync(`/proc/${pid}/cwd`) === root;
    } catch {
      // It has ended meanwhile.
      return false;
    }
  };
  const found = readdirSync("/proc").find((name) => /^\d+$/.test(name) && of(name));
  return found === undefined ? undefined : Number(found);
}
