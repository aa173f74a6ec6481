/** An upgrade as a person plans it: the plan, its rehearsal, what it leads to in the code, its report, and the way back. */
import assert from "node:assert/strict";
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

const module = "src/room.actor";
const source = `${module}.ts`;

/** A state with one field more, and the steps for it. */
const edits = [
  ["  readonly title: string;", "  readonly title: string;\n  readonly topic: string;"],
  ["({ title, members", '({ title, topic: "", members'],
  ["vsn: 1,", "vsn: 2,"],
  [
    "  casts: {\n    say: (",
    `  codeChange: {
    1: {
      up: (old: Omit<State, "topic">): State => ({ ...old, topic: "" }),
      down: ({ topic: _, ...old }: State): Omit<State, "topic"> => old,
    },
  },
  casts: {
    say: (`,
  ],
] as const;

export default {
  gallery: {
    plan: {
      section: "Carry the change out",
      title: "The plan, rehearsed",
      caption:
        "What the upgrade would do to the processes that live now, what the other strategies would cost, and what a rehearsal on copies of the live states found. Modules, steps and findings are links; *Rehearse*, *Apply* and *Refresh* stand above.",
    },
    strategies: {
      section: "Carry the change out",
      title: "The plain strategies",
      caption: "*Upgrade Module by…* says what each strategy would cost the system that runs; and asks where states are lost.",
    },
    report: {
      section: "Carry the change out",
      title: "The report",
      caption:
        "What happened to every process and message, opened from the notification, with links into the code where something went wrong. *Save As…* keeps it.",
    },
  },
  // The spaces of lines on the screen do not break.
  async run({ project, open, step, shoot }) {
    project.instar("release");
    const workbench = await open("package.json");
    await step("the system runs version 1", async () => {
      await workbench.command("Instar: Start Dev Runtime");
      await workbench.pick("src/app.ts");
      await until("the run file of the dev runtime", () => project.runFiles().length === 1);
      await workbench.showInstar();
      await workbench.treeRow(/lobby.*v1/).waitFor();
      await workbench.hidePanel();
      // The shapes of what was started are read beside the start, from the sources as they are by then.
      assert.match(project.instar("plan"), /^Nothing to do/);
    });
    await step("Show Upgrade Plan says what would happen and what it costs", async () => {
      project.write(
        source,
        edits.reduce((text, [from, to]) => text.replace(from, () => to), project.read(source)),
      );
      await workbench.command("Instar: Show Upgrade Plan");
      await workbench.pick(module);
      await workbench.tab("Upgrade Plan of room.actor.instar-plan").waitFor();
      await workbench.line("An upgrade would go like this").waitFor();
      await workbench.line("Strategy: hot").waitFor();
      await workbench.line(/restart\s+5\sprocesses\slose\stheir\sstates:\s5\sof\ssrc\/room\.actor/).waitFor();
      assert.notEqual(
        await workbench.styleOf("Strategy", "Strategy: hot"),
        await workbench.styleOf("nothing", "nothing forces"),
        "headings stand out",
      );
    });
    await step("Rehearse shows what it found in the plan", async () => {
      await workbench.lens("Rehearse").getByText("Rehearse", { exact: true }).click();
      await workbench.line("Rehearsal at").waitFor();
      await workbench.line(/way\sback\s+5\sof\s5\sstates\scome\sback\sas\sthey\swere/).waitFor();
      await workbench.clearToasts();
      await shoot("plan");
    });
    await step("a step in the plan is a link into the code", async () => {
      await workbench.cursorTo("steps: 1 up");
      await workbench.command("Open Link");
      await workbench.cursorIsAt("    1: {", "room.actor.ts");
    });
    await step("Apply refuses what has changed since, and shows the new plan", async () => {
      project.write(source, `${project.read(source)}// edited\n`);
      await workbench.command("Instar: Show Upgrade Plan");
      await workbench.pick(module);
      await workbench.line("An upgrade would go like this").waitFor();
      project.write(source, `${project.read(source)}// again\n`);
      await workbench.line("Stale:").waitFor();
      await workbench.lens("Apply").getByText("Apply", { exact: true }).click();
      await workbench.toast(/plan is stale.*made anew/).waitFor();
      await workbench.line("Stale:").waitFor({ state: "detached" });
      await workbench.clearToasts();
    });
    await step("Apply upgrades, and Show Report opens the report", async () => {
      await workbench.lens("Apply").getByText("Apply", { exact: true }).click();
      await workbench.pressInToast(/Upgraded src\/room\.actor to version 2/, "Show Report");
      await workbench.line("Committed in").waitFor();
      await workbench.line(/lobby.*1\s→\s2/).waitFor();
      await shoot("report");
    });
    await step("Roll Back asks first and undoes it", async () => {
      await workbench.clearToasts();
      await workbench.command("Instar: Roll Back Last Upgrade…");
      await workbench.dialog("Undo the last upgrade?").waitFor();
      await workbench.answerDialog("Roll Back");
      await workbench.toast(/Rolled back src\/room\.actor to version 1/).waitFor();
      await workbench.treeRow(/lobby.*v1/).waitFor();
    });
    const chooseStrategy = async (strategy: string): Promise<void> => {
      await workbench.clearToasts();
      await workbench.command("Instar: Upgrade Module by…");
      await workbench.pick(module);
      await workbench.quickRow("5 processes lose their states").waitFor();
      // Out of the way, where it shows no tooltip.
      await workbench.page.mouse.move(640, 900);
      if (strategy === "restart") await shoot("strategies", { x: 0, y: 0, width: 1280, height: 400 });
      await workbench.pick(strategy);
    };
    await step("each strategy stands there with its cost, and a loss is asked about", async () => {
      await chooseStrategy("restart");
      await workbench.dialog("Carry this out by restart, and lose states?").waitFor();
      await workbench.answerDialog("Cancel");
      await workbench.treeRow(/lobby.*v1/).waitFor();
    });
    await step("by blue-green, the processes go on in another process of the machine", async () => {
      const [before] = project.runFiles();
      await chooseStrategy("blue-green");
      await workbench.toast(/Upgraded src\/room\.actor to version 2/).waitFor();
      await workbench.treeRow(/lobby.*v2/).waitFor();
      assert.equal(project.runFiles()[0]?.pid, before?.pid, "the parent stays");
    });
  },
} satisfies Scenario;
