/**
 * Shapes: the structure of types as values in memory have it. A graph, since types recurse. Plain data without the compiler, so that
 * shapes read from a snapshot and shapes read from source are the same thing.
 */
import { cyrb128 } from "./hash.ts";
import { partition } from "./partition.ts";
import type { Location } from "./span.ts";

export type Shape =
  | PrimitiveShape
  | LiteralShape
  | EnumShape
  | TemplateShape
  | SymbolShape
  | ArrayShape
  | TupleShape
  | ObjectShape
  | ClassShape
  | BuiltinShape
  | PidShape
  | FunctionShape
  | BrandShape
  | UnionShape;

interface Named {
  /** The name under which it was declared; says nothing about values, so it is no part of the hash. */
  name?: string;
  /** Where the name is declared; only for shapes read from the project's source. */
  declared?: Location;
}

/** A declaration that brought something in; only for shapes read from the project's source. */
export interface Holder {
  readonly name: string;
  readonly declared: Location;
}

export type PrimitiveName = "string" | "number" | "boolean" | "bigint" | "symbol" | "null" | "undefined" | "object" | "unknown" | "never";

export interface PrimitiveShape {
  readonly kind: "primitive";
  readonly type: PrimitiveName;
  /** Why nothing is known, where that is not what was written: a name that does not resolve, a type that never ends, `any`, a type parameter. */
  readonly why?: "unresolved" | "endless" | "any" | "parameter";
}

export interface LiteralShape {
  readonly kind: "literal";
  readonly value: string | number | boolean | { readonly bigint: string };
}

export interface EnumShape extends Named {
  readonly kind: "enum";
  /** All members with their values: a name must keep its value, though values alone are in memory. */
  readonly table: readonly (readonly [name: string, value: string | number])[];
  /** The members that this type allows. */
  readonly members: readonly string[];
}

export interface TemplateShape {
  readonly kind: "template";
  /** One more than `types`. */
  readonly texts: readonly string[];
  readonly types: readonly Shape[];
}

/** A unique symbol. */
interface SymbolShape {
  readonly kind: "symbol";
  readonly symbol: string;
}

export interface ArrayShape extends Named {
  readonly kind: "array";
  element: Shape;
  readonly readonly: boolean;
}

/** The same for one declaration, wherever it is read: a file's declarations have different names. */
export function holderKey({ name, declared }: Holder): string {
  return `${declared.file} ${name}`;
}

export interface Slot {
  shape: Shape;
  readonly optional: boolean;
  readonly rest: boolean;
  readonly label?: string;
}

export interface TupleShape extends Named {
  readonly kind: "tuple";
  slots: readonly Slot[];
  readonly readonly: boolean;
}

export interface Field {
  /** `#cap` for hash-private names, `[key]` for unique symbols. */
  readonly name: string;
  shape: Shape;
  /** May be absent; unless `exact`, it may then also be `undefined`, which `shape` does not say. */
  readonly optional: boolean;
  readonly exact?: boolean;
  /** Not part of the hash, as it says nothing about values. */
  readonly readonly: boolean;
  readonly declared?: Location;
  /** The declaration that it was inherited or picked from. */
  readonly holder?: Holder;
  /** Picked one by one, as by `Pick`: which ones is not for the holder to say. */
  readonly picked?: true;
  /** What it holds is for the type arguments to say, not for the declaration. */
  readonly open?: true;
  /** Declared by the platform or a package, whose code no upgrade replaces. */
  readonly foreign?: true;
}

export interface Index {
  readonly key: Shape;
  value: Shape;
  readonly readonly: boolean;
}

export interface ObjectShape extends Named {
  readonly kind: "object";
  fields: readonly Field[];
  indexes: readonly Index[];
}

/** Instances of a class of the project: nominal. */
export interface ClassShape extends Named {
  readonly kind: "class";
  readonly class: string;
  /** Path of the declaring module from the project root, without extension. */
  readonly module: string;
  /** The names of its base classes, nearest first. */
  readonly bases: readonly string[];
  /** What it extends that is no class of the project: `Map<string, Date>`. Its methods are not among the fields. */
  readonly extends?: Shape;
  /** Inherited ones included. */
  fields: readonly Field[];
}

