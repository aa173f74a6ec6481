/** The only place where the analysis's types become LSP types: paths become URIs, places counted from 1 become places counted from 0. */
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type CodeDescription,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type Location,
  type LocationLink,
  type Position as LspPosition,
  type Range as LspRange,
  type TextDocumentEdit,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver";
import type { FileEdit, Finding, Severity } from "./analysis/rule.ts";
import type { Location as Place, Position, Range } from "./analysis/span.ts";
import { ruleUrl } from "./rule-url.ts";

/** What the client said that it understands, as far as the conversion depends on it. */
export interface ClientAbilities {
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly tags: readonly DiagnosticTag[];
  readonly documentChanges: boolean;
  readonly createFiles: boolean;
  /** Whether it shows edits before it makes them, where it is told to. */
  readonly changeAnnotations: boolean;
  /** Whether a definition may say what it is the definition of, and where all of it lies. */
  readonly definitionLinks: boolean;
}

/** The client's own name and version of a file, where it is open. */
export interface OpenDocuments {
  uri(file: string): string | undefined;
  version(file: string): number | undefined;
  exists(file: string): boolean;
}

export const source = "instar";

/** An absolute path with `/`, or undefined where the document is not a file. */
export function toPath(uri: string): string | undefined {
  if (!uri.startsWith("file:")) return undefined;
  try {
    return fileURLToPath(uri).replaceAll("\\", "/");
  } catch {
    return undefined;
  }
}

export function toUri(file: string, open?: OpenDocuments): string {
  return open?.uri(file) ?? pathToFileURL(file).href;
}

export function toLspPosition(position: Position): LspPosition {
  return { line: Math.max(0, position.line - 1), character: Math.max(0, position.column - 1) };
}

export function fromLspPosition({ line, character }: LspPosition): Position {
  return { line: line + 1, column: character + 1 };
}

export function toLspRange(range: Range): LspRange {
  return { start: toLspPosition(range.start), end: toLspPosition(range.end) };
}

export function toLocation({ file, range }: Place, open: OpenDocuments): Location {
  return { uri: toUri(file, open), range: toLspRange(range) };
}

/** @param origin what was asked about, if that is not the word at the cursor. */
export function toLocationLink(
  { file, range, whole }: Place & { readonly whole: Range },
  open: OpenDocuments,
  origin?: Range,
): LocationLink {
  return {
    targetUri: toUri(file, open),
    targetRange: toLspRange(whole),
    targetSelectionRange: toLspRange(range),
    ...(origin === undefined ? {} : { originSelectionRange: toLspRange(origin) }),
  };
}

export function toDiagnostic(finding: Finding, open: OpenDocuments, abilities: ClientAbilities): Diagnostic {
  const diagnostic: Diagnostic = {
    range: toLspRange(finding.range),
    severity: severities[finding.editorSeverity ?? finding.severity],
    source,
    code: finding.rule,
    message: finding.message,
  };
  if (abilities.codeDescription) diagnostic.codeDescription = { href: ruleUrl(finding.rule) } satisfies CodeDescription;
  const tags = (finding.tags ?? []).map((tag) => diagnosticTags[tag]).filter((tag) => abilities.tags.includes(tag));
  if (tags.length > 0) diagnostic.tags = tags;
  if (abilities.relatedInformation && finding.related.length > 0)
    diagnostic.relatedInformation = finding.related.map((related) => ({
      location: { uri: toUri(related.file, open), range: toLspRange(related.range) },
      message: related.message,
    }));
  return diagnostic;
}

/**
 * As `toWorkspaceEdit`; one of several files goes by a name, under which a client shows it to those who ask to see it first.
 * @param chosen whether a person says of each part whether they want it. VS Code takes none of them until they do, so this is for edits whose
 * parts can do without each other; those of one fix cannot.
 */
export function toAnnotatedEdit(
  edits: readonly FileEdit[],
  label: string,
  open: OpenDocuments,
  abilities: ClientAbilities,
  { chosen = false } = {},
): WorkspaceEdit {
  const edit = toWorkspaceEdit(edits, open, abilities);
  if (!abilities.changeAnnotations || (!chosen && new Set(edits.map(({ file }) => file)).size < 2)) return edit;
  const annotationId = "instar";
  const documentChanges = edit.documentChanges?.map((change) =>
    "edits" in change ? { ...change, edits: change.edits.map((each) => ({ ...each, annotationId })) } : { ...change, annotationId },
  );
  return {
    ...(documentChanges === undefined ? {} : { documentChanges }),
    changeAnnotations: { [annotationId]: { label, ...(chosen ? { needsConfirmation: true } : {}) } },
  };
}

/**
 * One edit for all files, with the versions of the open ones, so that a client refuses it when the text has moved on since.
 * Files that do not exist yet are created where the client can do that.
 */
export function toWorkspaceEdit(edits: readonly FileEdit[], open: OpenDocuments, abilities: ClientAbilities): WorkspaceEdit {
  const byFile = new Map<string, TextEdit[]>();
  for (const edit of edits) {
    const list = byFile.get(edit.file) ?? [];
    list.push({ range: toLspRange(edit.range), newText: edit.newText });
    byFile.set(edit.file, list);
  }
  if (!abilities.documentChanges) {
    return { changes: Object.fromEntries([...byFile].map(([file, list]) => [toUri(file, open), list])) };
  }
  const documentChanges: NonNullable<WorkspaceEdit["documentChanges"]> = [];
  for (const [file, list] of byFile) {
    const uri = toUri(file, open);
    if (abilities.createFiles && !open.exists(file)) documentChanges.push({ kind: "create", uri, options: { ignoreIfExists: true } });
    documentChanges.push({ textDocument: { uri, version: open.version(file) ?? null }, edits: list } satisfies TextDocumentEdit);
  }
  return { documentChanges };
}

const diagnosticTags: Record<NonNullable<Finding["tags"]>[number], DiagnosticTag> = {
  unnecessary: DiagnosticTag.Unnecessary,
  deprecated: DiagnosticTag.Deprecated,
};

const severities: Record<Severity, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};
