/** The view Releases: from nothing released to snapshots over time, with their dates, and from there to their texts. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { Scenario } from "../scenario.ts";

export default {
  gallery: {
    releases: {
      section: "Compare with a release",
      title: "Releases",
      caption: "The view *Releases* has the snapshots of each module over time, with the date of their commit and the state in one line.",
    },
  },
  async run({ project, open, step, shoot }) {
    const workbench = await open("package.json");
    const view = workbench.view("Releases");
    const row = (text: string | RegExp) => view.locator(".monaco-list-row", { hasText: text }).first();
    await step("where nothing was released, the view says what a release is, and writes it", async () => {
      await workbench.showInstar();
      for (const title of ["Actors", "Live Processes", "Releases"]) await workbench.view(title).locator(".pane-header").click();
      await view.getByText("Nothing was released yet.").waitFor();
      await view.getByRole("button", { name: "Write Release Snapshots" }).last().click();
      await row("room.actor").waitFor();
      await workbench.clearToasts();
      assert.match(
        await workbench.accessibility(view),
        /treeitem "version 1 of src\/room\.actor, [\d-]+, not committed, state title: string, /,
      );
    });
    await step("versions are told apart by the date of their commit", async () => {
      const git = (...args: string[]): void =>
        void execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.org", ...args], {
          cwd: project.root,
          env: { ...process.env, GIT_COMMITTER_DATE: "2026-01-02T03:04:05Z" },
        });
      git("init", "-q");
      git("add", ".instar");
      git("commit", "-q", "-m", "first");
      project.write("src/room.actor.ts", project.read("src/room.actor.ts").replace("vsn: 1,", "vsn: 2,"));
      project.instar("release");
      await row(/v1\s*2026-01-02 · title: string/).waitFor();
    });
    await step("a release opens as the text that was committed", async () => {
      await row(/v1\s*2026-01-02 · title: string/).click();
      await workbench.line("Instar snapshot of src/room.actor, version 1").waitFor();
      await shoot("releases", { x: 0, y: 0, width: 1280, height: 620 });
    });
  },
} satisfies Scenario;
