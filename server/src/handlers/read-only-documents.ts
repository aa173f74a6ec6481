/**
 * Documents that lie on no disk: plans, reports, and snapshots of sources as they are now. Their texts go to the editor by LSP's
 * `workspace/textDocumentContent`, their links, headings and lenses as those of any other document.
 */
import {
  type CodeLens,
  type Connection,
  type DocumentLink,
  type DocumentSymbol,
  type Range as LspRange,
  SymbolKind,
} from "vscode-languageserver";
import type { TextDocumentParts } from "../documents/document.ts";
import { toUri } from "../to-lsp.ts";

export const readOnlySchemes = ["instar-plan", "instar-report", "instar-release"] as const;
export type ReadOnlyScheme = (typeof readOnlySchemes)[number];

export interface ReadOnlyDocument extends TextDocumentParts {
  /** What can be done with it, above its first line. */
  readonly actions?: readonly { readonly title: string; readonly command: string; readonly argument?: object }[];
}

export interface ReadOnlyDocuments {
  /** Another text under the same URI takes the place of what it said. */
  put(uri: string, document: ReadOnlyDocument): void;
  forget(uri: string): void;
  /** Null where it is none of these. */
  text(uri: string): Promise<string | null>;
  links(uri: string): Promise<DocumentLink[] | null>;
  symbols(uri: string): Promise<DocumentSymbol[] | null>;
  lenses(uri: string): Promise<CodeLens[] | null>;
}

export interface ReadOnlyDocumentsPort {
  readonly connection: Connection;
  /** Whether the client has been told what changed, if it can be told. */
  readonly refreshes: () => boolean;
  readonly refreshLenses: () => void;
  readonly hasCommand: (command: string) => boolean;
  /** Makes what an editor asks for and nobody has put there, as after the server was started anew. */
  readonly make: Readonly<Record<ReadOnlyScheme, (query: unknown, uri: string) => Promise<ReadOnlyDocument>>>;
}

export function createReadOnlyDocuments(port: ReadOnlyDocumentsPort): ReadOnlyDocuments {
  const kept = new Map<string, ReadOnlyDocument>();
  const being = new Map<string, Promise<ReadOnlyDocument>>();

  /** Makes it once, however many ask for a part of it. */
  function made(uri: string): Promise<ReadOnlyDocument> | null {
    const key = keyOf(uri);
    const parsed = parse(uri);
    if (parsed === null) return null;
    const making = async (): Promise<ReadOnlyDocument> => {
      const document = await port.make[parsed.scheme](parsed.query, uri);
      if (!kept.has(key)) kept.set(key, document);
      return kept.get(key) ?? document;
    };
    const shared = being.get(key) ?? making().finally(() => being.delete(key));
    being.set(key, shared);
    return shared;
  }

  /** An editor that still shows the document of a server that is gone asks for its parts alone, and is told of the text that they are of. */
  async function shown(uri: string): Promise<ReadOnlyDocument | undefined> {
    const known = kept.get(keyOf(uri));
    if (known !== undefined || !port.refreshes()) return known;
    const first = !being.has(keyOf(uri));
    const document = await made(uri);
    if (document !== null && first) port.connection.workspace.textDocumentContent.refresh(uri).catch(() => {});
    return document ?? undefined;
  }

  return {
    put(uri, document) {
      const key = keyOf(uri);
      const before = kept.get(key);
      kept.set(key, document);
      if (before === undefined || JSON.stringify(before) === JSON.stringify(document)) return;
      if (port.refreshes()) port.connection.workspace.textDocumentContent.refresh(uri).catch(() => {});
      port.refreshLenses();
    },
    forget: (uri) => void kept.delete(keyOf(uri)),
    async text(uri) {
      const document = kept.get(keyOf(uri)) ?? (await made(uri));
      return document?.text ?? null;
    },
    links: async (uri) =>
      (await shown(uri))?.links.map(({ line, start, end, place }) => ({
        range: range(line, start, line, end),
        target: `${toUri(place.file)}#L${place.line},${place.column}`,
      })) ?? null,
    async symbols(uri) {
      const document = await shown(uri);
      if (document === undefined) return null;
      const lengths = document.text.split("\n").map(({ length }) => length);
      return document.headings.map(({ title, line, last }) => ({
        name: title,
        kind: SymbolKind.String,
        range: range(line, 0, last, lengths[last] ?? 0),
        selectionRange: range(line, 0, line, title.length),
      }));
    },
    lenses: async (uri) =>
      (await shown(uri))?.actions
        ?.filter(({ command }) => port.hasCommand(command))
        .map(({ title, command, argument }) => ({
          range: range(0, 0, 0, 0),
          command: { title, command, arguments: argument === undefined ? [] : [argument] },
        })) ?? null,
  };
}

export function documentUri(scheme: ReadOnlyScheme, name: string, query: object): string {
  return `${scheme}:/${encodeURI(name).replaceAll(/[?#]/g, encodeURIComponent)}?${encodeURIComponent(JSON.stringify(query))}`;
}

function parse(uri: string): { scheme: ReadOnlyScheme; query: unknown } | null {
  const [, name, text] = /^([a-z-]+):[^?]*\?([^#]*)/.exec(uri) ?? [];
  const scheme = readOnlySchemes.find((each) => each === name);
  if (scheme === undefined || text === undefined) return null;
  try {
    return { scheme, query: JSON.parse(decodeURIComponent(text)) };
  } catch {
    return null;
  }
}

/** Editors escape the same characters of a URI or not, as they like. */
function keyOf(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

function range(line: number, character: number, endLine: number, endCharacter: number): LspRange {
  return { start: { line, character }, end: { line: endLine, character: endCharacter } };
}
