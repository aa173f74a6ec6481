/** The view Actors: from an empty workspace to modules with their versions, findings and steps, and from there into the code. */
import assert from "node:assert/strict";
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

export default {
  gallery: {
    actors: {
      section: "Find your way",
      title: "Actors",
      caption:
        "The view *Actors* has each module with its version in the source, released and running. What was found in it and its steps lie below, and lead to their places.",
    },
  },
  async run({ project, open, step, shoot }) {
    project.instar("release");
    const workbench = await open("package.json");
    const view = workbench.view("Actors");
    const room = workbench.treeRow(/room\.actor.*src/);
    await step("the modules stand there with their versions", async () => {
      await workbench.showInstar();
      await view.locator(".monaco-list-row", { hasText: "room.actor" }).waitFor();
      const rows = await workbench.accessibility(view);
      assert.match(rows, /treeitem "src\/room\.actor, v1, no findings"/);
      assert.match(rows, /treeitem "src\/user\.actor, v1, no findings"/);
    });
    await step("a row opens its module at the call of actor", async () => {
      await room.click();
      await workbench.cursorIsAt("export default actor<Room>", "room.actor.ts");
    });
    await step("what is found is below its module, and on the badge", async () => {
      await workbench.typeAfter("  readonly title: string;", "\n  readonly topic: string;");
      const changed = view.locator(".monaco-list-row", { hasText: /room\.actor/ }).first();
      await until("the module to say that it has an error", async () => /1 error/.test((await changed.getAttribute("aria-label")) ?? ""));
      await workbench.toggleRow(changed);
      const finding = view.locator(".monaco-list-row", { hasText: "state-changed-no-code-change" }).first();
      await finding.waitFor();
      assert.match(await workbench.accessibility(view), /treeitem "error state-changed-no-code-change: /);
      await workbench.page.locator('.activitybar .action-item:has(a[aria-label^="Instar"]) .badge-content', { hasText: /^\d+$/ }).waitFor();
      await finding.click();
      await workbench.cursorIsAt("export interface State", "room.actor.ts");
      await shoot("actors", { x: 0, y: 0, width: 1280, height: 500 });
    });
    await step("the fix writes a step, which is a row as well", async () => {
      const fix = await workbench.openQuickFixes("codeChange");
      await fix.click();
      const written = view.locator(".monaco-list-row", { hasText: "Step v1 ↔ v2" }).first();
      await written.waitFor();
      await written.click();
      await workbench.cursorIsAt("1: {", "room.actor.ts");
    });
    await step("a module is upgraded from its menu, which says what it lacks", async () => {
      const entries = await workbench.openMenu(room);
      assert.ok((await entries.allInnerTexts()).some((entry) => entry.startsWith("Upgrade Module")));
      await workbench.page.keyboard.press("Escape");
    });
  },
} satisfies Scenario;
