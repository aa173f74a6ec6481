/** Instar is added to a project that does not have it: what would be written is shown first, and only that is written. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeProject } from "../project.ts";
import type { Scenario } from "../scenario.ts";

const manifest = '{\n  "name": "plain",\n  "scripts": {\n    "test": "node --test"\n  }\n}\n';

export default {
  project: (place) => writeProject(place, { "package.json": manifest, "src/plain.ts": "export const one = 1;\n" }),
  gallery: {
    initialize: {
      section: "The first five minutes",
      title: "Initialize in This Project",
      caption: "What Instar would write, file by file; each can be looked at as a diff and left out. Nothing is installed or run.",
    },
  },
  async run({ project, open, step, shoot }) {
    const workbench = await open("package.json");
    await step("Initialize lists what it would write", async () => {
      await workbench.command("Instar: Initialize in This Project");
      await workbench.quickRow("a configuration: instar.config.json").waitFor();
      await workbench.quickRow("scripts in package.json").waitFor();
      await shoot("initialize");
    });
    await step("a file can be looked at before it is written", async () => {
      await workbench.pressIn(workbench.quickRow("scripts in package.json"), "Show What Would Be Written");
      await workbench.diff("modified").getByText("instar:check").first().waitFor();
      assert.equal(project.read("package.json"), manifest);
    });
    await step("what is accepted is written, and the report names it", async () => {
      await workbench.quickRow("a CI step").locator(".monaco-checkbox").click();
      await workbench.prompt.locator(".quick-input-header .monaco-button", { hasText: "OK" }).click();
      await workbench.toast(/Wrote 3 files: instar\.config\.json, package\.json, \.vscode\/extensions\.json/).waitFor();
      assert.match(project.read("package.json"), /"instar:check": "instar check"/);
      assert.ok(!existsSync(join(project.root, ".github")), "what was left out is not there");
    });
  },
} satisfies Scenario;
