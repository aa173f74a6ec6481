/** Somebody reads findings, what belongs to them, and what the server says of itself. */
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
  },
  async run({ project, open, step, shoot }) {
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
      await workbench.openProblem(related);
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
  },
} satisfies Scenario;
