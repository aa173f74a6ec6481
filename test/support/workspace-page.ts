/**
 * Workspaces as pages. Before its first heading a page has the files that are released, as fenced blocks that name them, and what `links`
 * lead where. Each section is one edit, as new files (`file=`), as lines to replace (`diff`) or to `remove`, and what is `found` then.
 */
import type { Finding } from "../../server/src/analysis/rule.ts";

export interface WorkspaceEdit {
  readonly name: string;
  /** Files after the edit; null for those that it removes. */
  readonly files: Readonly<Record<string, string | null>>;
  readonly found: readonly string[];
  /** Lines of the page between the fences of what is found. */
  readonly first: number;
  readonly last: number;
}

export interface WorkspacePage {
  readonly text: string;
  readonly files: Readonly<Record<string, string>>;
  /** From and to. */
  readonly links: readonly (readonly [string, string])[];
  /** What an editor opens. */
  readonly folders: readonly string[];
  readonly edits: readonly WorkspaceEdit[];
}

export function parseWorkspacePage(text: string): WorkspacePage {
  const lines = text.split("\n");
  const files: Record<string, string> = {};
  const links: (readonly [string, string])[] = [];
  let folders: readonly string[] = ["."];
  const edits: { name: string; files: Record<string, string | null>; found: readonly string[]; first: number; last: number }[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line.startsWith("## ")) edits.push({ name: line.slice(3), files: {}, found: [], first: 0, last: 0 });
    const fence = /^```(\w+)(?: file=(\S+))?$/.exec(line);
    if (fence === null) continue;
    const [, kind = "", file = ""] = fence;
    const end = lines.indexOf("```", index + 1);
    const block = lines.slice(index + 1, end);
    const edit = edits.at(-1);
    if (kind === "links")
      for (const each of block) {
        const [from = "", to = ""] = each.split(" -> ");
        links.push([from, to]);
      }
    else if (kind === "folders") folders = block;
    else if (kind === "remove") for (const each of block) if (edit !== undefined) edit.files[each] = null;
    if (kind === "found" && edit !== undefined) Object.assign(edit, { found: block, first: index + 1, last: end });
    else if (kind === "diff" && edit !== undefined)
      edit.files[file] = patched(edit.files[file] ?? files[file] ?? "", block, `${edit.name}: ${file}`);
    else if (file !== "") (edit?.files ?? files)[file] = `${block.join("\n")}\n`;
    index = end;
  }
  return { text, files, links, folders, edits };
}

/** Runs of lines that begin with a space stay, with `-` go, with `+` come; `@@` stands for any lines in between. */
function patched(text: string, block: readonly string[], where: string): string {
  const lines = text.split("\n");
  let from = 0;
  for (const hunk of hunks(block)) {
    const old = hunk.filter((line) => !line.startsWith("+")).map((line) => line.slice(1));
    const now = hunk.filter((line) => !line.startsWith("-")).map((line) => line.slice(1));
    const at = lines.findIndex((_, index) => index >= from && old.every((line, offset) => lines[index + offset] === line));
    if (at < 0 || old.length === 0) throw new Error(`${where} does not hold\n${old.join("\n")}\nbut\n${text}`);
    lines.splice(at, old.length, ...now);
    from = at + now.length;
  }
  return lines.join("\n");
}

function hunks(block: readonly string[]): readonly (readonly string[])[] {
  const found: string[][] = [[]];
  for (const line of block) {
    if (line === "@@") found.push([]);
    else found.at(-1)?.push(line === "" ? " " : line);
  }
  return found;
}

/** The page with what was found. */
export function renderWorkspacePage({ text }: WorkspacePage, found: ReadonlyMap<WorkspaceEdit, readonly string[]>): string {
  const lines = text.split("\n");
  for (const [edit, content] of [...found].toSorted(([one], [other]) => other.first - one.first))
    lines.splice(edit.first, edit.last - edit.first, ...content);
  return lines.join("\n");
}

/** One finding as a page shows it, its related places beneath. */
export function foundLines({ file, range, severity, rule, message, modules, related }: Finding, root: string): readonly string[] {
  const at = (place: Pick<Finding, "file" | "range">) =>
    `${place.file.replace(`${root}/`, "")}:${place.range.start.line}:${place.range.start.column}`;
  const sentence = /^.*?[.](?= [A-Z`]|$)/s.exec(message)?.[0] ?? message;
  const several = modules === undefined ? "" : ` (${modules.join(", ")})`;
  return [
    `${at({ file, range })} ${severity} ${rule}: ${sentence.replaceAll(root, "")}${several}`,
    ...related.map((each) => `  ${at(each)} ${each.message}`),
  ];
}