/** Instances of what the platform or a package declares: nominal and opaque but for the type arguments. */
export interface BuiltinShape {
  readonly kind: "builtin";
  readonly class: string;
  /** Name of the package; empty for the platform's own. */
  readonly from: string;
  args: readonly Shape[];
  /** `ReadonlyMap` and `ReadonlySet` are `Map` and `Set` in memory. */
  readonly readonly: boolean;
}

interface PidShape {
  readonly kind: "pid";
  readonly protocol: string;
}

export interface Signature {
  readonly parameters: readonly Slot[];
  readonly result: Shape;
}

export interface FunctionShape extends Named {
  readonly kind: "function";
  /** Empty for the type `Function`. */
  signatures: readonly Signature[];
  /** Whether it is called with `new`. */
  readonly construct?: boolean;
}

/**
 * Something whole with an invariant that only types know, `string & { readonly __brand: "Id" }`, or with properties of its own, such as a
 * function has.
 */
export interface BrandShape extends Named {
  readonly kind: "brand";
  base: Shape;
  readonly tag: ObjectShape;
}

export interface UnionShape extends Named {
  readonly kind: "union";
  members: readonly Shape[];
}

export function primitive(type: PrimitiveName): PrimitiveShape {
  return primitives[type];
}

export function literal(value: LiteralShape["value"]): LiteralShape {
  return { kind: "literal", value };
}

/** Alternatives. Members of one enum among them are one type. */
export function unionOf(members: readonly Shape[]): Shape {
  const rest: Shape[] = [];
  for (const member of members) {
    const at = rest.findIndex((each) => each.kind === "enum" && member.kind === "enum" && each.name === member.name);
    const before = rest[at];
    if (before?.kind === "enum" && member.kind === "enum") {
      const both = before.table.map(([name]) => name).filter((name) => before.members.includes(name) || member.members.includes(name));
      rest[at] = { ...before, members: both };
    } else rest.push(member);
  }
  const [only] = rest;
  return rest.length === 1 && only !== undefined ? only : { kind: "union", members: rest };
}

export const unresolved: PrimitiveShape = { kind: "primitive", type: "unknown", why: "unresolved" };
export const anything: PrimitiveShape = { kind: "primitive", type: "unknown", why: "any" };
/** A type parameter of a function: whatever it is called with. */
export const parameter: PrimitiveShape = { kind: "primitive", type: "unknown", why: "parameter" };
export const endless: PrimitiveShape = { kind: "primitive", type: "unknown", why: "endless" };

const primitives: Record<PrimitiveName, PrimitiveShape> = Object.fromEntries(
  (["string", "number", "boolean", "bigint", "symbol", "null", "undefined", "object", "unknown", "never"] as const).map((type) => [
    type,
    { kind: "primitive", type },
  ]),
) as Record<PrimitiveName, PrimitiveShape>;

/** Types of strings that are what a function makes of them. */
const mappings: ReadonlyMap<string, (text: string) => string> = new Map([
  ["Uppercase", (text: string) => text.toUpperCase()],
  ["Lowercase", (text: string) => text.toLowerCase()],
  ["Capitalize", (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)],
  ["Uncapitalize", (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1)],
]);

/** `Uppercase<string>` and its like, where a value shows whether it keeps what its type promises. */
export function stringMapping({ tag }: BrandShape): { readonly name: string; apply(text: string): string } | undefined {
  const name = tag.fields.length === 1 ? (tag.fields[0]?.name ?? "") : "";
  const apply = mappings.get(name);
  return apply && { name, apply };
}

export function mappedString(mapping: string, base: Shape): BrandShape {
  return {
    kind: "brand",
    base,
    tag: {
      kind: "object",
      fields: [{ name: mapping, shape: { kind: "literal", value: true }, optional: false, readonly: true }],
      indexes: [],
    },
  };
}

