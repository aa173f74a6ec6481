/** A project with releases, open in an editor, and a text with a cursor in it: what the server is asked at that place. */
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { judgeSnapshots, writeSnapshots } from "../../server/src/snapshots.ts";
import { openWorkspace } from "../../server/src/workspace.ts";
import { type Editor, type EditorOptions, startEditor } from "./editor.ts";
import { type TemporaryProject, temporaryProject } from "./temporary-project.ts";

const manifest = JSON.stringify({ name: "temporary", private: true, type: "module", dependencies: { instar: "*" } });

/** The files of a project, by their paths. */
export type Files = Readonly<Record<string, string>>;

export interface AtCursor {
  readonly editor: Editor;
  readonly project: TemporaryProject;
  readonly file: string;
  readonly position: { readonly line: number; readonly character: number };
}

/**
 * @param releases the project at each of its releases, in their order; what a later one leaves out stays.
 * @param now the project as it is; the cursor stands at `‸` in one of its files, which is open, with its text only in the editor.
 * @param change is given the project before the editor starts.
 */
export async function atCursor(
  test: TestContext,
  releases: readonly Files[],
  now: Files,
  options: Partial<EditorOptions> = {},
  change: (project: TemporaryProject) => void = () => {},
): Promise<AtCursor> {
  const project = temporaryProject(test, { "package.json": manifest });
  for (const files of releases) {
    project.write(files);
    const workspace = openWorkspace(project.root);
    const { due, problems } = judgeSnapshots(workspace, workspace.analyzer.analyze()!);
    if (problems.length > 0) throw new Error(problems.join("\n"));
    await writeSnapshots(project.root, due);
  }
  const texts = Object.fromEntries(Object.entries(now).map(([name, text]) => [name, text.replace("‸", "")]));
  project.write(texts);
  change(project);
  const [name = "", text = ""] = Object.entries(now).find(([, each]) => each.includes("‸")) ?? [];
  const editor = await startEditor(test, { folders: [project.root], ...options });
  const file = project.path(name);
  // An editor takes the byte order mark off.
  editor.open(file, readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  const before = text
    .replace(/^\uFEFF/, "")
    .slice(0, text.replace(/^\uFEFF/, "").indexOf("‸"))
    .split(/\r\n|[\r\n]/);
  return { editor, project, file, position: { line: before.length - 1, character: before.at(-1)!.length } };
}
