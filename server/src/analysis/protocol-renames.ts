/**
 * Protocols whose interface has another name now. Pids are told apart by the name of their protocol, and snapshots keep the name of their
 * day; what a pid refers to is the process, which does not care.
 */
import { type ProtocolShapes, sections } from "./protocol-shapes.ts";
import { children, type Shape } from "./shape.ts";
import type { Snapshots } from "./snapshots.ts";

/** Names of old protocols, and what they are called now. */
export type ProtocolRenames = ReadonlyMap<string, string>;

/** What is known of one module's protocol. */
export interface Releases {
  /** The module's protocol as its source says it now. */
  readonly protocol: ProtocolShapes;
  readonly snapshots: Snapshots;
  /** What it is compared with, where that is no snapshot. */
  readonly base?: ProtocolShapes | undefined;
}

/** All releases count, not only the newest: other modules may hold pids since before that one. What could mean two things is left out. */
export function protocolRenames(modules: readonly Releases[]): ProtocolRenames {
  const current = new Set(modules.map(({ protocol }) => protocol.name));
  const found = new Map<string, Set<string>>();
  for (const { protocol, snapshots, base } of modules) {
    if (isAnonymous(protocol.name)) continue;
    const released = snapshots.flatMap(({ parsed }) => (parsed.kind === "ok" ? [parsed.shapes.name] : []));
    for (const name of base === undefined ? released : [...released, base.name]) {
      if (current.has(name) || isAnonymous(name)) continue;
      found.set(name, (found.get(name) ?? new Set()).add(protocol.name));
    }
  }
  return new Map([...found].flatMap(([old, [now, ...others]]) => (now === undefined || others.length > 0 ? [] : [[old, now] as const])));
}

/** Those whose old name the module no longer says itself: where it still does, the old name is a type of its own. */
export function renamesFor(protocol: ProtocolShapes, renames: ProtocolRenames): ProtocolRenames {
  if (renames.size === 0) return renames;
  const said = new Set(shapesOf(protocol).flatMap((shape) => [...pidsIn(shape)]));
  return new Map([...renames].filter(([old]) => !said.has(old)));
}

/** The same module, with pids under the names that their protocols have now. */
export function renameProtocols(shapes: ProtocolShapes, renames: ProtocolRenames): ProtocolShapes {
  if (renames.size === 0) return shapes;
  const rename = renamer(renames);
  const section = (name: (typeof sections)[number]) =>
    shapes[name].map((message) => ({
      ...message,
      args: { ...message.args, slots: message.args.slots.map((slot) => ({ ...slot, shape: rename(slot.shape) })) },
      reply: message.reply === null ? null : rename(message.reply),
    }));
  return { name: shapes.name, state: rename(shapes.state), calls: section("calls"), casts: section("casts"), infos: section("infos") };
}

/** The shape itself where no pid in it has another name, a copy otherwise. */
export function renamePids(shape: Shape, renames: ProtocolRenames): Shape {
  return renames.size === 0 ? shape : renamer(renames)(shape);
}

/** Shapes are graphs that recurse: what is shared among the shapes given to one renamer stays shared. */
function renamer(renames: ProtocolRenames): (shape: Shape) => Shape {
  const copies = new Map<Shape, Shape>();
  return (root) => ([...pidsIn(root)].some((name) => renames.has(name)) ? copyOf(root) : root);

  function copyOf(shape: Shape): Shape {
    const known = copies.get(shape);
    if (known !== undefined) return known;
    if (shape.kind === "pid") return { ...shape, protocol: renames.get(shape.protocol) ?? shape.protocol };
    if (children(shape).length === 0) return shape;
    const copy = { ...shape };
    // Before its children, which may come back to it.
    copies.set(shape, copy);
    return Object.assign(copy, partsOf(shape));
  }

  function partsOf(shape: Shape): Partial<Shape> {
    const slot = <S extends { readonly shape: Shape }>(each: S): S => ({ ...each, shape: copyOf(each.shape) });
    switch (shape.kind) {
      case "array":
        return { element: copyOf(shape.element) };
      case "tuple":
        return { slots: shape.slots.map(slot) };
      case "object": {
        const indexes = shape.indexes.map((index) => ({ ...index, key: copyOf(index.key), value: copyOf(index.value) }));
        return { fields: shape.fields.map(slot), indexes };
      }
      case "class":
        return { fields: shape.fields.map(slot), ...(shape.extends === undefined ? {} : { extends: copyOf(shape.extends) }) };
      case "brand":
        return { base: copyOf(shape.base), tag: copyOf(shape.tag) as typeof shape.tag };
      case "builtin":
        return { args: shape.args.map(copyOf) };
      case "function": {
        const signatures = shape.signatures.map(({ parameters, result }) => ({ parameters: parameters.map(slot), result: copyOf(result) }));
        return { signatures };
      }
      case "union":
        return { members: shape.members.map(copyOf) };
      default:
        return {};
    }
  }
}

function shapesOf(protocol: ProtocolShapes): readonly Shape[] {
  const messages = sections.flatMap((section) => protocol[section]);
  return [protocol.state, ...messages.flatMap(({ args, reply }) => (reply === null ? [args] : [args, reply]))];
}

/** The protocols of all pids in a shape. */
function pidsIn(root: Shape): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<Shape>();
  const visit = (shape: Shape): void => {
    if (seen.has(shape)) return;
    seen.add(shape);
    if (shape.kind === "pid") names.add(shape.protocol);
    for (const child of children(shape)) visit(child);
  };
  visit(root);
  return names;
}

/** Names that stand for the lack of one; modules that share such a name have nothing in common. */
function isAnonymous(name: string): boolean {
  return name === "unknown" || name === "default" || name === "__type";
}