/** One shape for several alternatives: nested unions are flattened, equal members merged. */
function union(members: readonly Shape[]): Shape {
  const flat = members.flatMap((member) => (member.kind === "union" ? member.members : [member]));
  const distinct = [...new Map(flat.map((member) => [shapeHash(member), member])).values()];
  const [only] = distinct;
  return distinct.length === 1 && only !== undefined ? only : { kind: "union", members: distinct };
}

/** The alternatives of a shape; one for everything that is not a union. */
export function membersOf(shape: Shape): readonly Shape[] {
  return shape.kind === "union" ? shape.members : [shape];
}

/** A shape without `undefined` as an alternative. */
export function withoutUndefined(shape: Shape): Shape {
  if (shape.kind !== "union") return isPrimitive(shape, "undefined") ? primitive("never") : shape;
  const rest = shape.members.filter((member) => !isPrimitive(member, "undefined"));
  if (rest.length === shape.members.length) return shape;
  const all = union(rest);
  return all.kind === "union" && shape.name !== undefined ? { ...all, name: shape.name } : all;
}

export function isPrimitive(shape: Shape, type: PrimitiveName): boolean {
  return shape.kind === "primitive" && shape.type === type;
}

/** Whether its values are data throughout, whose methods are those that the platform gives to all of their kind. */
export function isPlain(root: Shape): boolean {
  const reached = new Set([root]);
  for (const shape of reached) {
    if (shape.kind === "class" || shape.kind === "function") return false;
    if (shape.kind === "primitive" && (shape.type === "object" || shape.type === "unknown")) return false;
    // Reading from an iterator uses it up.
    if (shape.kind === "builtin" && (shape.from !== "" || /Iterator|Iterable|Generator/.test(shape.class))) return false;
    // Where this is asked for, Node has its `Buffer`, whose `slice` is a view.
    if (shape.kind === "builtin" && /^(Uint8Array|ArrayBufferView)$/.test(shape.class)) return false;
    for (const child of children(shape)) reached.add(child);
  }
  return true;
}

export function children(shape: Shape): readonly Shape[] {
  switch (shape.kind) {
    case "template":
      return shape.types;
    case "array":
      return [shape.element];
    case "tuple":
      return shape.slots.map((slot) => slot.shape);
    case "object":
      return [...sorted(shape.fields).map((field) => field.shape), ...shape.indexes.flatMap((index) => [index.key, index.value])];
    case "class":
      return [...sorted(shape.fields).map((field) => field.shape), ...(shape.extends === undefined ? [] : [shape.extends])];
    case "builtin":
      return shape.args;
    case "function":
      return shape.signatures.flatMap((signature) => [...signature.parameters.map((slot) => slot.shape), signature.result]);
    case "brand":
      return [shape.base, shape.tag];
    case "union":
      return shape.members;
    default:
      return [];
  }
}

/** The names that are declared for shapes in these. */
export function namesIn(roots: readonly Shape[]): ReadonlySet<string> {
  const seen = new Set(roots);
  const names = new Set<string>();
  for (const shape of seen) {
    if ("name" in shape && shape.name !== undefined) names.add(shape.name);
    for (const child of children(shape)) seen.add(child);
  }
  return names;
}

/** Whether something in it did not resolve, so that nothing can be said of the values there. */
export function hasUnresolved(root: Shape): boolean {
  const reached = new Set([root]);
  for (const shape of reached) {
    if (resolved.has(shape)) continue;
    if (shape.kind === "primitive" && shape.why === "unresolved") return true;
    for (const child of children(shape)) reached.add(child);
  }
  for (const shape of reached) resolved.add(shape);
  return false;
}

/** Shapes in which everything is: most are parts of several states, and the same after an edit. */
const resolved = new WeakSet<Shape>();

