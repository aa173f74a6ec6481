/** Somebody lets Instar fix things: asked what only they know, shown what changes in several files, on save, and in the whole workspace. */
import assert from "node:assert/strict";
import { writeProject } from "../project.ts";
import type { Scenario } from "../scenario.ts";
import { appears } from "../insist.ts";
import { until } from "../until.ts";

const actor = (name: string): string => `import { actor } from "instar";
import type { Member } from "./member.ts";

export interface State {
  readonly title: string;
  readonly members: readonly Member[];
}

export interface ${name} {
  init(title: string): State;
  calls: { title(): string };
  casts: {};
  infos: {};
}

export default actor<${name}>({
  vsn: 1,
  init: (title) => ({ title, members: [] }),
  calls: { title: ({ state, reply }) => reply(state.title) },
  casts: {},
  infos: {},
});
`;

const member = `/** Somebody in a room. */
export interface Member {
  readonly name: string;
}
`;

export default {
  project: (place) =>
    writeProject(place, {
      "package.json": JSON.stringify({ name: "chat", private: true, type: "module", dependencies: { instar: "*" } }),
      "tsconfig.json": JSON.stringify({
        compilerOptions: { strict: true, module: "nodenext", noEmit: true, allowImportingTsExtensions: true },
      }),
      "src/member.ts": member,
      "src/room.actor.ts": actor("Room"),
      "src/hall.actor.ts": actor("Hall"),
    }),
  settings: { "editor.codeActionsOnSave": { "source.fixAll.instar": "explicit" } },
  gallery: {
    "rename-question": {
      section: "While you type",
      title: "What only a person knows is asked",
      caption:
        "A field went and another one came. Whether it is the same under another name, nobody can see in the code, so the fix asks, and the answer is written into the steps.",
    },
    "fix-preview": {
      section: "While you type",
      title: "What a fix would change, in all files",
      caption:
        "A record that two actors keep in their states was changed. Ctrl+Enter in the menu of fixes shows the steps that it writes into both modules.",
    },
  },
  async run({ project, open, step, shoot }) {
    project.instar("release");
    const workbench = await open("package.json");
    const { page } = workbench;
    const finding = workbench.problem("state-changed-no-code-change");
    const room = "src/room.actor.ts";

    await step("a fix asks what became of a field, and for the first value of another", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.showProblems();
      await workbench.replace("readonly title: string;", "readonly name: string;\n  readonly at: Date;");
      await workbench.replace("({ title, members: [] })", "({ name: title, at: new Date(), members: [] })");
      await workbench.replace("reply(state.title)", "reply(state.name)");
      await finding.waitFor();
      await workbench.openProblem(finding);
      const fix = await workbench.openQuickFixes("ask for what is not known");
      await fix.click();
      await workbench.quickRow("It is State.name now").waitFor();
      await shoot("rename-question", { x: 0, y: 0, width: 1280, height: 500 });
      await workbench.pick("It is State.name now");
      await workbench.prompt.filter({ hasText: "First value of State.at" }).waitFor();
      await workbench.answer("new Date(0)");
      await finding.waitFor({ state: "detached" });
      await workbench.save();
      assert.match(project.read(room), /name: old\.title,[^]*at: new Date\(0\)/);
      assert.match(project.read(room), /vsn: 2,/);
    });

    await step("a question that is dismissed changes nothing", async () => {
      project.instar("release");
      await workbench.openFile("hall.actor.ts");
      await workbench.replace("readonly title: string;", "readonly name: string;");
      await workbench.replace("({ title, members: [] })", "({ name: title, members: [] })");
      await workbench.replace("reply(state.title)", "reply(state.name)");
      await finding.waitFor();
      await workbench.openProblem(finding);
      await (await workbench.openQuickFixes("ask for what is not known")).click();
      await workbench.quickRow("It is State.name now").waitFor();
      await page.keyboard.press("Escape");
      await workbench.prompt.waitFor({ state: "hidden" });
      await finding.waitFor();
      // By the list of answers, which needs no question.
      await workbench.openProblem(finding);
      await (await workbench.openQuickFixes("title was renamed to name")).click();
      await finding.waitFor({ state: "detached" });
      await workbench.save();
      assert.match(project.read("src/hall.actor.ts"), /name: old\.title/);
      project.instar("release");
    });

    await step("a save fixes what needs no answer, in as many rounds as it takes", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.replace("readonly name: string;", "readonly name: string;\n  readonly size: number;");
      await workbench.replace("({ name: title,", "({ size: 0, name: title,");
      await finding.waitFor();
      await workbench.focusEditor();
      await workbench.save();
      await until("the step to be on the disk", () => /vsn: 3,[^]*2: \{\s*up:/.test(project.read(room)));
      await finding.waitFor({ state: "detached" });
    });

    await step("what is left in the workspace is fixed at once, after a question", async () => {
      project.instar("release");
      for (const file of ["hall.actor.ts", "room.actor.ts"]) {
        await workbench.openFile(file);
        await workbench.replace("readonly name: string;", "readonly name: string;\n  readonly topic: string;");
        await workbench.replace("name: title,", 'topic: "", name: title,');
      }
      await workbench.problem(/topic/).waitFor();
      await workbench.command("Instar: Fix All in Workspace");
      await workbench.dialog("Instar can fix findings in 2 files").waitFor();
      await workbench.answerDialog("Fix All");
      await workbench.toast("fixed what could be fixed in 2 files").waitFor();
      await finding.waitFor({ state: "detached" });
      await workbench.clearToasts();
      await workbench.command("File: Save All");
      await page.locator(".tab.dirty").first().waitFor({ state: "detached" });
    });

    await step("a fix of several files can be shown before it is made", async () => {
      project.instar("release");
      await workbench.openFile("member.ts");
      await workbench.replace("readonly name: string;", "readonly name: string;\n  readonly age: number;");
      // The steps of earlier versions have something to say as well, so that the finding may be further down than the Problems view shows.
      await workbench.squiggle("error").waitFor();
      await workbench.select("Member");
      await workbench.openQuickFixes("in 2 modules");
      const preview = page.locator(".bulk-edit-panel");
      const chosen = page.locator(".action-widget .monaco-list-row.focused", { hasText: "in 2 modules" });
      await until("the preview", async () => {
        const isChosen = await chosen.isVisible();
        await page.keyboard.press(isChosen ? "Control+Enter" : "ArrowDown");
        return isChosen && appears(preview, 10_000);
      });
      await preview.locator(".monaco-list-row", { hasText: "hall.actor.ts" }).waitFor();
      await preview.locator(".monaco-list-row", { hasText: "room.actor.ts" }).waitFor();
      await shoot("fix-preview");
      await preview.locator(".monaco-button", { hasText: "Apply" }).click();
      await workbench.squiggle("error").waitFor({ state: "detached" });
      // VS Code saves what a preview has changed.
      await until("the steps to be written", () =>
        ["hall", "room"].every((name) => project.read(`src/${name}.actor.ts`).includes("MemberV")),
      );
    });
  },
} satisfies Scenario;
