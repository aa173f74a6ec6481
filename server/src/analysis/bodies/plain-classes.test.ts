/** Classes that can be written as data and functions. What becomes of them is shown on the rules' pages. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";

const module = (
  members: string,
  { head = "class Cart", use = "return next();", types = "interface Shop { init(): State; casts: { go(): void } }" } = {},
) =>
  `import { actor } from "instar";\ninterface State { readonly cart: Cart }\n${types}\n${head} { ${members} }\nexport default actor<Shop>({ vsn: 1, init: () => ({ cart: new Cart() }), casts: { go: ({ state, next }) => { ${use} } } });`;
const method = "count = 0; add(by: number) { this.count += by; }";

const plain: Record<string, string> = {
  "fields and methods": module(method, { use: "state.cart.add(1); return next();" }),
  "private names": module("#count = 0; #more() { this.#count += 1; } add() { this.#more(); }"),
  "a constructor that sets fields": module("a: number; constructor(a = 1) { this.a = a; }"),
  "arrow functions in methods": module("list: number[] = []; sum() { return this.list.map((each) => each + this.list.length); }"),
};

const others: Record<string, string> = {
  "a base": module(method, { head: "class Cart extends Object" }),
  "an interface that it implements": module(method, { head: "class Cart implements Thing" }),
  exported: module(method, { head: "export class Cart" }),
  generic: module(method, { head: "class Cart<T>" }),
  static: module("count = 0; static make() { return new Cart(); }"),
  "a setter": module("count = 0; set size(to: number) { this.count = to; }"),
  "a field that is a function": module("add = () => {};"),
  "a field of a type that is not written": module("list = make();"),
  "parameters that are fields": module("a = 1; constructor(readonly b = 1) {}"),
  "a constructor that does more": module("a = 1; constructor() { console.log(this.a); }"),
  "this in another function": module("a = 1; go() { return function () { return this; }; }"),
  "a method that is handed on": module(method, { use: "run(state.cart.add); return next();" }),
  "a method of something else": module(method, { use: "other.add(1); return next();" }),
  "a method that may be called": module(method, { use: "state.cart?.add(1); return next();" }),
  "a method by its name": module(method, { use: "state.cart['add'](1); return next();" }),
  "a method that is taken out": module(method, { use: "const { add } = state.cart; return next();" }),
  "a test for the class": module(method, { use: "if (x instanceof Cart) x; return next();" }),
  "the class as a value": module(method, { use: "run(Cart); return next();" }),
  "a test for a private name": module("#count = 0; is(other: object) { return #count in other; }"),
  "what is sent to others": module(method, { types: "interface Shop { init(): State; calls: { get(): Cart } }" }),
  "what is exported": module(method, { types: "export interface Shop { init(): State; one: Cart }" }),
  "a comment that belongs to nothing": module("count = 0; // so many\n add() { this.count += 1; }"),
  generator: module("count = 0; *all() { yield this.count; }"),
};

describe("plainClasses", () => {
  for (const [name, text] of Object.entries(plain)) test(name, () => assert.deepEqual(found(text), ["Cart"]));
  for (const [name, text] of Object.entries(others)) test(`not: ${name}`, () => assert.deepEqual(found(text), []));
});

function found(text: string): readonly string[] {
  return (collectBodies("/a.ts", text, ["plainClasses"]).plainClasses ?? []).map(({ name }) => name);
}