/** What a node says by itself, without its children. */
function label(shape: Shape): string {
  const slot = ({ optional, rest }: Slot) => (rest ? "." : optional ? "?" : "!");
  const field = ({ name, optional, exact }: Field) => `${JSON.stringify(name)}${exact === true ? "~" : optional ? "?" : ""}`;
  switch (shape.kind) {
    case "primitive":
      // Where a type was cut off is our own doing; what did not resolve is not the type that was meant.
      return `p ${shape.type}${shape.why === "unresolved" ? " unresolved" : ""}`;
    case "literal":
      return `l ${JSON.stringify(shape.value)}${Object.is(shape.value, -0) ? "-" : ""}`;
    case "enum":
      return `e ${JSON.stringify([shape.table, shape.members])}`;
    case "template":
      return `t ${JSON.stringify(shape.texts)}`;
    case "symbol":
      return `s ${shape.symbol}`;
    case "array":
      return `a ${shape.readonly}`;
    case "tuple":
      return `u ${shape.readonly} ${shape.slots.map(slot).join("")}`;
    case "object":
      return `o ${sorted(shape.fields).map(field).join()} ${shape.indexes.length}`;
    case "class":
      return `c ${shape.class} ${shape.module} ${shape.bases.join()} ${sorted(shape.fields).map(field).join()}${shape.extends === undefined ? "" : " +"}`;
    case "builtin":
      return `b ${shape.class} ${shape.from} ${shape.readonly} ${shape.args.length}`;
    case "pid":
      return `i ${shape.protocol}`;
    case "function":
      return `f ${shape.construct === true ? "new " : ""}${shape.signatures.map((signature) => signature.parameters.map(slot).join("")).join()}`;
    case "brand":
      return "n";
    default:
      return `v ${shape.members.length}`;
  }
}

function sorted(fields: readonly Field[]): readonly Field[] {
  if (fields.length < 2) return fields;
  let inOrder = orders.get(fields);
  if (inOrder?.length !== fields.length) {
    inOrder = fields.toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
    orders.set(fields, inOrder);
  }
  return inOrder;
}

/** Whoever walks shapes asks again and again; a list of fields is filled once and stays. */
const orders = new WeakMap<readonly Field[], readonly Field[]>();

const hashes = new WeakMap<Shape, string>();
/** Nodes with a hash from which a cycle can be reached. */
const cyclic = new WeakSet<Shape>();
/** What a node on a cycle looks like from above: by its label and its children's hashes, its own hash. */
const onCycles = new Map<string, string>();

/** The same for two shapes if and only if they have the same structure, however they were written: 32 hexadecimal digits. */
export function shapeHash(shape: Shape): string {
  const known = hashes.get(shape);
  if (known !== undefined) return known;
  for (const component of components(shape)) hashComponent(component);
  return hashes.get(shape) ?? "";
}

/** Whether it is on a cycle, or above one. */
export function isRecursive(shape: Shape): boolean {
  shapeHash(shape);
  return cyclic.has(shape);
}

function hashOf(shape: Shape): string {
  return hashes.get(shape) ?? "";
}

function hashComponent(nodes: readonly Shape[]): void {
  const own = new Set(nodes);
  const [first] = nodes;
  if (first !== undefined && nodes.length === 1 && !children(first).includes(first)) {
    const hash = combine(first, hashOf);
    // It may say once more what is said on the cycle beneath it.
    hashes.set(first, onCycles.get(hash) ?? hash);
    if (children(first).some((child) => cyclic.has(child))) cyclic.add(first);
    return;
  }
  for (const node of nodes) cyclic.add(node);
  // The same cycle may be beneath it in another writing. That is looked for only where each node looks familiar, as it takes long.
  const familiar = nodes.every((node) => looks.has(look(node, looksDeep)));
  const below = new Set(nodes);
  if (familiar) for (const node of below) for (const child of children(node)) if (cyclic.has(child)) below.add(child);
  if (below.size > own.size) {
    const { last } = refined([...below], hashOf, (child) => below.has(child));
    const others = new Map([...below].filter((node) => !own.has(node)).map((node) => [last.get(node), hashOf(node)]));
    if (nodes.every((node) => others.has(last.get(node)))) {
      for (const node of nodes) hashes.set(node, others.get(last.get(node)) ?? "");
      return;
    }
  }
  const { last, previous } = refined(nodes, hashOf, (child) => own.has(child));
  // Once nothing more can be told apart, how each kind of node went on from the round before says all that any further round would.
  const steps = new Set(nodes.map((node) => `${previous.get(node)} ${last.get(node)}`));
  const whole = cyrb128([...steps].toSorted().join());
  for (const node of nodes) hashes.set(node, cyrb128(`cycle ${last.get(node)} ${whole}`));
  for (const node of nodes) {
    onCycles.set(combine(node, hashOf), hashOf(node));
    looks.add(look(node, looksDeep));
  }
}

