/** Hashes of shapes: the same structure has the same hash, however it was written and whatever was hashed before. `SEED=n` repeats a run. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { randomShape, randomSource } from "../../../test/support/shape-values.ts";
import { children, type ObjectShape, primitive, type Shape, shapeHash } from "./shape.ts";
import { testSeed } from "../../../test/support/test-seed.ts";

const seed = testSeed();

describe("hashes", () => {
  test(`copies in which cycles are written out once more are the same, seed ${seed}`, () => {
    for (let round = 0; round < 300; round += 1) {
      const shape = randomShape(randomSource(seed + round));
      const other = unrolled(shape, randomSource(seed - round));
      // Some parts first, so that what is above them finds them hashed.
      const parts = nodes(round % 2 === 0 ? shape : other);
      for (const part of parts.filter((_, index) => index % 3 === round % 3)) shapeHash(part);
      assert.equal(shapeHash(other), shapeHash(shape), `seed ${seed}, round ${round}`);
    }
  });

  test("lists that differ far down differ", () => {
    const loop = (...values: readonly string[]): Shape => {
      const made = values.map((value): ObjectShape => ({ kind: "object", fields: [field("v", { kind: "literal", value })], indexes: [] }));
      for (const [index, each] of made.entries()) each.fields = [...each.fields, field("next", made[(index + 1) % made.length] ?? each)];
      return made[0] ?? primitive("never");
    };
    const [once, twice] = [loop("a"), loop("a", "a")];
    assert.equal(shapeHash(once), shapeHash(twice));
    assert.equal(shapeHash(loop("a", "b")), shapeHash(loop("a", "b", "a", "b")));
    assert.notEqual(shapeHash(loop("a", "b")), shapeHash(loop("b", "a")));
    assert.notEqual(shapeHash(loop("a", "a", "a", "b")), shapeHash(loop("a", "a", "b")));
    assert.notEqual(shapeHash(once), shapeHash(loop("a", "b")));
  });

  test("what stands above a cycle and says the same is the same, in either order", () => {
    const loop = (): ObjectShape => {
      const made: ObjectShape = { kind: "object", fields: [], indexes: [] };
      made.fields = [field("next", made), field("more", made)];
      return made;
    };
    const below = loop();
    shapeHash(below);
    const mixed: ObjectShape = { kind: "object", fields: [], indexes: [] };
    mixed.fields = [field("next", mixed), field("more", below)];
    assert.equal(shapeHash(mixed), shapeHash(below));
    assert.equal(shapeHash({ kind: "object", fields: [field("next", below), field("more", loop())], indexes: [] }), shapeHash(below));
  });

  test("many that recurse through each other take no longer than they are many", () => {
    const made = Array.from({ length: 3000 }, (): ObjectShape => ({ kind: "object", fields: [], indexes: [] }));
    for (const [index, each] of made.entries()) {
      each.fields = [`f${index % 7}`, "left", "right"].map((name, at) => field(name, made[(index * (at + 2) + 1) % made.length] ?? each));
    }
    assert.equal(new Set(made.map(shapeHash)).size > 1, true);
  });
});

function field(name: string, shape: Shape) {
  return { name, shape, optional: false, readonly: false };
}

/** A copy that comes back to itself later than the shape does. */
function unrolled(root: Shape, random: () => number): Shape {
  const copies = new Map<Shape, Shape>();
  const copy = (shape: Shape, depth: number): Shape => {
    const known = copies.get(shape);
    if (known !== undefined && (depth > 6 || random() < 0.5)) return known;
    const made = { ...shape } as Shape;
    copies.set(shape, made);
    const inner = (each: Shape) => copy(each, depth + 1);
    switch (made.kind) {
      case "array":
        made.element = inner(made.element);
        break;
      case "tuple":
        made.slots = made.slots.map((slot) => ({ ...slot, shape: inner(slot.shape) }));
        break;
      case "object":
      case "class":
        made.fields = made.fields.map((own) => ({ ...own, shape: inner(own.shape) }));
        break;
      case "builtin":
        made.args = made.args.map(inner);
        break;
      case "union":
        made.members = made.members.map(inner);
        break;
      default:
        break;
    }
    return made;
  };
  return copy(root, 0);
}

function nodes(root: Shape): readonly Shape[] {
  const seen = new Set<Shape>([root]);
  for (const shape of seen) for (const child of children(shape)) seen.add(child);
  return [...seen];
}
