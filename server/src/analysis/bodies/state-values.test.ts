/** What is put into states, by where it is written. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";

const head = 'import { actor } from "instar"; import { tick } from "./tick.ts"; import { Cart } from "./cart.ts";\n';
const cast = (text: string) => `export default actor({ vsn: 1, casts: { go: ({ state, next, reply: answer, stop }, f) => { ${text} } } });`;

const cases: Record<string, readonly [text: string, ...found: string[]]> = {
  init: [
    "export default actor({ init: () => ({ a: () => {}, b: { c: tick }, d: 1, e() {} }) });",
    "function a",
    "function b.c",
    "function e",
  ],
  "init in several ways": [
    "export default actor({ init(x) { if (x) return { a: tick }; return x ? { b: tick } : { c: [tick, 1] }; } });",
    "function a",
    "function b",
    "function c.[]",
  ],
  "an async init in a variable": [
    "const definition = { init: async () => ({ a: tick }) }; export default actor(definition);",
    "function a",
  ],
  "a map and a set": [
    "export default actor({ init: () => ({ a: new Map([['x', tick], ['y', 1]]), b: new Set([() => {}]) }) });",
    "function a.<>",
    "function b.<>",
  ],
  "an instance": ["export default actor({ init: () => ({ cart: new Cart(), date: new Date() }) });", "instance cart"],
  "a constant": ["const first = { a: tick }; export default actor({ init: () => first });", "function a"],
  spread: ["const first = { a: tick }; export default actor({ init: () => ({ ...first, b: 1 }) });", "function a"],
  "a computed key": ["export default actor({ init: () => ({ [key]: tick, 'b-c': tick }) });", "function []", "function b-c"],
  next: [cast("return next({ ...state, a: () => f });"), "function a"],
  "reply by another name, and stop": [
    cast("if (f) return answer(() => {}, { a: tick }); return stop(() => {}, { b: tick });"),
    "function a",
    "function b",
  ],
  "by the context": ["export default actor({ calls: { go: (context) => context.noReply({ ...context.state, a: tick }) } });", "function a"],
  "written into": [
    cast("state.a = tick; state.b.c['d'] = () => {}; state.list.push(tick); state.map.set('a', tick); state.set.add(tick); return next();"),
    "function a",
    "function b.c.d",
    "function list.[]",
    "function map.<>",
    "function set.<>",
  ],
  "in a step": [
    "export default actor({ codeChange: { 1: { up: (old) => ({ ...old, a: tick }), down: (s) => s, messages: { x: { up: () => ({ a: tick }) } } } } });",
    "function a",
  ],
  "in a named handler": ["const go = ({ next }) => next({ a: tick }); export default actor({ casts: { go } });", "function a"],
  "what comes as an argument is not known": [cast("return next({ ...state, a: f });")],
  "another next": ["export default actor({ casts: { go: ({ state }, next) => next({ a: tick }) } });"],
  "another state": [cast("const inner = (state) => { state.a = tick; }; inner({}); return next();")],
  "what it is called with": [cast("return next(state.list.map((each) => each.a(tick)));")],
  "what a function gives": ["export default actor({ init: () => ({ a: tick(), b: [1].map(() => 1) }) });"],
  "a class of the platform": ["export default actor({ init: () => ({ a: new URL('a'), b: new Map() }) });"],
  "another definition in the file": ["const inner = { init: () => ({ a: tick }) }; export default actor({ init: () => ({ b: 1 }) });"],
};

describe("values in states", () => {
  for (const [name, [text, ...expected]] of Object.entries(cases)) {
    test(name, () => {
      const found = collectBodies("/a.ts", head + text, ["stateValues"]).stateValues ?? [];
      assert.deepEqual(
        found.map(({ what, path }) => `${what} ${path.join(".")}`),
        expected,
      );
    });
  }
});
