/** A person follows a message from where it is sent to its handler and to all who send it, finds it by its name, and gives it another one. */
import assert from "node:assert/strict";
import type { Scenario } from "../scenario.ts";

const sender = "src/presence.actor.ts";
const actor = "src/room.actor.ts";
/** Where the names begin, for the cursor. */
const sent = 'join", user';
const handled = "join: async";

export default {
  gallery: {
    references: {
      section: "Find your way",
      title: "Who sends a message",
      caption:
        "Shift+F12 on a handler, or on the message in the protocol: whoever sends it, in all files, by the type of the process that it is sent to. F12 where it is sent leads back to the handler.",
    },
    search: {
      section: "Find your way",
      title: "Actors and messages by name",
      caption: "Ctrl+T finds actors and messages by a few letters, and says which actor a message is of.",
    },
    outline: {
      section: "Find your way",
      title: "What an actor is made of",
      caption: "The outline of an actor: its version, its state, its messages and its steps, beside what TypeScript shows of the file.",
    },
  },
  async run({ project, open, step, shoot }) {
    const workbench = await open("package.json");
    const { page } = workbench;

    await step("Go to Definition leads from where a message is sent to its handler", async () => {
      await workbench.openFile("presence.actor.ts");
      await workbench.lens("v1 (draft)").waitFor();
      await workbench.goToDefinition(sent);
      await workbench.cursorIsAt(handled, "room.actor.ts");
    });
    await step("Go to References shows the protocol, the handler and who sends it, each once", async () => {
      const rows = await workbench.peekReferences(handled);
      await rows.filter({ hasText: "presence.actor.ts" }).waitFor();
      await page.locator(".reference-zone-widget .head", { hasText: "References (3)" }).waitFor();
      await shoot("references");
      await page.keyboard.press("Escape");
    });
    await step("an actor and its messages are found by their names", async () => {
      await workbench.quickOpen("Control+T", "#join");
      await workbench.quickRow(/join\s*Room/).waitFor();
      await shoot("search");
      await page.keyboard.press("Escape");
    });
    await step("the outline shows what the actor is made of", async () => {
      await workbench.command("Explorer: Focus on Outline View");
      // Rows that are not on the screen are not in the page: the outline gets the room of the folders.
      await page.locator('.pane-header[aria-label^="Explorer Section"]').click();
      const outline = page.locator(".outline-pane");
      for (const text of ["Instar", "Room", "join", "say"]) await outline.locator(".monaco-list-row", { hasText: text }).first().waitFor();
      await shoot("outline", outline);
    });
    await step("a rename from where it is sent changes the protocol and the handler in another file", async () => {
      await workbench.openFile("presence.actor.ts");
      await workbench.rename(sent, "enter");
      await workbench.line('room.call("enter", user)').waitFor();
      await workbench.command("File: Save All");
      await page.locator(".tab.dirty").first().waitFor({ state: "detached" });
      assert.match(project.read(sender), /room\.call\("enter", user\)/);
      assert.match(project.read(actor), /enter\(who: Pid<User>\): string;[^]*enter: async \(/);
      assert.doesNotMatch(project.read(actor), /\bjoin\b/);
    });
    await step("a name that another message has is refused, and TypeScript is not asked to rename a part", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.rename("enter: async", "size");
      await workbench.toast('Room has a message "size" among its calls already.').waitFor();
      await workbench.line("enter: async").waitFor();
      assert.equal(await page.locator(".tab.dirty").count(), 0);
      await workbench.clearToasts();
    });
    await step("what is no message is renamed by TypeScript, as ever", async () => {
      await workbench.rename("passOn(state: State", "hand");
      await workbench.line("function hand(state: State").waitFor();
    });
  },
} satisfies Scenario;
