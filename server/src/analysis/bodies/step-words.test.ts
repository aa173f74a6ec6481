/** The compiler is loaded for steps only where a look at the text gives a reason to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mayHoldSteps } from "./step-words.ts";

const around = (steps: string, rest = "") => `import { actor, drop, irreversible } from "instar";
${rest}
export default actor<Room>({
  vsn: 2,
  init: async () => ({ topic: "", at: Date.now() }),
  calls: { join: async ({ state, reply }) => { state.log.push(await later()); throw new Error("late"); } },
  codeChange: { ${steps} },
});
`;

const cases: readonly (readonly [name: string, text: string, may: boolean])[] = [
  ["no steps", `export default actor<Room>({ vsn: 1, init: () => ({ at: Date.now() }) });`, false],
  [
    "fields",
    around(
      `1: { up: (old: StateV1): State => ({ topic: old.topic, likes: 0 }), down: (state: State): StateV1 => ({ topic: state.topic }) }`,
    ),
    false,
  ],
  ["no way back", around(`1: { up: (old: StateV1): State => ({ a: [...old.a, 1] }), down: irreversible("said so") }`), false],
  [
    "messages",
    around(
      `1: { up: (old: State): State => old, down: (state: State): State => state, messages: { say: { up: (text: string) => [text, 0] }, ask: drop("gone") } }`,
    ),
    false,
  ],
  [
    "lists and maps",
    around(
      `1: { up: (old: V): W => ({ a: old.a.map((item) => ({ n: item.n })), m: new Map([...old.m].map(([key, value]) => [key, { v: value }])) }), down(state: W): V { return { a: state.a }; } }`,
    ),
    false,
  ],
  [
    "a constant",
    around(`1: { up: (old: V): W => ({ n: old.n + limit }), down: (state: W): V => ({ n: state.n }) }`, "const limit = 20;"),
    false,
  ],
  [
    "a variable",
    around(`1: { up: (old: V): W => ({ n: old.n + last }), down: (state: W): V => ({ n: state.n }) }`, "let last = 20;"),
    true,
  ],
  [
    "a map of the module",
    around(
      `1: { up: (old: V): W => ({ n: seen.get(old.n) }), down: (state: W): V => ({ n: state.n }) }`,
      "const seen = new Map<number, number>();",
    ),
    true,
  ],
  ["the time", around(`1: { up: (old: V): W => ({ n: old.n, at: Date.now() }), down: (state: W): V => ({ n: state.n }) }`), true],
  ["a function of the file", around(`1: { up: (old: V): W => ({ n: numbered(old) }), down: (state: W): V => ({ n: state.n }) }`), true],
  [
    "a function that is handed over",
    around(`1: { up: (old: V): W => ({ n: old.all.map(numbered) }), down: (state: W): V => ({ n: state.n }) }`),
    true,
  ],
  [
    "a function of a module",
    around(
      `1: { up: (old: V): W => ({ n: os.cpus().length }), down: (state: W): V => ({ n: state.n }) }`,
      `import * as os from "node:os";`,
    ),
    true,
  ],
  [
    "types from elsewhere",
    around(
      `1: { up: (old: V): W => ({ n: old.n }), down: (state: W): V => ({ n: state.n }) }`,
      `import type { V } from "./v.ts";\nimport { type W, other } from "./w.ts";`,
    ),
    false,
  ],
  ["a named step", around(`1: { up, down: (state: W): V => ({ n: state.n }) }`), true],
  ["a table elsewhere", `export default actor<Room>({ vsn: 2, codeChange });`, true],
  ["a table that is spread", around("...steps"), true],
  ["async", around(`1: { up: async (old: V) => old, down: (state: W): V => ({ n: state.n }) }`), true],
  ["an old state that nobody looks at", around(`1: { up: (old: V): W => ({ n: 0 }), down: (state: W): V => ({ n: state.n }) }`), true],
  ["an assignment", around(`1: { up: (old: any): W => { old.n = 1; return old; }, down: (state: W): V => ({ n: state.n }) }`), true],
  ["a sort", around(`1: { up: (old: any): W => ({ n: old.n.sort() }), down: (state: W): V => ({ n: state.n }) }`), true],
  ["an assertion", around(`1: { up: (old: any): W => ({ n: old.n.get(1)! }), down: (state: W): V => ({ n: state.n }) }`), true],
];

for (const [name, text, may] of cases) test(`${name}: ${may ? "parsed" : "left alone"}`, () => assert.equal(mayHoldSteps(text), may));
