/** Call hierarchy for messages: who sends one, and what its handler sends in turn. */
import {
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type CancellationToken,
  SymbolKind,
  type TextDocumentPositionParams,
} from "vscode-languageserver";
import { handlersOf, keyOf } from "../analysis/navigation/find-messages.ts";
import type { Sender } from "../analysis/navigation/message-places.ts";
import type { Location, Range } from "../analysis/span.ts";
import { toLspRange, toPath, toUri } from "../to-lsp.ts";
import { type MessagesContext, type Search, startSearch } from "./messages.ts";

export async function prepareCallHierarchy(
  context: MessagesContext,
  params: TextDocumentPositionParams,
  token: CancellationToken,
): Promise<CallHierarchyItem[] | null> {
  const search = await startSearch(context, params, token);
  if (search?.message === undefined) return null;
  const { name } = search.message;
  return handlersOf(search.all, search.message).map((place) => toItem(context, search, { kind: "handler", name, ...place }));
}

export async function incomingCalls(
  context: MessagesContext,
  item: CallHierarchyItem,
  token: CancellationToken,
): Promise<CallHierarchyIncomingCall[] | null> {
  const search = await searchAt(context, item, token);
  if (search?.message === undefined) return null;
  const { declared } = search.message;
  const found = new Map<string, CallHierarchyIncomingCall>();
  for (const { file, role, declared: its, within, range, whole } of await search.places(search.message)) {
    if (role !== "sent" || !its.some((at) => declared.has(keyOf(at)))) continue;
    const from = toItem(context, search, { file, ...(within ?? { kind: "module", name: nameOf(file), range, whole }) });
    add(found, within === null ? file : keyOf({ file, range: within.range }), { from, fromRanges: [toLspRange(range)] });
  }
  return [...found.values()];
}

export async function outgoingCalls(
  context: MessagesContext,
  item: CallHierarchyItem,
  token: CancellationToken,
): Promise<CallHierarchyOutgoingCall[] | null> {
  const search = await searchAt(context, item, token);
  const file = toPath(item.uri);
  if (search?.message === undefined || file === undefined) return null;
  const { start, end } = search.message.place.whole;
  const found = new Map<string, CallHierarchyOutgoingCall>();
  const names = new Set(search.own.sendsIn(file).flatMap(({ name, range }) => (isBetween(range, start, end) ? [name] : [])));
  for (const name of names)
    for (const place of search.own.places([file], name)) {
      if (place.role !== "sent" || !isBetween(place.range, start, end)) continue;
      const message = { name, place, declared: new Set(place.declared.map(keyOf)) };
      for (const handler of handlersOf(search.all, message)) {
        const to = toItem(context, search, { kind: "handler", name, ...handler });
        add(found, keyOf(handler), { to, fromRanges: [toLspRange(place.range)] });
      }
    }
  return [...found.values()];
}

/**
 * What an item is about is looked for again by its name: it may be asked for much later, when what it is about stands somewhere else. Of
 * several places that are named so, the handler is meant, and of several of those the nearest to where it was.
 */
async function searchAt(
  context: MessagesContext,
  { uri, name, selectionRange }: CallHierarchyItem,
  token: CancellationToken,
): Promise<Search | undefined> {
  const found = await context.projectOf(uri);
  const text = found?.project.workspace.readFile(found.file);
  if (text === undefined) return undefined;
  const was = selectionRange.start.line;
  const places = textPlaces(text, name).toSorted((one, other) => Math.abs(one.line - was) - Math.abs(other.line - was));
  let other: Search | undefined;
  for (const position of places) {
    const search = await startSearch(context, { textDocument: { uri }, position }, token);
    if (search?.message?.name !== name) continue;
    if (search.message.place.role === "handled") return search;
    other ??= search;
  }
  return other;
}

function textPlaces(text: string, name: string): CallHierarchyItem["range"]["start"][] {
  return text.split(/\r\n|\n|\r/).flatMap((content, line) => {
    const places = [];
    for (let at = content.indexOf(name); at >= 0; at = content.indexOf(name, at + name.length)) places.push({ line, character: at });
    return places;
  });
}

function toItem(
  { open }: MessagesContext,
  { all }: Search,
  { kind, name, file, range, whole }: Location & Pick<Sender, "name" | "whole"> & { readonly kind: Sender["kind"] | "module" },
): CallHierarchyItem {
  const actor = all.flatMap(({ modules }) => modules).find(({ module }) => module.file === file);
  return {
    name,
    kind: kinds[kind],
    detail: kind === "handler" && actor !== undefined ? actor.source.protocol.name : nameOf(file),
    uri: toUri(file, open),
    range: toLspRange(whole),
    selectionRange: toLspRange(range),
  };
}

const kinds = { handler: SymbolKind.Method, function: SymbolKind.Function, module: SymbolKind.Module } as const;

function add<Call extends { fromRanges: CallHierarchyIncomingCall["fromRanges"] }>(
  found: Map<string, Call>,
  key: string,
  call: Call,
): void {
  const known = found.get(key);
  if (known === undefined) found.set(key, call);
  else known.fromRanges.push(...call.fromRanges);
}

function isBetween(range: Range, start: Range["start"], end: Range["end"]): boolean {
  const key = ({ line, column }: Range["start"]) => line * 1e6 + column;
  return key(range.start) >= key(start) && key(range.end) <= key(end);
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}
