/** An editor that asks for what names stand for: places go in as pieces of text with a cursor, and come out as lines with the name marked. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestContext } from "node:test";
import type {
  Location,
  LocationLink,
  PrepareRenameResult,
  Range,
  TextDocumentPositionParams,
  WorkspaceEdit,
} from "vscode-languageserver-protocol/node";
import { type Editor, type EditorOptions, startEditor } from "./editor.ts";
import { repository, type TemporaryProject, temporaryProject } from "./temporary-project.ts";

export interface NamedMessages {
  readonly editor: Editor;
  readonly project: TemporaryProject;
  /** What a request about a place is asked with; opens the file. */
  at(file: string, cursor: string): TextDocumentPositionParams;
  /** @param cursor a piece of the file's text, with `‸` in it. */
  definition(file: string, cursor: string): Promise<readonly string[]>;
  references(file: string, cursor: string, includeDeclaration?: boolean): Promise<readonly string[]>;
  /** What is renamed, and what it is called now. */
  prepareRename(file: string, cursor: string): Promise<string | null>;
  /** The lines that become others, and applies that. */
  rename(file: string, cursor: string, newName: string): Promise<readonly string[]>;
}

export const manifest = JSON.stringify({ name: "temporary", private: true, type: "module", dependencies: { instar: "*" } });

/** The files of the chat example. */
export function chatFiles(): Record<string, string> {
  const folder = join(repository, "examples/chat/src");
  return Object.fromEntries(readdirSync(folder).map((name) => [`src/${name}`, readFileSync(join(folder, name), "utf8")]));
}

/** @param folders of the workspace; all of the project unless given. */
export async function namedMessages(
  test: TestContext,
  files: Readonly<Record<string, string>>,
  options: Partial<EditorOptions> & { readonly change?: (project: TemporaryProject) => void } = {},
): Promise<NamedMessages> {
  const project = temporaryProject(test, { "package.json": manifest, ...files });
  options.change?.(project);
  const editor = await startEditor(test, { folders: [project.root], ...options });

  const textOf = (path: string): string => {
    try {
      return editor.text(path);
    } catch {
      return readFileSync(path, "utf8");
    }
  };
  const at = (file: string, cursor: string): TextDocumentPositionParams => {
    const path = project.path(file);
    try {
      editor.text(path);
    } catch {
      editor.open(path);
    }
    const text = editor.text(path);
    const offset = text.indexOf(cursor.replace("‸", ""));
    if (offset < 0) throw new Error(`${JSON.stringify(cursor)} is not in\n${text}`);
    const before = text.slice(0, offset + cursor.indexOf("‸")).split("\n");
    return { textDocument: { uri: editor.uri(path) }, position: { line: before.length - 1, character: before.at(-1)!.length } };
  };
  const nameOf = (path: string) => (path.startsWith(`${project.root}/`) ? path.slice(project.root.length + 1) : path);
  const marked = (uri: string, { start, end }: Range): string => {
    const path = fileURLToPath(uri);
    const line = textOf(path).split(/\r\n|[\r\n]/)[start.line] ?? "";
    const text = `${line.slice(0, start.character)}«${line.slice(start.character, end.character)}»${line.slice(end.character)}`;
    return `${nameOf(path)}: ${text.trim()}`;
  };
  return {
    editor,
    project,
    at,
    async definition(file, cursor) {
      const found = await editor.ask<(Location | LocationLink)[] | null>("textDocument/definition", at(file, cursor));
      return (found ?? []).map((each) =>
        "targetUri" in each ? marked(each.targetUri, each.targetSelectionRange) : marked(each.uri, each.range),
      );
    },
    async references(file, cursor, includeDeclaration = true) {
      const found = await editor.ask<Location[] | null>("textDocument/references", {
        ...at(file, cursor),
        context: { includeDeclaration },
      });
      return (found ?? []).map(({ uri, range }) => marked(uri, range)).toSorted();
    },
    async prepareRename(file, cursor) {
      const found = await editor.ask<PrepareRenameResult | null>("textDocument/prepareRename", at(file, cursor));
      if (found === null || !("placeholder" in found)) return null;
      return `${marked(editor.uri(project.path(file)), found.range)} → ${found.placeholder}`;
    },
    async rename(file, cursor, newName) {
      const edit = await editor.ask<WorkspaceEdit | null>("textDocument/rename", { ...at(file, cursor), newName });
      if (edit === null) return [];
      const lines = (edit.documentChanges ?? []).flatMap((change) =>
        "edits" in change
          ? change.edits.map((each) => [change.textDocument.uri, (each as { range: Range }).range.start.line] as const)
          : [],
      );
      editor.apply(edit);
      return [
        ...new Set(lines.map(([uri, line]) => `${nameOf(fileURLToPath(uri))}: ${textOf(fileURLToPath(uri)).split("\n")[line]?.trim()}`)),
      ].toSorted();
    },
  };
}
