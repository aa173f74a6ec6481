/** Which timers hold code of the project, and above all which do not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";
import { words } from "./words.ts";

const head = 'import { actor } from "instar"; import { tick } from "./tick.ts"; import { noop } from "lodash";\n';

/** What is found: the name of the timer, and its place. */
const held: Record<string, readonly [text: string, ...found: string[]]> = {
  "a closure": ["function run() { setTimeout(() => tick(), 100); }", "setTimeout run"],
  "a function expression": ["const run = function () { setInterval(function () {}, 100); };", "setInterval run"],
  "a function of the file": ["function poll() {} function run() { setInterval(poll, 100); }", "setInterval run"],
  "an imported function": ["setInterval(tick, 100);", "setInterval top"],
  "a constant that holds a function": ["const poll = async () => {}; setInterval(poll, 100);", "setInterval top"],
  "one of two": ["setInterval(flag ? tick : tick, 100);", "setInterval top"],
  bound: ["class Poller { start() { setTimeout(this.poll.bind(this), 10); } poll() {} }", "setTimeout "],
  "a method": ["class Poller { timer = setInterval(this.poll, 10); poll() {} }", "setInterval top"],
  "a property of an object of the file": ["const jobs = { poll() {} }; setInterval(jobs.poll, 10);", "setInterval top"],
  "by node:timers": ['import { setTimeout as later } from "node:timers"; later(() => {}, 10);', "setTimeout top unknown"],
  "by globalThis": ["globalThis.setTimeout(() => {}, 10);", "setTimeout top unknown"],
  "by a constant": ["const later = setTimeout; later(tick, 10);", "setTimeout top unknown"],
  "at once": [
    "queueMicrotask(() => run()); setImmediate(tick); setTimeout(() => run(), 0); setTimeout(() => run());",
    ...["queueMicrotask", "setImmediate", "setTimeout", "setTimeout"].map((name) => `${name} top brief`),
  ],
  "ended only by itself": [
    "function run() { const timer = setInterval(() => { if (done) clearInterval(timer); }, 10); }",
    "setInterval run",
  ],
  "another one is ended": ["function run() { const timer = setTimeout(tick, 10); clearTimeout(other); }", "setTimeout run"],
  "kept in the module": ["let timer; export function run() { clearTimeout(timer); timer = setTimeout(tick, 10); }", "setTimeout run"],
  "in a handler": [
    "export default actor({ vsn: 1, casts: { go: ({ next }) => { setTimeout(() => {}, 10); return next(); } } });",
    "setTimeout casts.go",
  ],
  "in a handler's short form": ["export default actor({ vsn: 1, init() { setTimeout(() => {}, 10); return {}; } });", "setTimeout init"],
  "in a definition in a variable": [
    "const definition = { vsn: 1, casts: { go: () => { setTimeout(() => {}, 10); } } }; export default actor(definition);",
    "setTimeout casts.go",
  ],
  "in a step": [
    "export default actor({ codeChange: { 1: { up: (old) => { setTimeout(tick, 10); return old; } } } });",
    "setTimeout codeChange.1.up",
  ],
  "in an actor in a function": ["export function make() { return actor({ init: () => { setTimeout(tick, 10); } }); }", "setTimeout make"],
  "where the module is loaded": ["{ setTimeout(tick, 10); }", "setTimeout top"],
  "in a generator": ["function* run() { yield setTimeout(tick, 10); }", "setTimeout run"],
  "in a promise that it does not settle": [
    "const wait = () => new Promise((resolve) => { setTimeout(() => tick(), 10); resolve(1); });",
    "setTimeout wait",
  ],
  "in a template and a default": [
    "function run(timer = setTimeout(tick, 10)) { return `${setTimeout(tick, 10)}`; }",
    "setTimeout run",
    "setTimeout run",
  ],
  "in JSX": ["const A = () => <p onClick={() => setTimeout(tick, 10)} />;", "setTimeout A"],
};

const silent: Record<string, string> = {
  "a message to oneself, when the code that runs has returned":
    "queueMicrotask(() => self.pid.cast('next')); setTimeout(() => { void self.pid.call('next'); }, 0);",
  "a promise of time": "const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));",
  "a promise of time, wrapped": "await new Promise((resolve) => { setTimeout(() => resolve(1), 10); });",
  "a promise that fails in time": "await new Promise((_, reject) => setTimeout(() => { log(); reject(new Error()); }, 10));",
  "promises of the platform": 'import { setTimeout } from "node:timers/promises"; export const later = setTimeout(100, () => {});',
  "a limit of time":
    "async function run() { const timer = setTimeout(() => abort.abort(), 10); try { await work(); } finally { clearTimeout(timer); } }",
  closed: "async function run() { const timer = setTimeout(() => {}, 10); await work(); timer.close(); }",
  "a function of the file of that name": "function setTimeout(f) { f(); } setTimeout(() => {}, 10);",
  "a parameter of that name": "export const run = (setTimeout) => setTimeout(() => {}, 10);",
  "a clock's": "export const run = (clock) => clock.setTimeout(() => {}, 10);",
  "a method of that name": "class Clock { setTimeout(f) { f(); } run() { this.setTimeout(() => {}, 10); } }",
  "what an argument gives": "export const run = (f) => setTimeout(f, 10);",
  "what a package gives": "setTimeout(noop, 10);",
  "what a property of an argument gives": "export const run = (options) => setTimeout(options.done, 10);",
  "what a call gives": "setTimeout(make(), 10);",
  "no call": "export const timer = setTimeout; export type T = ReturnType<typeof setTimeout>;",
  "in a text": 'const text = "setTimeout(() => {}, 10)"; // setTimeout(tick, 10)',
  "nothing at all": "setTimeout();",
};

describe("timers", () => {
  for (const [name, [text, ...expected]] of Object.entries(held)) {
    test(name, () => {
      assert.deepEqual(found(text), expected);
      assert.ok(words.timers.mayHold(text));
    });
  }
  for (const [name, text] of Object.entries(silent)) test(`not: ${name}`, () => assert.deepEqual(found(text), []));

  test("an ordinary file is not even parsed", () => {
    assert.equal(words.timers.mayHold("export const timeout = 100; export function reset(interval: number) {}"), false);
  });
});

function found(text: string): readonly string[] {
  return (collectBodies("/a.tsx", head + text, ["timers"]).timers ?? []).map(({ name, within, known, brief }) =>
    [
      name,
      within === null ? "top" : typeof within === "string" ? within : within.join("."),
      ...(brief ? ["brief"] : known ? [] : ["unknown"]),
    ].join(" "),
  );
}
