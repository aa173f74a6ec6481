/** The command line and the language server are two faces of one analysis: the same tree has the same findings in both. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { changedCounter, counter } from "./support/counter.ts";
import { startEditor } from "./support/editor.ts";
import { releasedProject } from "./support/released-project.ts";
import { runCli } from "./support/run-cli.ts";

interface Finding {
  readonly rule: string;
  readonly file: string;
  readonly range: { readonly start: { readonly line: number; readonly column: number } };
  readonly message: string;
}

test("an editor shows what the command line prints, file by file", async (t) => {
  const files = { "src/changed.actor.ts": counter, "src/cut.actor.ts": counter, "src/same.actor.ts": counter };
  const project = await releasedProject(t, files);
  const snapshot = ".instar/releases/src/cut.actor/1.d.ts";
  project.write({
    "src/changed.actor.ts": changedCounter,
    "src/broken.actor.ts": counter.replace("calls: {", "calls: {{{"),
    "src/callback.actor.ts": counter.replace("readonly count: number;", "readonly count: number;\n  readonly then?: () => void;"),
    [snapshot]: project.read(snapshot).slice(0, -40),
  });
  const { stdout } = await runCli(["check", "--format", "json"], { cwd: project.root });
  const printed = (JSON.parse(stdout) as { findings: Finding[] }).findings;
  const rules = ["function-in-state", "snapshot-damaged", "state-changed-no-code-change", "syntax-error"];
  assert.deepEqual([...new Set(printed.map(({ rule }) => rule))].toSorted(), rules);

  const editor = await startEditor(t, { folders: [project.root] });
  editor.open(project.path("src/changed.actor.ts"));
  await editor.pause();
  for (const file of new Set(printed.map((finding) => finding.file))) {
    const expected = printed.filter((finding) => finding.file === file);
    assert.deepEqual(
      editor
        .diagnostics(project.path(file))
        .map(
          ({ code, range, message }) =>
            `${range.start.line + 1}:${range.start.character + 1} ${code} ${typeof message === "string" ? message : message.value}`,
        )
        .toSorted(),
      expected.map(({ rule, range, message }) => `${range.start.line}:${range.start.column} ${rule} ${message}`).toSorted(),
    );
  }
  assert.deepEqual(editor.diagnostics(project.path("src/same.actor.ts")), []);
});
