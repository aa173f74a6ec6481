/** The first five minutes: the walkthrough opens, its example is copied to where the person wants it, and a window shows it. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeProject } from "../project.ts";
import type { Scenario } from "../scenario.ts";

export default {
  project: (place) => writeProject(place, { "notes.md": "# Notes\n" }),
  gallery: {
    walkthrough: {
      section: "The first five minutes",
      title: "The walkthrough",
      caption: "*Upgrade a Running System* leads from the example through one change of a live system; its steps check themselves off.",
    },
  },
  async run({ folder, open, step, shoot }) {
    const workbench = await open("notes.md");
    const { page } = workbench;
    const stepOf = (title: string) => page.locator(".getting-started-step", { hasText: title }).first();
    await step("the walkthrough has five steps, each with a picture in the colours of the theme", async () => {
      await workbench.command("Welcome: Open Walkthrough...");
      await workbench.pick("Upgrade a Running System");
      for (const title of [
        "Open the example",
        "Release it, and run it",
        "Let Instar write the step",
        "Upgrade what runs",
        "Change the state",
      ]) {
        await stepOf(title).click();
        await page.locator(".getting-started-step.expanded", { hasText: title }).waitFor();
      }
      await shoot("walkthrough");
    });
    await step("Open Example asks for a place, copies it there and opens it", async () => {
      await stepOf("Open the example").click();
      await page.locator(".getting-started-step.expanded .monaco-button", { hasText: "Open Example" }).click();
      const places = join(folder, "places");
      mkdirSync(places);
      await workbench.prompt.locator("input.input").waitFor();
      await workbench.prompt.locator("input.input").fill(`${places}/`);
      const opened = page.context().waitForEvent("page");
      await workbench.prompt.locator(".quick-input-header .monaco-button", { hasText: "Copy the Example Here" }).click();
      const window = await opened;
      await window.locator(".explorer-folders-view .monaco-list-row", { hasText: "version-2.ts" }).first().waitFor();
      await window.locator('.tab[data-resource-name="room.actor.ts"]').first().waitFor();
      await window.locator(".notification-toast", { hasText: "This is the example" }).first().waitFor();
      assert.ok(existsSync(join(places, "instar-chat/src/app.ts")));
      assert.match(readFileSync(join(places, "instar-chat/package.json"), "utf8"), /"instar": "/);
      await window.close();
    });
  },
} satisfies Scenario;
