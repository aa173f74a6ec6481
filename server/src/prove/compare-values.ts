/**
 * `differences`: where two values in memory differ, as far as a state is concerned: absent is as good as `undefined`, the order of maps and
 * sets says nothing, and sums in floating point need not be exact. Runs none of the project's code.
 */
import { types } from "node:util";
import { standInText } from "./make-value.ts";
import type { Level, Segment } from "./recipe.ts";
import { className, valueText } from "./value-text.ts";

export interface Difference {
  readonly path: readonly Segment[];
  readonly was: unknown;
  readonly is: unknown;
}

/** More would only be more of the same. */
const most = 20;

export function differences(was: unknown, is: unknown): readonly Difference[] {
  const found: Difference[] = [];
  const pairs = new Map<object, Set<object>>();
  const visit = (one: unknown, other: unknown, path: readonly Segment[]): void => {
    if (found.length >= most || isSame(one, other)) return;
    const differ = (): void => void found.push({ path, was: one, is: other });
    if (!isObject(one) || !isObject(other) || standInText(one) !== null || standInText(other) !== null) return differ();
    const met = pairs.get(one) ?? new Set();
    if (met.has(other)) return;
    pairs.set(one, met.add(other));
    if (types.isProxy(one) || types.isProxy(other)) return;
    if (kindOf(one) !== kindOf(other)) return differ();
    if (typeof one === "function") return;
    if (Array.isArray(one) && Array.isArray(other)) {
      if (one.length !== other.length) return differ();
      for (const [index, item] of one.entries()) visit(item, other[index], [...path, { kind: "index", index }]);
      return;
    }
    if (types.isMap(one) && types.isMap(other)) {
      const [left, right] = [entriesOf(one), entriesOf(other)];
      if (left.size !== right.size || [...left.keys()].some((key) => !right.has(key))) return differ();
      for (const [text, value] of left) visit(value, right.get(text), [...path, { kind: "key", text }]);
      return;
    }
    if (types.isSet(one) && types.isSet(other)) {
      const text = (set: ReadonlySet<unknown>): string => [...Set.prototype.values.call(set)].map(valueText).toSorted().join();
      if (text(one) !== text(other)) differ();
      return;
    }
    if (isWhole(one)) {
      if (valueText(one) !== valueText(other)) differ();
      return;
    }
    const names = new Set([...fieldsOf(one), ...fieldsOf(other)]);
    for (const name of names) visit(read(one, name), read(other, name), [...path, { kind: "field", name }]);
  };
  visit(was, is, []);
  return found;
}

/** The state with another value at a path, and nothing else changed; undefined where there is no such place. */
export function withValueAt(state: unknown, path: readonly Segment[], value: unknown): { readonly state: unknown } | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return { state: value };
  if (!isObject(state) || types.isProxy(state)) return undefined;
  if (first.kind === "index") {
    if (!Array.isArray(state) || first.index >= state.length) return undefined;
    const inner = withValueAt(state[first.index], rest, value);
    return inner && { state: state.with(first.index, inner.state) };
  }
  if (first.kind === "key") {
    if (!types.isMap(state)) return undefined;
    const entries = [...Map.prototype.entries.call(state)];
    const at = entries.findIndex(([key]) => valueText(key) === first.text);
    const inner = at < 0 ? undefined : withValueAt(entries[at]?.[1], rest, value);
    return inner && { state: new Map(entries.map(([key, each], index) => [key, index === at ? inner.state : each])) };
  }
  if (Array.isArray(state) || types.isMap(state) || types.isSet(state) || typeof state === "function") return undefined;
  const own = Object.getOwnPropertyDescriptors(state);
  const inner = withValueAt(own[first.name]?.value, rest, value);
  if (inner === undefined) return undefined;
  const made = Object.create(Object.getPrototypeOf(state) as object | null, own) as object;
  Object.defineProperty(made, first.name, { value: inner.state, enumerable: true, configurable: true, writable: true });
  return { state: made };
}

/** The objects along a path, for whoever asks which alternatives of a type they are. */
export function levelsAlong(state: unknown, path: readonly Segment[]): readonly (Level | null)[] {
  let value = state;
  return path.map((segment) => {
    const held = isObject(value) && !types.isProxy(value) ? value : null;
    if (segment.kind === "index") value = Array.isArray(held) ? (held as unknown[])[segment.index] : undefined;
    else if (segment.kind === "key") value = types.isMap(held) ? entriesOf(held).get(segment.text) : undefined;
    else value = held === null ? undefined : read(held, segment.name);
    return segment.kind !== "field" || held === null ? null : levelOf(held);
  });
}

function levelOf(value: object): Level {
  return new Map(
    fieldsOf(value).map((name) => {
      const held = read(value, name);
      return [name, { value: typeof held === "symbol" || isObject(held) ? "object" : [held as string | undefined] }] as const;
    }),
  );
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other || Object.is(one, other)) return true;
  if (typeof one !== "number" || typeof other !== "number")
    return typeof one === "symbol" && typeof other === "symbol" && one.description === other.description;
  return Math.abs(one - other) <= 1e-9 * Math.max(Math.abs(one), Math.abs(other));
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function kindOf(value: object): string {
  if (typeof value === "function") return "function";
  return Array.isArray(value) ? "Array" : className(value);
}

/** What has no fields that could be compared one by one. */
function isWhole(value: object): boolean {
  return types.isDate(value) || types.isRegExp(value) || types.isNativeError(value) || ArrayBuffer.isView(value) || value instanceof URL;
}

function entriesOf(map: ReadonlyMap<unknown, unknown>): ReadonlyMap<string, unknown> {
  return new Map([...Map.prototype.entries.call(map)].map(([key, value]) => [valueText(key), value]));
}

function fieldsOf(value: object): readonly string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([name, property]) => (property.enumerable ? [name] : []));
}

/** Accessors are not run: they are as good as each other. */
function read(value: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
