/** The command line and the language server are two faces of one analysis: the same tree has the same findings in both. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import type { Finding as Found } from "../server/src/analysis/rule.ts";
import { checkJson } from "../server/src/cli/format-json.ts";
import { judgeProject } from "../server/src/cli/project.ts";
import { findProjectRoot } from "../server/src/project-root.ts";
import { judgeSnapshots, writeSnapshots } from "../server/src/snapshots.ts";
import { openWorkspace } from "../server/src/workspace.ts";
import { changedCounter, counter } from "./support/counter.ts";
import { type Editor, startEditor } from "./support/editor.ts";
import { releasedProject } from "./support/released-project.ts";
import { runCli } from "./support/run-cli.ts";
import { type TemporaryProject, temporaryProject } from "./support/temporary-project.ts";
import { foundLines, parseWorkspacePage, renderWorkspacePage, type WorkspaceEdit, type WorkspacePage } from "./support/workspace-page.ts";

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

/** Kinds of workspaces, each with what is found after some edits. `UPDATE=1` writes into the pages what was found. */
const pages = new URL("./fixtures/workspaces/", import.meta.url);

for (const name of readdirSync(pages).filter((each) => each.endsWith(".md"))) {
  describe(name.slice(0, -".md".length), () => {
    const file = new URL(name, pages);
    const page = parseWorkspacePage(readFileSync(file, "utf8"));
    const outcomes = new Map<WorkspaceEdit, readonly string[]>();
    test("the command line, an editor that was just opened, and one in which it is typed find the same", async (t) => {
      const project = await releasedWorkspace(t, page);
      const folders = page.folders.map((folder) => join(project.root, folder));
      const open = await startEditor(t, { folders });
      await open.pause();
      for (const edit of page.edits) {
        await t.test(edit.name, async (context) => {
          const before = { ...page.files };
          const typed = Object.entries(edit.files).filter(([each, text]) => text !== null && before[each] !== undefined) as [
            string,
            string,
          ][];
          const written = Object.entries(edit.files).filter(([each]) => typed.every(([other]) => each !== other));
          write(project, written, open);
          for (const [each, text] of typed) type(open, project.path(each), text);
          const whileTyped = await shown(open, project);
          for (const [each] of typed) type(open, project.path(each), before[each] ?? "");
          for (const [each] of typed) open.close(project.path(each));
          write(project, typed, open);

          const found = await checked(project);
          const onDisk = await shown(open, project);
          const editor = await startEditor(context, { folders });
          await editor.pause();
          const opened = await shown(editor, project);
          write(
            project,
            Object.keys(edit.files).map((each) => [each, before[each] ?? null] as const),
            open,
          );

          outcomes.set(
            edit,
            found.flatMap((each) => foundLines(each, project.root)),
          );
          // Two projects may find the same fault in a file that both read.
          const expected = [...new Set(found.map((each) => diagnosticLine(each, project.root)))].toSorted();
          assert.deepEqual(opened, expected, "an editor that was just opened");
          assert.deepEqual(onDisk, expected, "an editor, when the files were written");
          assert.deepEqual(whileTyped, expected, "an editor, before the files were written");
          if (process.env["UPDATE"] !== "1") assert.deepEqual(outcomes.get(edit), edit.found);
          assert.deepEqual(open.errors, []);
        });
      }
      if (process.env["UPDATE"] === "1") writeFileSync(file, renderWorkspacePage(page, outcomes));
    });
  });
}

async function releasedWorkspace(t: TestContext, page: WorkspacePage): Promise<TemporaryProject> {
  const none = { "package.json": null, "tsconfig.json": null };
  const project = temporaryProject(t, { ...none, ...page.files });
  for (const [from, to] of page.links) {
    mkdirSync(dirname(project.path(from)), { recursive: true });
    symlinkSync(project.path(to), project.path(from), "junction");
  }
  for (const root of projectRoots(project)) {
    const workspace = openWorkspace(root);
    const { due } = judgeSnapshots(workspace, workspace.analyzer.analyze() ?? assert.fail());
    await writeSnapshots(root, due);
  }
  return project;
}

/** The projects with actors. */
function projectRoots(project: TemporaryProject): readonly string[] {
  const actors = Object.entries(project.everything()).filter(([name, text]) => !name.includes(".instar/") && /from "instar"/.test(text));
  return [...new Set(actors.map(([name]) => findProjectRoot(project.path(name)) ?? assert.fail(name)))].toSorted();
}

/** What `instar check` finds in each of the projects. */
async function checked(project: TemporaryProject): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const root of projectRoots(project)) {
    const { analyzed } = await judgeProject(root);
    const { findings } = checkJson(analyzed) as { findings: Finding[] };
    assert.equal(findings.length, analyzed.findings.length);
    found.push(...analyzed.findings);
  }
  return found;
}

function write(project: TemporaryProject, files: readonly (readonly [string, string | null])[], editor: Editor): void {
  for (const [name, text] of files) {
    if (text === null) project.remove(name);
    else project.write({ [name]: text });
  }
  editor.changedOnDisk(...files.map(([name]) => project.path(name)));
}

function type(editor: Editor, file: string, text: string): void {
  try {
    editor.text(file);
  } catch {
    editor.open(file);
  }
  if (editor.text(file) !== text) editor.replace(file, editor.text(file), text);
}

/** Everything that an editor shows, once nothing is left to do. */
async function shown(editor: Editor, project: TemporaryProject): Promise<readonly string[]> {
  await editor.pause();
  const last = new Map(editor.published.map((params) => [params.uri, params]));
  return [...last.values()]
    .flatMap(({ uri, diagnostics }) =>
      diagnostics.map(({ range, severity, code, message, relatedInformation = [] }) => {
        const place = `${uri.slice(editor.uri(project.root).length + 1)}:${range.start.line + 1}:${range.start.character + 1}`;
        return `${place} ${severity} ${code} ${typeof message === "string" ? message : message.value} ${relatedInformation.length}`;
      }),
    )
    .toSorted();
}

function diagnosticLine({ file, range, severity, editorSeverity = severity, rule, message, related }: Found, root: string): string {
  const level = { error: 1, warning: 2, info: 3 }[editorSeverity];
  return `${file.slice(root.length + 1)}:${range.start.line}:${range.start.column} ${level} ${rule} ${message} ${related.length}`;
}
