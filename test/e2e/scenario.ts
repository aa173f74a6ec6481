/** What the editor test does, step by step: a change of the room's state, from the first keystroke to the upgraded system and back. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { editInNeovim } from "./neovim.ts";
import type { Project } from "./project.ts";
import type { Tools } from "./setup.ts";
import { until } from "./until.ts";
import type { Workbench } from "./workbench.ts";

export interface Step {
  readonly name: string;
  readonly run: () => Promise<void>;
}

const module = "src/room.actor";
const source = `${module}.ts`;
const rule = "state-changed-no-code-change";
const field = "  readonly title: string;";
const snapshot = (vsn: number) => `.instar/releases/${module}/${vsn}.d.ts`;
const newField = "  readonly topic: string;";

/** Keys that make an actor module, each with the line that it is in, and one that is a key like any other. */
const keys = [
  ["vsn", "vsn: 1"],
  ["init", "init: (title) =>"],
  ["calls", "  calls: {"],
] as const;
const plainKey = ["members", "init: (title) =>"] as const;

/** In a real VS Code. `picture` takes the README's picture. */
export function editorSteps(workbench: Workbench, project: Project, picture: () => Promise<void>): Step[] {
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

  return [
    {
      name: "an actor module has its own colours",
      async run() {
        await workbench.ready("package.json");
        await workbench.openFile("room.actor.ts");
        for (const [key, line] of keys) {
          await until(`"${key}" to stand out`, async () => (await workbench.styleOf(key, line)) !== (await workbench.styleOf(...plainKey)));
        }
      },
    },
    {
      name: "the lens tells the version",
      async run() {
        await lens("v1 (draft)", "never released");
      },
    },
    {
      name: "Write Release Snapshots freezes version 1",
      async run() {
        await workbench.command("Instar: Write Release Snapshots");
        await workbench.toast(/Wrote \d+ snapshots/).waitFor();
        assert.match(project.read(snapshot(1)), /title: string/);
        await lens("no change since v1");
      },
    },
    {
      name: "Start Dev Runtime shows the live processes",
      async run() {
        await workbench.clearToasts();
        await workbench.command("Instar: Start Dev Runtime");
        await workbench.pick("src/app.ts");
        await until("the run file of the dev runtime", () => project.runFiles().length === 1);
        await workbench.showInstar();
        await room(1).waitFor();
        await lens("5 live on v1");
        await workbench.hidePanel();
      },
    },
    {
      name: "an edit of the state is found",
      async run() {
        await workbench.typeAfter(field, `\n${newField}`);
        await workbench.replace("({ title, members", '({ title, topic: "", members');
        await workbench.showProblems();
        await finding.waitFor();
        await workbench.squiggle("error").waitFor();
        await lens("1 change since v1", "up missing, down unneeded");
      },
    },
    {
      name: "the quick fix writes the step",
      async run() {
        await finding.dblclick();
        // So that the lens is in the picture, too.
        await workbench.scrollDown(2);
        const fix = await workbench.openQuickFixes("codeChange");
        await picture();
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
      },
    },
    {
      name: "Rehearse Upgrade tries it on copies",
      async run() {
        await workbench.hidePanel();
        await workbench.command("Instar: Rehearse Upgrade");
        await workbench.pick(module);
        await workbench.toast(/Rehearsed .* would work for 5 processes/).waitFor();
        await room(1).waitFor();
        await workbench.clearToasts();
      },
    },
    {
      name: "Upgrade Module converts the live processes",
      async run() {
        await workbench.command("Instar: Upgrade Module");
        await workbench.pick(module);
        await workbench.toast(`Upgraded ${module} to version 2: 5 processes`).waitFor();
        await room(2).waitFor();
        await lens("5 live on v2");
      },
    },
    {
      name: "the tree shows the converted state",
      async run() {
        await workbench.clearToasts();
        assert.match(await stateOf(2), /title: 'lobby',\s+topic: '',\s+members: \[\s+<0\./);
      },
    },
    {
      name: "Downgrade Module brings version 1 back",
      async run() {
        await workbench.command("Instar: Downgrade Module");
        await workbench.pick(module);
        await workbench.pick("version 1");
        await workbench.toast(`Downgraded ${module} to version 1: 5 processes`).waitFor();
        await room(1).waitFor();
        await lens("5 live on v1");
        await workbench.clearToasts();
        assert.match(await stateOf(1), /title: 'lobby',\s+members: \[\s+<0\./);
      },
    },
    {
      name: "Write Release Snapshots freezes version 2",
      async run() {
        await workbench.command("Instar: Write Release Snapshots");
        await workbench.toast(`Wrote ${snapshot(2)}`).waitFor();
        assert.match(project.read(snapshot(2)), /topic: string/);
        await lens("no change since v2");
      },
    },
  ];
}

/** In Neovim, on a copy of its own. */
export function neovimSteps(tools: Tools, project: Project, folder: string): Step[] {
  return [
    {
      name: "Neovim sees the finding and applies the quick fix",
      async run() {
        project.instar("release");
        const seen = await editInNeovim(
          tools.neovim,
          { root: project.root, file: join(project.root, source), after: field, typed: newField, rule, action: "codeChange" },
          folder,
        );
        assert.equal(seen.before, 0, "nothing was found before the edit");
        assert.equal(seen.diagnostics.length, 1);
        assert.equal(seen.diagnostics[0]?.severity, 1, "it is an error");
        assert.match(project.read(source), /vsn: 2,[^]*codeChange: \{[^]*1: \{\s*up:[^]*down:/);
        assert.deepEqual(seen.exit, { code: 0, signal: 0 }, "the server ends when it is told to");
      },
    },
  ];
}
