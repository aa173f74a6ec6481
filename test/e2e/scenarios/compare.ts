/** Versions of a module side by side: the source with its release, as it is typed, and two releases. */
import type { Scenario } from "../scenario.ts";

const module = "src/room.actor";
const field = "  readonly title: string;";

export default {
  gallery: {
    compare: {
      section: "Compare with a release",
      title: "The source beside its release",
      caption:
        "*Instar: Compare with Release* shows the shapes of state and messages as they were released, and as the source says them now, while it is typed.",
    },
  },
  async run({ project, open, step, shoot }) {
    project.instar("release");
    const workbench = await open("package.json");
    const source = "room.actor: v1 ↔ source (v1)";
    await step("Compare with Release opens the two snapshots", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.lens("no change since v1").waitFor();
      await workbench.command("Instar: Compare with Release");
      await workbench.pick(module);
      await workbench.tab(source).waitFor();
      await workbench.diff("original").getByText("readonly title").waitFor();
      await workbench.diff("modified").getByText("readonly title").waitFor();
    });
    await step("the right side follows what is typed", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.typeAfter(field, "\n  readonly topic: string;");
      await workbench.lens("1 change since v1").waitFor();
      await workbench.tab(source).click();
      await workbench.diff("modified").getByText("readonly topic").waitFor();
      await shoot("compare");
    });
    await step("two releases are compared from the view", async () => {
      project.write(
        `.instar/releases/${module}/2.d.ts`,
        project.read(`.instar/releases/${module}/1.d.ts`).replace("readonly posted", "readonly count"),
      );
      await workbench.showInstar();
      for (const title of ["Actors", "Live Processes", "Releases"]) await workbench.view(title).locator(".pane-header").click();
      const row = workbench.view("Releases").locator(".monaco-list-row", { hasText: /v2/ }).first();
      await row.waitFor();
      await workbench.chooseInMenu(row, "Compare Releases");
      await workbench.pick(`${module} version 1`);
      await workbench.tab("room.actor: v1 ↔ v2").waitFor();
      await workbench.diff("modified").getByText("readonly count").waitFor();
    });
    await step("a module that was never released says what to do", async () => {
      project.write("src/new.actor.ts", project.read("src/presence.actor.ts"));
      // The list shows the modules that are known when it opens, and a file that was just written is known a moment later.
      await workbench.openFile("new.actor.ts");
      await workbench.lens("never released").waitFor();
      await workbench.command("Instar: Compare with Release");
      await workbench.pick("src/new.actor");
      await workbench.toast(/src\/new\.actor was never released.*Write Release Snapshots/).waitFor();
    });
  },
} satisfies Scenario;
