/** Somebody reads findings: with what belongs to them, for the files that they want, and although the server that finds them is killed. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

const rule = "state-changed-no-code-change";
const field = "  readonly title: string;";

export default {
  gallery: {
    "related-information": {
      section: "While you type",
      title: "What a finding is about",
      caption: "In the Problems view a finding leads to the line of the snapshot that says what was released, and to the page of its rule.",
    },
    "language-status": {
      section: "When something is wrong",
      title: "The state of the language server",
      caption:
        "The language status says what the project is compared with, when it was looked at last, and what is wrong with its configuration.",
    },
    "server-ended": {
      section: "When something is wrong",
      title: "The language server was killed while somebody typed",
      caption: "It is started again, the findings come back, and the message leads to its log.",
    },
  },
  async run({ project, folder, open, step, shoot }) {
    project.instar("release");
    const workbench = await open("package.json");
    const { page } = workbench;
    const finding = workbench.problem(rule);

    await step("a finding leads to what was released", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.showProblems();
      await workbench.replace(field, "  readonly title: number;");
      await finding.waitFor();
      await workbench.squiggle("error").waitFor();
      const related = workbench.problem("as it was in version 1 of src/room.actor");
      if (!(await related.isVisible())) await workbench.toggleRow(finding);
      await related.waitFor();
      await shoot("related-information");
      await related.dblclick();
      await workbench.cursorIsAt("readonly title: string", "1.d.ts");
    });

    await step("the language status says what is compared, when, and what is wrong with the configuration", async () => {
      project.write("instar.config.json", '{\n  "rulez": {}\n}\n');
      await workbench.openFile("room.actor.ts");
      const status = page.locator('[id="status.languageStatus"]');
      await until("the status to tell of the configuration", async () => {
        await status.hover();
        return page
          .locator(".hover-language-status", { hasText: "problem with the configuration" })
          .first()
          .waitFor({ timeout: 5000 })
          .then(
            () => true,
            () => false,
          );
      });
      await page.locator(".hover-language-status", { hasText: "Compared with the newest snapshots" }).first().waitFor();
      await page
        .locator(".hover-language-status", { hasText: /\d+ actor modules/ })
        .first()
        .waitFor();
      await shoot("language-status", { x: 640, y: 560, width: 640, height: 400 });
      project.write("instar.config.json", "{}\n");
      await workbench.focusEditor();
    });

    await step("a server that is killed while somebody types is back with the findings", async () => {
      await workbench.replace("readonly title: number;", "readonly title: string;");
      await finding.waitFor({ state: "detached" });
      const before = servers(folder);
      assert.equal(before.length, 1);
      await workbench.select(field);
      await page.keyboard.press("ArrowRight");
      await page.keyboard.insertText("\n  readonly to");
      process.kill(before[0]!, "SIGKILL");
      await page.keyboard.insertText("pic: string;");
      await workbench.toast("ended unexpectedly").waitFor();
      await finding.waitFor();
      await shoot("server-ended");
      await until("one server, and another one", () => servers(folder).length === 1 && servers(folder)[0] !== before[0]);
      await workbench.cursorTo("export default actor<Room>");
      await workbench.lens("1 change since v1").waitFor();
      // No more than that: a toast for each key would be worse than no findings.
      assert.equal(await page.locator(".notification-toast").count(), 1);
      await workbench.clearToasts();
    });
  },
} satisfies Scenario;

/** The language servers of this suite's VS Code. */
function servers(folder: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return command.includes("server.cjs") && command.includes(dirname(folder));
      } catch {
        return false;
      }
    });
}