/** What nodes on cycles look like, a few levels down: the same for all that are the same. */
const looks = new Set<string>();
const looksDeep = 4;
const looksByDepth = Array.from({ length: looksDeep + 1 }, () => new WeakMap<Shape, string>());

function look(node: Shape, depth: number): string {
  const known = looksByDepth[depth]?.get(node);
  if (known !== undefined) return known;
  const made = depth === 0 ? label(node) : combine(node, (child) => look(child, depth - 1));
  looksByDepth[depth]?.set(node, made);
  return made;
}

/** Nodes refine each other until no more of them can be told apart. How often depends on the structure alone. */
function refined(
  nodes: readonly Shape[],
  outside: (node: Shape) => string,
  isInside: (node: Shape) => boolean,
): { readonly last: ReadonlyMap<Shape, string>; readonly previous: ReadonlyMap<Shape, string> } {
  const numbers = new Map(nodes.map((node, number) => [node, number]));
  const labels = nodes.map(label);
  const edges = nodes.map((node) => children(node).map((child) => (isInside(child) ? (numbers.get(child) ?? "") : outside(child))));
  const classes = partition({ labels, edges, unordered: nodes.map(({ kind }) => kind === "union") });
  // What is the same has the same hashes, so that one of each will do.
  const chosen = new Map<number, number>();
  for (const [number, own] of classes.entries()) if (!chosen.has(own)) chosen.set(own, number);
  let previous = new Map<number, string>();
  let last = new Map([...chosen].map(([own, number]) => [own, labels[number] ?? ""]));
  for (let count = 0, known = new Set(last.values()).size; known > count; known = new Set(last.values()).size) {
    count = known;
    previous = last;
    last = new Map(
      [...chosen].map(([own, number]) => {
        const parts = (edges[number] ?? []).map((to) => (typeof to === "string" ? to : (previous.get(classes[to] ?? 0) ?? "")));
        return [own, combined(nodes[number], labels[number] ?? "", parts)];
      }),
    );
  }
  const spread = (of: ReadonlyMap<number, string>) => new Map(nodes.map((node, number) => [node, of.get(classes[number] ?? 0) ?? ""]));
  return { last: spread(last), previous: spread(previous) };
}

function combine(node: Shape, hashOfChild: (child: Shape) => string): string {
  return combined(node, label(node), children(node).map(hashOfChild));
}

function combined(node: Shape | undefined, own: string, parts: readonly string[]): string {
  return cyrb128(`${own}(${(node?.kind === "union" ? parts.toSorted() : parts).join()})`);
}

/** Nodes that have no hash yet, those that reach each other together, and what is beneath before what is above (Tarjan). */
function components(root: Shape): readonly (readonly Shape[])[] {
  const found: Shape[][] = [];
  const numbers = new Map<Shape, number>();
  const stack: Shape[] = [];
  const onStack = new Set<Shape>();
  const visit = (node: Shape): number => {
    const number = numbers.size;
    let low = number;
    numbers.set(node, number);
    stack.push(node);
    onStack.add(node);
    for (const child of children(node)) {
      if (hashes.has(child)) continue;
      if (!numbers.has(child)) low = Math.min(low, visit(child));
      else if (onStack.has(child)) low = Math.min(low, numbers.get(child) ?? low);
    }
    if (low === number) {
      const component = stack.splice(stack.lastIndexOf(node));
      for (const each of component) onStack.delete(each);
      found.push(component);
    }
    return low;
  };
  visit(root);
  return found;
}
