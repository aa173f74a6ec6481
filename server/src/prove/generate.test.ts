/** Generated states are states: for random shapes, whatever is made fits its own validator; and what cannot be made is said. */
import { test } from "node:test";
import assert from "node:assert/strict";
import vm from "node:vm";
import * as fc from "fast-check";
import { randomShape, randomSource } from "../../../test/support/shape-values.ts";
import { type ObjectShape, primitive, type Shape } from "../analysis/shape.ts";
import { typeText } from "../analysis/type-text.ts";
import { validatorSource } from "../analysis/validator.ts";
import { stateRecipes } from "./generate.ts";
import type { Recipe } from "./recipe.ts";
import { makeValue } from "./make-value.ts";
import { valueText } from "./value-text.ts";

const shapes = Number(process.env["INSTAR_PROVE_SHAPES"] ?? 300);
const seed = Number(process.env["INSTAR_PROVE_SEED"] ?? 20_261_122);

test(`what is made of ${shapes} random shapes fits them (seed ${seed})`, () => {
  const random = randomSource(seed);
  let made = 0;
  for (let n = 0; n < shapes; n += 1) {
    const shape = randomShape(random);
    const { recipes } = stateRecipes(shape);
    if (recipes === null) continue;
    const validator = vm.runInThisContext(validatorSource(shape).source) as (state: unknown) => string | null;
    for (const recipe of fc.sample(recipes, { numRuns: 20, seed: n })) {
      const state = makeValue(structuredClone(recipe));
      assert.equal(validator(state), null, `${typeText(shape)} made ${valueText(state)} (shape ${n} of seed ${seed})`);
      made += 1;
    }
  }
  assert.ok(made > shapes * 10, `${made} states`);
});

const object = (fields: Readonly<Record<string, Shape>>): ObjectShape => ({
  kind: "object",
  fields: Object.entries(fields).map(([name, shape]) => ({ name, shape, optional: false, readonly: false })),
  indexes: [],
});
const box: Shape = { kind: "class", class: "Box", module: "box", bases: [], fields: object({ size: primitive("number") }).fields };
const brand: Shape = { kind: "brand", base: primitive("string"), tag: object({ __brand: { kind: "literal", value: "Id" } }) };

const said: [name: string, shape: Shape, standIns: string[], guessed: string[]][] = [
  [
    "nothing of plain data",
    object({ n: primitive("number"), date: { kind: "builtin", class: "Date", from: "", args: [], readonly: false } }),
    [],
    [],
  ],
  ["an instance of a class", object({ one: box, two: box }), ["State.one: a Box", "State.two: a Box"], []],
  ["a function", object({ on: { kind: "function", signatures: [] } }), ["State.on: a function"], []],
  [
    "a pid",
    object({ who: { kind: "array", element: { kind: "pid", protocol: "User" }, readonly: false } }),
    ["State.who[]: a process of User"],
    [],
  ],
  ["what has no type", object({ any: primitive("unknown") }), ["State.any: a value of any type"], []],
  [
    "a package's class",
    object({ at: { kind: "builtin", class: "Moment", from: "moment", args: [], readonly: false } }),
    ["State.at: a Moment of moment"],
    [],
  ],
  ["a brand", object({ id: brand }), [], ["State.id: a brand"]],
];

for (const [name, shape, standIns, guessed] of said) {
  test(`what is stood in for is said: ${name}`, () => {
    const found = stateRecipes(shape);
    const texts = (all: typeof found.standIns): string[] => all.map(({ path, what }) => `${path}: ${what}`);
    assert.notEqual(found.recipes, null);
    assert.deepEqual(texts(found.standIns), standIns);
    assert.deepEqual(texts(found.guessed), guessed);
  });
}

test("a type without a value that ends has no states", () => {
  const endless = object({});
  endless.fields = [{ name: "next", shape: endless, optional: false, readonly: false }];
  assert.equal(stateRecipes(endless).recipes, null);
  assert.equal(stateRecipes(object({ never: primitive("never") })).recipes, null);
});

test("what recurses ends, and shrinks to its simplest", () => {
  const node = object({ value: primitive("number") });
  node.fields = [
    ...node.fields,
    { name: "next", shape: { kind: "union", members: [node, primitive("null")] }, optional: false, readonly: false },
  ];
  const { recipes } = stateRecipes(node);
  assert.ok(recipes !== null);
  const { counterexample } = fc.check(
    fc.property(recipes, () => false),
    { seed },
  );
  assert.equal(valueText(makeValue(counterexample?.[0] as Recipe)), "{ value: 0, next: null }");
});
