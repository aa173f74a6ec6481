/** Where in a text something may be completed, by a look at the text alone: nearly everywhere nothing, and then nobody has to wait for it. */
import { type KeyPlace, keyPlace } from "../syntax/key-place.ts";

export type CompletionPlace =
  /** A key of the definition, of `codeChange`, or of a step. */
  | { readonly what: "definition" | "table"; readonly place: KeyPlace }
  | { readonly what: "step"; readonly from: number; readonly place: KeyPlace }
  | FunctionPlace;

/** In a function of a step: behind the state that it is given, or among the fields of what it gives back. */
export interface FunctionPlace {
  readonly what: "member" | "returned";
  readonly from: number;
  readonly way: "up" | "down";
  readonly parameter: string;
  /** Whether all of what it is given is spread into what it gives back. */
  readonly spread: boolean;
  readonly place: Pick<KeyPlace, "start" | "typed" | "keys">;
}

export function completionPlace(text: string, offset: number): CompletionPlace | undefined {
  if (!/\b(?:actor|stateMachine)\b/.test(text)) return undefined;
  const place = keyPlace(text, offset);
  if (place === undefined) return undefined;
  const { path, isKey } = place;
  const [table, step, part] = path;
  if (isKey && path.length === 0) return place.keys.includes("codeChange") ? undefined : { what: "definition", place };
  if (table !== "codeChange") return undefined;
  if (isKey && path.length === 1) return { what: "table", place };
  const from = /^[1-9]\d*$/.test(step ?? "") ? Number(step) : undefined;
  if (from === undefined) return undefined;
  if (isKey && path.length === 2) return { what: "step", from, place };
  return path.length === 3 && (part === "up" || part === "down") ? inFunction(text, offset, { from, way: part, place }) : undefined;
}

/** What types declare is left to the type checker, which knows it. */
function inFunction(
  text: string,
  offset: number,
  { from, way, place }: { readonly from: number; readonly way: "up" | "down"; readonly place: KeyPlace },
): FunctionPlace | undefined {
  const [, , start = 0] = place.values;
  const written = text.slice(start, offset);
  const [, parameter, typed] = /^\s*(?:function\s*[\w$]*\s*)?\(?\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(\??:)?/u.exec(written) ?? [];
  if (parameter === undefined) return undefined;
  const escaped = parameter.replaceAll("$", "\\$");
  const [member, name = ""] = new RegExp(`(?<![\\w$.])${escaped}\\??\\.([\\w$]*)$`).exec(written) ?? [];
  if (member !== undefined)
    return typed === undefined
      ? { what: "member", from, way, parameter, spread: false, place: { keys: [], typed: name, start: offset - name.length } }
      : undefined;
  const [around, object, ...deeper] = place.inner;
  const returned = object ?? around;
  // `(old) => ({`, or a body's `return {`.
  const isReturned = returned?.isKey === true && deeper.length === 0 && /(?:=>\s*\(|\breturn)\s*$/.test(text.slice(start, returned.at));
  const spread = new RegExp(`\\.\\.\\.\\s*${escaped}(?![\\w$.])`).test(text.slice(returned?.at ?? offset, offset));
  const declares = /^[^{]*?\)\s*:/.test(written.slice(0, written.search(/=>|\{/) + 1));
  return isReturned && !declares ? { what: "returned", from, way, parameter, spread, place: { ...place, keys: returned.keys } } : undefined;
}
