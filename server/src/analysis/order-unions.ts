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
  const texts = new Map<Shape, string>();
  // Most are told apart by their names; what they say takes longer to write.
  const textOf = (member: Shape): string => {
    const text = texts.get(member) ?? shortTypeText(member);
    texts.set(member, text);
    return text;
  };
  shape.members = shape.members.toSorted(
    (one, other) =>
      compareTexts(nameOf(one), nameOf(other)) ||
      compareTexts(textOf(one), textOf(other)) ||
      compareTexts(shapeHash(one), shapeHash(other)),
  );
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function nameOf(shape: Shape): string {
  return "name" in shape ? (shape.name ?? "") : "";
}
