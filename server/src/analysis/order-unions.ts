/**
 * Puts the alternatives of unions in an order that depends on what they are. The checker orders them by when it met them, which differs
 * between runs, and texts that are made of them must not.
 */
import { type ProtocolShapes, sections } from "./protocol-shapes.ts";
import { children, type Shape, shapeHash } from "./shape.ts";
import { shortTypeText } from "./type-text.ts";

export function orderUnions(protocol: ProtocolShapes): ProtocolShapes {
  visit(protocol.state);
  for (const section of sections)
    for (const { args, reply } of protocol[section]) {
      visit(args);
      if (reply !== null) visit(reply);
    }
  return protocol;
}

export function orderAlternatives(shape: Shape): Shape {
  visit(shape);
  return shape;
}

/** Shapes are shared between modules, and each is put in order once. */
const ordered = new WeakSet<Shape>();

function visit(shape: Shape): void {
  if (ordered.has(shape)) return;
  ordered.add(shape);
  // The parts first: texts and hashes do not depend on their order, but what they are called may.
  for (const child of children(shape)) visit(child);
  if (shape.kind !== "union") return;
  shape.members = shape.members
    .map((member) => ({ member, key: `${nameOf(member)} ${shortTypeText(member)} ${shapeHash(member)}` }))
    .toSorted((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
    .map(({ member }) => member);
}

function nameOf(shape: Shape): string {
  return "name" in shape ? (shape.name ?? "") : "";
}
