/** Somebody works from the lenses: what is missing is written, tried, proved and carried out from where it stands. */
import assert from "node:assert/strict";
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

const module = "src/room.actor";
const field = "  readonly title: string;";

export default {
  gallery: {
    "step-lenses": {
      section: "While you type",
      title: "Lenses that do something",
      caption:
        "Above the actor: its version, what changed since the release, which steps are there, and which processes live. Over each step: try it on copies, prove it on generated states, look at what lives.",
    },
    "live-states": {
      section: "Carry the change out",
      title: "Real states, and what the step makes of them",
      caption:
        "Show states lists what the processes of a step's version hold, each with what an upgrade would make of it. Nothing is changed.",
    },
    "proof-report": {
      section: "Carry the change out",
      title: "A proof of the steps",
      caption: "Prove runs the steps up and down on generated states, and shows the smallest one with which something goes wrong.",
    },
  },
  async run({ project, open, step, shoot }) {
    project.instar("release");
    const workbench = await open("package.json");
    const { page } = workbench;
    /** Lines that are not on the screen are not in the page. */
    const press = async (at: string, lens: string): Promise<void> => {
      await workbench.cursorTo(at);
      await workbench.lens(lens).locator("a", { hasText: lens }).click();
    };
    const actor = "export default actor<Room>";

    await step("the lens offers to release what never was, and to compare what was", async () => {
      await workbench.openFile("room.actor.ts");
      await workbench.cursorTo(actor);
      await workbench.lens("no change since v1").waitFor();
      await workbench.command("Instar: Start Dev Runtime");
      await workbench.pick("src/app.ts");
      await until("the run file of the dev runtime", () => project.runFiles().length === 1);
      await workbench.hidePanel();
      await workbench.lens("5 live on v1").waitFor();
    });

    await step("what is missing is written from the lens", async () => {
      await workbench.typeAfter(field, "\n  readonly topic: string;");
      await workbench.replace("({ title, members", '({ title, topic: "general", members');
      await press(actor, "up missing");
      await workbench.lens("up ok, down ok").waitFor();
      await workbench.save();
      assert.match(project.read(`${module}.ts`), /vsn: 2,[^]*up: [^]*topic: "general"/);
    });

    await step("over the step stands what can be done with it", async () => {
      await workbench.cursorTo("codeChange: {");
      await workbench.lens("Prove").waitFor();
      await workbench.lens("Rehearse").waitFor();
      await workbench.lens("Show states").waitFor();
      await shoot("step-lenses");
    });

    await step("Show states shows real ones, and what they become", async () => {
      await press("codeChange: {", "Show states");
      await workbench.tab("room.actor.v1.states").waitFor();
      await page.locator(".view-line", { hasText: "as the code on disk would have it" }).first().waitFor();
      await page.locator(".view-line", { hasText: "general" }).first().waitFor();
      await shoot("live-states");
      await page.keyboard.press("Control+W");
    });

    await step("Prove tries the step on generated states", async () => {
      await press("codeChange: {", "Prove");
      await workbench.toast(/The steps of src\/room\.actor hold|The proof of src\/room\.actor found/).waitFor();
      await workbench.pressInToast(/The steps of|The proof of/, "Show Report");
      await workbench.tab("room.actor.proof.md").waitFor();
      // Narrow as it is, its lines are wrapped.
      await page.locator(".view-line", { hasText: "Seed" }).first().waitFor();
      await shoot("proof-report");
      await page.keyboard.press("Control+W");
      await workbench.clearToasts();
    });

    await step("Rehearse tries it on copies", async () => {
      await press("codeChange: {", "Rehearse");
      await workbench.toast(/Rehearsed .* would work for 5 processes/).waitFor();
      await workbench.clearToasts();
    });

    await step("the processes are upgraded from the lens that counts them", async () => {
      await press(actor, "5 live on v1");
      await workbench.toast(`Upgraded ${module} to version 2: 5 processes`).waitFor();
      await workbench.cursorTo(actor);
      await workbench.lens("5 live on v2").waitFor();
    });
  },
} satisfies Scenario;
