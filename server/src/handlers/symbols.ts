/** Outlines of actor modules and supervisors, and the search for actors and messages by their names. */
import { type DocumentSymbol, type SymbolInformation, SymbolKind } from "vscode-languageserver";
import type { FileSymbol } from "../analysis/navigation/file-symbols.ts";
import { matching } from "../analysis/navigation/project-symbols.ts";
import type { Project } from "../projects.ts";
import { type OpenDocuments, toLocation, toLspRange } from "../to-lsp.ts";

/** What one file says is said at once, whatever else of the project is still to be read. */
export async function documentSymbols(
  project: Project,
  file: string,
  open: OpenDocuments,
  hierarchical: boolean,
): Promise<DocumentSymbol[] | SymbolInformation[] | null> {
  const symbols = await project.askNow((analyzer) => analyzer.symbols(file));
  if (symbols.length === 0) return null;
  return hierarchical ? symbols.map(toDocumentSymbol) : symbols.flatMap((each) => flattened(each, file, open));
}

export async function workspaceSymbols(
  projects: readonly Project[],
  query: string,
  open: OpenDocuments,
  wanted: () => boolean,
): Promise<SymbolInformation[] | null> {
  const all = [];
  for (const project of projects) all.push(...((await project.ask((analyzer) => analyzer.projectSymbols(), wanted)) ?? []));
  return matching(all, query).map((symbol) => ({
    name: symbol.name,
    kind: kinds[symbol.kind],
    location: toLocation(symbol, open),
    containerName: symbol.container,
  }));
}

const kinds: Record<FileSymbol["kind"], SymbolKind> = {
  actor: SymbolKind.Class,
  supervisor: SymbolKind.Module,
  version: SymbolKind.Constant,
  state: SymbolKind.Struct,
  call: SymbolKind.Method,
  cast: SymbolKind.Event,
  info: SymbolKind.Event,
  machineState: SymbolKind.EnumMember,
  step: SymbolKind.Operator,
  child: SymbolKind.Object,
};

function toDocumentSymbol({ kind, name, detail, whole, range, children }: FileSymbol): DocumentSymbol {
  return {
    name,
    detail,
    kind: kinds[kind],
    range: toLspRange(whole),
    selectionRange: toLspRange(range),
    children: children.map(toDocumentSymbol),
  };
}

/** For clients that know no trees. */
function flattened(
  { kind, name, range, children }: FileSymbol,
  file: string,
  open: OpenDocuments,
  containerName?: string,
): SymbolInformation[] {
  const own = {
    name,
    kind: kinds[kind],
    location: toLocation({ file, range }, open),
    ...(containerName === undefined ? {} : { containerName }),
  };
  return [own, ...children.flatMap((each) => flattened(each, file, open, name))];
}
