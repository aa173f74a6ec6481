/** Where the fields of a module lie, by the way that leads to them, and what lies at the same place in another version. */
import { argumentName, byTag, tagOf } from "../compare.ts";
import { type ProtocolShapes, type Section, sections } from "../protocol-shapes.ts";
import { type Field, membersOf, type Shape, shapeHash, unionOf } from "../shape.ts";
import { accessText, typeText } from "../type-text.ts";

export type Segment =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "element" }
  | { readonly kind: "slot"; readonly index: number }
  | { readonly kind: "argument"; readonly class: string; readonly index: number }
  | { readonly kind: "index"; readonly key: string }
  /** One of several objects, told apart by a field. */
  | { readonly kind: "variant"; readonly tag: string; readonly value: string };

/** What a way begins with: the state, or what travels with a message. */
export type Root = "State" | { readonly section: Section; readonly message: string; readonly part: "args" | "reply" };

export interface FieldPlace {
  readonly root: Root;
  /** The last one is the field itself. */
  readonly path: readonly Segment[];
  readonly field: Field;
}

/** All fields of a module's state and messages, by name; of a shape that lies in several places, once in the state and once in each message. */
export function fieldPlaces(protocol: ProtocolShapes): ReadonlyMap<string, readonly FieldPlace[]> {
  let found = known.get(protocol);
  if (found === undefined) known.set(protocol, (found = findPlaces(protocol)));
  return found;
}

/** Protocols are the same for most modules from one analysis to the next. */
const known = new WeakMap<ProtocolShapes, ReadonlyMap<string, readonly FieldPlace[]>>();

export function rootShape(protocol: ProtocolShapes, root: Root): Shape | undefined {
  if (root === "State") return protocol.state;
  const message = protocol[root.section].find(({ name }) => name === root.message);
  return (root.part === "args" ? message?.args : message?.reply) ?? undefined;
}

/** What a version has at a place, of all alternatives together. */
export function fieldAt(root: Shape, path: readonly Segment[]): Field | undefined {
  const last = path.at(-1);
  if (last?.kind !== "field") return undefined;
  let shapes = membersOf(root);
  for (const [index, segment] of path.slice(0, -1).entries()) {
    const name = segment.kind === "variant" ? segment.tag : undefined;
    // Without that tag, the other version has one object for all of them, or tells them apart in another way.
    const next = name === undefined ? shapes.flatMap((shape) => partOf(shape, segment)) : variantsOf(shapes, segment);
    shapes = next.flatMap(membersOf);
    if (shapes.length === 0 || index > 30) return undefined;
  }
  const holders = shapes.flatMap((shape) => (shape.kind === "object" || shape.kind === "class" ? [shape.fields] : []));
  const found = holders.flatMap((fields) => fields.find(({ name }) => name === last.name) ?? []);
  const [first] = found;
  if (first === undefined) return undefined;
  const distinct = [...new Map(found.map(({ shape }) => [shapeHash(shape), shape])).values()];
  const optional = found.some((field) => field.optional);
  return distinct.length === 1 ? { ...first, optional } : { ...first, shape: unionOf(distinct), optional };
}

/** As changes have it: `State.members[].name`, `casts.say[0].text`. */
export function pathText(root: Root, path: readonly Segment[]): string {
  const start = root === "State" ? root : `${root.section}${accessText(root.message)}${root.part === "reply" ? "()" : ""}`;
  return start + path.map(segmentText).join("");
}

function segmentText(segment: Segment): string {
  switch (segment.kind) {
    case "field":
      return accessText(segment.name);
    case "element":
      return "[]";
    case "slot":
      return `[${segment.index}]`;
    case "argument":
      return `<${argumentName(segment.class, segment.index)}>`;
    case "index":
      return `[${segment.key}]`;
    default:
      return `|${segment.tag}=${segment.value}`;
  }
}

function findPlaces(protocol: ProtocolShapes): ReadonlyMap<string, readonly FieldPlace[]> {
  const found = new Map<string, FieldPlace[]>();
  const visitAll = (root: Root, from: Shape): void => {
    const seen = new Set<Shape>([from]);
    // By levels: of what lies in several places, the nearest counts.
    const queue: { readonly shape: Shape; readonly path: readonly Segment[] }[] = [{ shape: from, path: [] }];
    for (const { shape, path } of queue) {
      for (const { segment, shape: child, field } of partsOf(shape)) {
        const own = segment === undefined ? path : [...path, segment];
        if (field !== undefined) {
          const places = found.get(field.name) ?? [];
          found.set(field.name, places);
          places.push({ root, path: own, field });
        }
        if (seen.has(child) || own.length > 30) continue;
        seen.add(child);
        queue.push({ shape: child, path: own });
      }
    }
  };
  visitAll("State", protocol.state);
  for (const section of sections)
    for (const { name, args, reply } of protocol[section]) {
      visitAll({ section, message: name, part: "args" }, args);
      if (reply !== null) visitAll({ section, message: name, part: "reply" }, reply);
    }
  return found;
}

interface Part {
  /** Undefined where it lies at the same place. */
  readonly segment: Segment | undefined;
  readonly shape: Shape;
  readonly field?: Field;
}

function partsOf(shape: Shape): readonly Part[] {
  switch (shape.kind) {
    case "object":
      return [
        ...fieldParts(shape.fields),
        ...shape.indexes.map(({ key, value }): Part => ({ segment: { kind: "index", key: typeText(key) }, shape: value })),
      ];
    case "class":
      return fieldParts(shape.fields);
    case "array":
      return [{ segment: { kind: "element" }, shape: shape.element }];
    case "tuple":
      return shape.slots.map((slot, index): Part => ({ segment: { kind: "slot", index }, shape: slot.shape }));
    case "builtin":
      return shape.args.map((arg, index): Part => ({ segment: { kind: "argument", class: shape.class, index }, shape: arg }));
    case "brand":
      return [{ segment: undefined, shape: shape.base }];
    case "union": {
      const tag = tagOf(shape, shape);
      const { variants, rest } = byTag(shape.members, tag);
      return [
        ...[...variants].map(([value, variant]): Part => ({ segment: { kind: "variant", tag: tag ?? "", value }, shape: variant })),
        ...rest.map((member): Part => ({ segment: undefined, shape: member })),
      ];
    }
    default:
      return [];
  }
}

function fieldParts(fields: readonly Field[]): readonly Part[] {
  return fields.map((field) => ({ segment: { kind: "field", name: field.name }, shape: field.shape, field }));
}

function partOf(shape: Shape, segment: Segment): readonly Shape[] {
  if (shape.kind === "brand") return partOf(shape.base, segment);
  return partsOf(shape).flatMap((part) =>
    part.segment !== undefined && segmentText(part.segment) === segmentText(segment) ? [part.shape] : [],
  );
}

function variantsOf(shapes: readonly Shape[], segment: Segment): readonly Shape[] {
  if (segment.kind !== "variant") return [];
  const objects = shapes.filter((shape) => shape.kind === "object");
  const tagged = objects.filter(({ fields }) => {
    const tag = fields.find(({ name }) => name === segment.tag);
    return tag !== undefined && membersOf(tag.shape).some((unit) => typeText(unit) === segment.value);
  });
  return tagged.length > 0 || objects.some(({ fields }) => fields.some(({ name }) => name === segment.tag)) ? tagged : objects;
}
