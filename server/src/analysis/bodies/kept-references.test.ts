/** Fields that are only ever given functions which other files export. What the edits make of them is shown on the rule's page. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";

const head =
  'import { actor } from "instar"; import { ring, other } from "./ring.ts"; import * as bells from "./bells.ts"; import * as fs from "fs";\n';
const module = (type: string, init: string, cast = "return next();", more = "") =>
  `${head}interface State { readonly ring: ${type} }\ninterface Bell { init(): State; casts: { go(): void } }\n${more}\nexport default actor<Bell>({ vsn: 1, init: () => ${init}, casts: { go: ({ state, next }, f) => { ${cast} } } });`;
const plain = "(times: number) => void";

const cases: Record<string, readonly [text: string, ...found: string[]]> = {
  "a function of another file": [module(plain, "({ ring })"), "ring: ./ring.ts ring"],
  "one of two": [module(plain, "({ ring: a ? ring : other })"), "ring: ./ring.ts ring, ./ring.ts other"],
  "of a whole module": [module(plain, "({ ring: bells.one })"), "ring: ./bells.ts one"],
  "what is there stays": [module(plain, "({ ring })", "return next({ ...state, ring: state.ring });"), "ring: ./ring.ts ring"],
  "what a message brings": [module(plain, "({ ring })", "return next({ ring: f });")],
  "what is written into the state": [module(plain, "({ ring })", "state.ring = f; return next();")],
  "a function that is written there": [module(plain, "({ ring: () => {} })")],
  "a function of this file": [module(plain, "({ ring: own })", "return next();", "function own() {}")],
  "a function of the platform": [module(plain, "({ ring: fs.close })")],
  "a state from elsewhere": [module(plain, "other()")],
  "a state that is spread from elsewhere": [module(plain, "({ ring })", "return next({ ...f });")],
  "a key that is computed": [module(plain, "({ ring })", "return next({ ...state, [f]: 1 });")],
  "a step": [module(plain, "({ ring })").replace("vsn: 1,", "vsn: 2, codeChange: { 1: { up: (old) => old } },")],
  "a second field of that name": [module(plain, "({ ring })", "return next();", "interface Other { ring: string }")],
  "a generic function": [module("<T>(value: T) => T", "({ ring })")],
  "a test of a type": [module("(value: unknown) => value is string", "({ ring })")],
  "a type from elsewhere": [module("Ring", "({ ring })")],
  "a state that others may make": [module(plain, "({ ring })").replace("interface State", "export interface State")],
  "mfa means something else": [module(plain, "({ ring })", "return next();", "function mfa() {}")],
};

describe("keptReferences", () => {
  for (const [name, [text, ...expected]] of Object.entries(cases)) {
    test(name, () => {
      const found = collectBodies("/a.ts", text, ["keptReferences"]).keptReferences ?? [];
      assert.deepEqual(
        found.map(({ field, functions }) => `${field}: ${functions.map((each) => `${each.from} ${each.name}`).join(", ")}`),
        expected,
      );
    });
  }
});
