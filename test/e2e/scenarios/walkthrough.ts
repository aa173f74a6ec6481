/** The first five minutes: the walkthrough opens, its example is copied to where the person wants it, and a window shows it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeProject } from "../project.ts";
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

const run = promisify(execFile);

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
    let opened = page;
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
      const opening = page.context().waitForEvent("page");
      await workbench.prompt.locator(".quick-input-header .monaco-button", { hasText: "Copy the Example Here" }).click();
      opened = await opening;
      await opened.locator(".explorer-folders-view .monaco-list-row", { hasText: "version-2.ts" }).first().waitFor();
      await opened.locator('.tab[data-resource-name="room.actor.ts"]').first().waitFor();
      await opened.locator(".notification-toast", { hasText: "This is the example" }).first().waitFor();
      assert.ok(existsSync(join(places, "instar-chat/src/app.ts")));
    });
    await step("the packages that it needs come with the extension, and it runs", async () => {
      const example = join(folder, "places/instar-chat");
      await opened.locator(".notification-toast", { hasText: "This is the example" }).getByText("Install Packages").click();
      await until("npm to finish", () => existsSync(join(example, "node_modules/.package-lock.json")));
      const { stdout } = await run(process.execPath, [join(example, "node_modules/instar/bin/instar.mjs"), "check"], { cwd: example });
      assert.match(stdout, /5 actor modules/);
      await opened.close();
    });
  },
} satisfies Scenario;
