/** Completion in `codeChange`: whole steps with what they need elsewhere in the file, and the fields of states that no type declares. */
import {
  type ClientCapabilities,
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type CompletionParams,
  InsertTextFormat,
  InsertTextMode,
  MarkupKind,
  type Range,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Offer, Offers } from "../analysis/completion/complete.ts";
import { completionPlace } from "../analysis/completion/completion-place.ts";
import { indent, layoutOf } from "../analysis/migration/code.ts";
import { valueMarks } from "../analysis/migration/value-marks.ts";
import type { Project } from "../projects.ts";
import { fromLspPosition, toLspRange } from "../to-lsp.ts";
import { markdown } from "./markup.ts";

export interface CompletionContext {
  readonly project: Project;
  readonly client: ClientCapabilities;
  readonly document: TextDocument;
  readonly wanted: () => boolean;
}

export async function completion(context: CompletionContext, file: string, { position }: CompletionParams): Promise<CompletionList | null> {
  const { project, document, wanted } = context;
  // Asked for at every point that is typed, and nearly always for nothing.
  if (completionPlace(document.getText(), document.offsetAt(position)) === undefined) return null;
  const found = await project.ask((analyzer) => analyzer.complete(file, fromLspPosition(position)), wanted);
  if (found === undefined) return null;
  return { isIncomplete: false, items: found.offers.map((offer, index) => itemOf(offer, found, index, context)) };
}

function itemOf(offer: Offer, { range }: Offers, index: number, context: CompletionContext): CompletionItem {
  const { snippetSupport, documentationFormat, insertTextModeSupport } = context.client.textDocument?.completion?.completionItem ?? {};
  const adjusts = insertTextModeSupport?.valueSet.includes(InsertTextMode.adjustIndentation) === true;
  const plain = offer.text.replaceAll(marks, "");
  const lsp = toLspRange(range);
  const text = placed(snippetSupport === true ? snippetOf(offer.text) : plain, offer, lsp, adjusts, context.document);
  const item: CompletionItem = {
    label: offer.label,
    kind: offer.kind === "step" ? CompletionItemKind.Snippet : CompletionItemKind.Field,
    detail: offer.detail,
    filterText: offer.filter,
    // Before what others offer: it is about this very place.
    sortText: `0${String(index).padStart(3, "0")}`,
    insertTextFormat: snippetSupport === true ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: { range: lsp, newText: text },
  };
  if (adjusts) item.insertTextMode = InsertTextMode.adjustIndentation;
  if (offer.edits.length > 0)
    item.additionalTextEdits = offer.edits.map((edit) => ({ range: toLspRange(edit.range), newText: edit.newText }));
  if (offer.kind === "step")
    item.documentation = documentationFormat?.includes(MarkupKind.Markdown)
      ? { kind: MarkupKind.Markdown, value: markdown.block(plain) }
      : plain;
  return item;
}

const marks = new RegExp(`[${valueMarks.start}${valueMarks.end}]`, "g");

/** Guesses become places to stop at, from the first to the last. */
function snippetOf(text: string): string {
  let stop = 0;
  const escaped = text.replaceAll(/[\\$}]/g, "\\$&");
  return escaped.replaceAll(marks, (mark) => (mark === valueMarks.start ? `\${${(stop += 1)}:` : "}"));
}

/** On lines of its own where it has several, and with the comma behind it, unless there is one. */
function placed(text: string, { kind }: Offer, { start, end }: Range, adjusts: boolean, document: TextDocument): string {
  const all = document.getText();
  const comma = kind === "step" && !/^[\w$]*\s*,/.test(all.slice(document.offsetAt(end))) ? "," : "";
  const line = document.getText({ start: { line: start.line, character: 0 }, end: start });
  const behind = all.slice(document.offsetAt(end)).replace(/^[\w$]*/, "");
  const apart = text.includes("\n") && line.trim() !== "";
  const after = text.includes("\n") && /^[ \t]*[^\s,]/.test(behind) ? "\n" : "";
  const whole = apart ? `\n${indent(text + comma, layoutOf(all).unit)}\n` : text + comma + after;
  if (adjusts) return whole;
  const indentation = /^[ \t]*/.exec(line)?.[0] ?? "";
  return whole.replaceAll("\n", `${layoutOf(all).newline}${indentation}`);
}
