/** Says behind fields and messages that they came with this version: `added in v3`. */
import type { InlayHint, InlayHintParams } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Project } from "../projects.ts";
import { toLspRange } from "../to-lsp.ts";

export async function inlayHints(
  project: Project,
  file: string,
  document: TextDocument,
  { range }: InlayHintParams,
  wanted: () => boolean,
): Promise<InlayHint[]> {
  const added = (await project.ask((analyzer) => analyzer.additions(file), wanted)) ?? [];
  return added.flatMap((addition): InlayHint[] => {
    const { end } = toLspRange(addition.range);
    if (end.line < range.start.line || end.line > range.end.line) return [];
    const rest = document.getText({ start: end, end: { line: end.line + 1, character: 0 } }).replace(/[\r\n]+$/, "");
    // Behind the whole member, where its line has no other.
    const [member = ""] = /^[^;]*;?(?=\s*(?:\/\/|$))/.exec(rest) ?? [];
    const position = { line: end.line, character: end.character + member.length };
    return [{ position, label: `added in v${addition.vsn}`, paddingLeft: true }];
  });
}
