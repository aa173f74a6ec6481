/** A change of the room's state, from the first keystroke to the upgraded system and back. */
import assert from "node:assert/strict";
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

const module = "src/room.actor";
const source = `${module}.ts`;
const rule = "state-changed-no-code-change";
const field = "  readonly title: string;";
const newField = "  readonly topic: string;";
const snapshot = (vsn: number): string => `.instar/releases/${module}/${vsn}.d.ts`;

/** Keys that make an actor module, each with the line that it is in, and one that is a key like any other. */
const keys = [
  ["vsn", "vsn: 1"],
  ["init", "init: (title) =>"],
  ["calls", "  calls: {"],
] as const;
const plainKey = ["members", "init: (title) =>"] as const;

/** Without the empty part of the Problems view. */
const withoutEmptyRest = { x: 0, y: 0, width: 1280, height: 710 };

export default {
  gallery: {
    "quick-fix": {
      section: "While you type",
      title: "The missing step, while you type",
      caption:
        "A field was added to the state of an actor that runs. The error says which state in memory the new code would not understand, the lens counts what changed since the release, and the quick fix raises the version and writes the steps up and down.",
    },
  },
  async run({ project, open, step, shoot }) {
    const workbench = await open("package.json");
    const finding = workbench.problem(rule);
    /** The lens lies above the call of `actor`; lines that are not on the screen are not in the page. */
    const lens = async (...texts: readonly string[]): Promise<void> => {
      await workbench.cursorTo("export default actor<Room>");
      for (const text of texts) await workbench.lens(text).waitFor();
    };
    const room = (vsn: number) => workbench.treeRow(new RegExp(`lobby.*v${vsn} · ${module}`));
    /** The state of the lobby, from the hover over its row. */
    const stateOf = async (vsn: number): Promise<string> => {
      const hover = workbench.hover(`version ${vsn}`);
      await until("the hover of the process", async () => {
        await room(vsn).hover();
        return hover.waitFor({ timeout: 10_000 }).then(
          () => true,
          () => false,
        );
      });
      return (await hover.innerText()).replaceAll("\u00a0", " ");
    };

    await step("an actor module has its own colours", async () => {
      await workbench.openFile("room.actor.ts");
      for (const [key, line] of keys) {
        await until(`"${key}" to stand out`, async () => (await workbench.styleOf(key, line)) !== (await workbench.styleOf(...plainKey)));
      }
    });
    await step("the lens tells the version", async () => {
      await lens("v1 (draft)", "never released");
    });
    await step("Write Release Snapshots freezes version 1", async () => {
      await workbench.command("Instar: Write Release Snapshots");
      await workbench.toast(/Wrote \d+ snapshots/).waitFor();
      assert.match(project.read(snapshot(1)), /title: string/);
      await lens("no change since v1");
    });
    await step("Start Dev Runtime shows the live processes", async () => {
      await workbench.clearToasts();
      await workbench.command("Instar: Start Dev Runtime");
      await workbench.pick("src/app.ts");
      await until("the run file of the dev runtime", () => project.runFiles().length === 1);
      await workbench.showInstar();
      await room(1).waitFor();
      await lens("5 live on v1");
      await workbench.hidePanel();
    });
    await step("an edit of the state is found", async () => {
      await workbench.typeAfter(field, `\n${newField}`);
      await workbench.replace("({ title, members", '({ title, topic: "", members');
      await workbench.showProblems();
      await finding.waitFor();
      await workbench.squiggle("error").waitFor();
      await lens("1 change since v1", "up missing, down unneeded");
    });
    await step("the quick fix writes the step", async () => {
      await workbench.openProblem(finding);
      // So that the lens is in the picture, too.
      await workbench.scrollDown(2);
      const fix = await workbench.openQuickFixes("codeChange");
      await shoot("quick-fix", withoutEmptyRest);
      await fix.click();
      await finding.waitFor({ state: "detached" });
      await workbench.save();
      const text = project.read(source);
      assert.match(text, /vsn: 2,/, "the vsn is raised");
      assert.match(text, /interface StateV1 \{[^}]*readonly title: string;/, "the old type is frozen");
      assert.doesNotMatch(/interface StateV1 \{[^}]*\}/.exec(text)?.[0] ?? "", /topic/, "the frozen type is the old one");
      assert.match(text, /codeChange: \{[^]*1: \{\s*up:/, "the step up is written");
      assert.match(text, /down:/, "the step down is written");
      await lens("v2 (draft)");
      await workbench.noProblems();
    });
    await step("Rehearse Upgrade tries it on copies", async () => {
      await workbench.hidePanel();
      await workbench.command("Instar: Rehearse Upgrade");
      await workbench.pick(module);
      await workbench.toast(/Rehearsed .* would work for 5 processes/).waitFor();
      await room(1).waitFor();
      await workbench.clearToasts();
    });
    await step("Upgrade Module converts the live processes", async () => {
      await workbench.command("Instar: Upgrade Module");
      await workbench.pick(module);
      await workbench.toast(`Upgraded ${module} to version 2: 5 processes`).waitFor();
      await room(2).waitFor();
      await lens("5 live on v2");
    });
    await step("the tree shows the converted state", async () => {
      await workbench.clearToasts();
      assert.match(await stateOf(2), /title: 'lobby',\s+topic: '',\s+members: \[\s+<0\./);
    });
    await step("Downgrade Module brings version 1 back", async () => {
      await workbench.command("Instar: Downgrade Module");
      await workbench.pick(module);
      await workbench.pick("version 1");
      await workbench.toast(`Downgraded ${module} to version 1: 5 processes`).waitFor();
      await room(1).waitFor();
      await lens("5 live on v1");
      await workbench.clearToasts();
      assert.match(await stateOf(1), /title: 'lobby',\s+members: \[\s+<0\./);
    });
    await step("Write Release Snapshots freezes version 2", async () => {
      await workbench.command("Instar: Write Release Snapshots");
      await workbench.toast(`Wrote ${snapshot(2)}`).waitFor();
      assert.match(project.read(snapshot(2)), /topic: string/);
      await lens("no change since v2");
    });
  },
} satisfies Scenario;
