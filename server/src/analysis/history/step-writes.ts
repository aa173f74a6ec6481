/** What the functions of a step write into one field of the state that they give back, as far as their source says it plainly. */
import type { ExpressionTree, FunctionTree, PropertyTree, SourceTree, Spot } from "../syntax/tree.ts";
import { codeChangeProperties, defaultCall, propertyOf, unwrapped, valueIn, variablesOf } from "../syntax/definition-tree.ts";
import type { Segment } from "./field-places.ts";

/** `codeChange[from]` as it is written. */
export interface StepCode {
  readonly from: number;
  /** Its key. */
  readonly key: Spot;
  readonly up: WayCode;
  readonly down: WayCode;
  /** The entries of `messages`, as text. */
  readonly messages: readonly { readonly name: string; readonly text: string }[];
}

/** One function of a step; `open` where it is not written out, such as one that is imported. */
export type WayCode =
  | { readonly kind: "function"; readonly function: FunctionTree; readonly text: string }
  | { readonly kind: "irreversible"; readonly why: string | null }
  | { readonly kind: "missing" }
  | { readonly kind: "open" };

/** What a function writes to a field. */
export type Written =
  /** What lies there in the state that it is given. */
  | { readonly kind: "from"; readonly path: readonly Segment[] }
  /** The same value for every state. */
  | { readonly kind: "value"; readonly text: string }
  /** Made from the state that it is given. */
  | { readonly kind: "made"; readonly text: string }
  | { readonly kind: "nothing" }
  /** It cannot be told. */
  | { readonly kind: "unknown" };

/** The steps of the actor that is the file's default export, by where they start from. */
export function stepCodes(tree: SourceTree): ReadonlyMap<number, StepCode> {
  const variables = variablesOf(tree);
  const call = defaultCall(tree, variables);
  const found = new Map<number, StepCode>();
  for (const property of call === undefined ? [] : codeChangeProperties(call, variables)) {
    const from = property.kind === "spread" ? NaN : Number(property.name);
    if (!Number.isSafeInteger(from) || property.kind !== "value") continue;
    const step = valueIn(property.value, variables);
    const key = { start: property.start, end: property.start + String(from).length };
    if (step.kind !== "object") {
      found.set(from, { from, key, up: { kind: "open" }, down: { kind: "open" }, messages: [] });
      continue;
    }
    const way = (name: string): WayCode => {
      const part = propertyOf(step, name);
      if (part === undefined) return { kind: step.properties.some(({ kind }) => kind === "spread") ? "open" : "missing" };
      const value = valueOf(part);
      if (value?.kind === "function") return { kind: "function", function: value, text: tree.text };
      if (value?.kind !== "call" || value.callee.kind !== "name" || value.callee.text !== "irreversible") return { kind: "open" };
      const [why] = value.args;
      return { kind: "irreversible", why: why?.kind === "string" ? why.text : null };
    };
    const valueOf = (part: PropertyTree) =>
      part.kind === "method" ? part.value : part.kind === "other" || part.kind === "spread" ? undefined : valueIn(part.value, variables);
    const messages = propertyOf(step, "messages");
    const table = messages === undefined ? undefined : valueOf(messages);
    found.set(from, {
      from,
      key,
      up: way("up"),
      down: way("down"),
      messages:
        table?.kind !== "object"
          ? []
          : table.properties.flatMap((entry) =>
              entry.kind === "spread" || entry.name === undefined
                ? []
                : [
                    {
                      name: entry.name,
                      text: entry.kind === "value" ? textOf(entry.value, tree.text) : tree.text.slice(entry.start, entry.end),
                    },
                  ],
            ),
    });
  }
  return found;
}

export function writtenTo({ function: written, text }: Extract<WayCode, { kind: "function" }>, path: readonly Segment[]): Written {
  const name = written.signature.parameters[0]?.name;
  if (written.returns === undefined || written.signature.parameters[0]?.rest === true) return { kind: "unknown" };
  return writtenIn(written.returns, path, new Map(name === undefined ? [] : [[name, []]]), text);
}

/** @param names what stands for which part of the given state. */
function writtenIn(
  expression: ExpressionTree,
  path: readonly Segment[],
  names: ReadonlyMap<string, readonly Segment[]>,
  text: string,
): Written {
  const value = unwrapped(expression);
  const source = sourceOf(value, names);
  if (source !== undefined) return { kind: "from", path: [...source, ...path] };
  const [segment, ...rest] = path;
  if (segment === undefined) {
    const own = textOf(value, text);
    const speaks = [...names.keys()].some((name) => new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}(?![\\w$])`).test(own));
    return { kind: speaks ? "made" : "value", text: own };
  }
  if (segment.kind === "variant") return writtenIn(value, rest, names, text);
  if (segment.kind === "element") {
    const item = mapped(value, names);
    return item === undefined ? outside(value, names, text) : writtenIn(item.value, rest, item.names, text);
  }
  if (segment.kind !== "field" || value.kind !== "object") return outside(value, names, text);
  // What comes later counts.
  for (const property of value.properties.toReversed()) {
    if (property.kind === "spread") {
      const spread = sourceOf(unwrapped(property.value), names);
      return spread === undefined ? { kind: "unknown" } : { kind: "from", path: [...spread, ...path] };
    }
    if (property.name === undefined) return { kind: "unknown" };
    if (property.name !== segment.name) continue;
    return property.kind === "value" || property.kind === "shorthand" ? writtenIn(property.value, rest, names, text) : { kind: "unknown" };
  }
  return { kind: "nothing" };
}

/** The whole around a field is a value of its own, of which it is not said what is in it. */
function outside(value: ExpressionTree, names: ReadonlyMap<string, readonly Segment[]>, text: string): Written {
  const whole = writtenIn(value, [], names, text);
  return whole.kind === "value" ? whole : { kind: "unknown" };
}

/** `old.members.map((member) => …)`: what becomes of each, where the parameter stands for one of the old ones. */
function mapped(
  value: ExpressionTree,
  names: ReadonlyMap<string, readonly Segment[]>,
): { readonly value: ExpressionTree; readonly names: ReadonlyMap<string, readonly Segment[]> } | undefined {
  if (value.kind !== "call" || value.callee.kind !== "property" || value.callee.name !== "map") return undefined;
  const list = sourceOf(unwrapped(value.callee.object), names);
  const [each] = value.args.map(unwrapped);
  if (list === undefined || each?.kind !== "function" || each.returns === undefined) return undefined;
  const parameter = each.signature.parameters[0]?.name;
  const own = parameter === undefined ? names : new Map([...names, [parameter, [...list, { kind: "element" } as const]]]);
  return { value: each.returns, names: own };
}

function sourceOf(value: ExpressionTree, names: ReadonlyMap<string, readonly Segment[]>): readonly Segment[] | undefined {
  if (value.kind === "name") return names.get(value.text);
  if (value.kind !== "property") return undefined;
  const object = sourceOf(unwrapped(value.object), names);
  return object && [...object, { kind: "field", name: value.name }];
}

function textOf({ start, end }: Spot, text: string): string {
  return text.slice(start, end);
}
