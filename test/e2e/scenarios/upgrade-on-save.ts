/** Upgrade on save: saving is enough, the status bar says so, and an error is told once and changes nothing. */
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

export default {
  settings: { "instar.upgradeOnSave": true },
  gallery: {
    "upgrade-on-save": {
      section: "Carry the change out",
      title: "Upgrade on save",
      caption:
        "With `instar.upgradeOnSave`, saving upgrades what runs. The status bar says what came of it; where there are errors nothing is changed.",
    },
  },
  async run({ project, open, step, shoot }) {
    project.instar("release");
    const workbench = await open("package.json");
    await step("the system runs", async () => {
      await workbench.command("Instar: Start Dev Runtime");
      await workbench.pick("src/app.ts");
      await until("the run file of the dev runtime", () => project.runFiles().length === 1);
      await workbench.showInstar();
      await workbench.treeRow(/lobby.*v1/).waitFor();
      await workbench.hidePanel();
    });
    await step("a save upgrades, and the status bar says what", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.replace("slice(-100)", "slice(-200)");
      await workbench.save();
      await workbench.statusItem(/Instar: Upgraded src\/room\.actor/).waitFor();
      await shoot("upgrade-on-save");
    });
    await step("a save with an error changes nothing and says why", async () => {
      await workbench.typeAfter("  readonly title: string;", "\n  readonly topic: string;");
      await workbench.replace("({ title, members", '({ title, topic: "", members');
      await workbench.squiggle("error").waitFor();
      await workbench.save();
      await workbench.toast(/refused, nothing was changed/).waitFor();
      await workbench.statusItem("Instar: not upgraded").waitFor();
      await workbench.treeRow(/lobby.*v1/).waitFor();
    });
  },
} satisfies Scenario;
