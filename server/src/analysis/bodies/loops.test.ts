/** What never ends in handlers, and above all what only looks like it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";
import { words } from "./words.ts";

/** The statements of the cast `run`, and what is found of them: its kind, with `apart` where the handler does not wait for it. */
const endless: Record<string, readonly [body: string, ...found: string[]]> = {
  "while true": ["while (true) { await pause(); }", "forever"],
  "while 1": ["while (1) { work(); }", "forever"],
  "for without a condition": ["for (;;) { await pause(); }", "forever"],
  "for with a condition that is always true": ["for (let n = 0; true; n++) { work(n); for (;;) work(n); }", "forever", "forever"],
  "do while": ["do { work(); } while (!false)", "forever"],
  "a constant": ["const forever = true; while (forever) work();", "forever"],
  "break of an inner loop": ["while (true) { for (const each of list) { if (each) break; } }", "forever"],
  "break of an inner switch": ["while (true) { switch (n) { case 1: break; default: break; } }", "forever"],
  "break of an inner label": ["while (true) { inner: { if (n) break inner; work(); } }", "forever"],
  "continue of its own label": ["outer: while (true) { for (;n < 3; n++) { continue outer; } }", "forever"],
  "return of an inner function": ["while (true) { list.forEach((each) => { return each; }); await pause(); }", "forever"],
  "an exception that the loop itself catches": ["while (true) { try { throw new Error(); } catch { work(); } }", "forever"],
  "nothing that can throw is tried": ["try { for (;;) {} } catch { return next(); }", "forever"],
  "a counter that nobody counts": ["let n = 0; while (n < 10) { work(); }", "unchanged"],
  "the other counter is counted": [
    "let m = 0; for (let i = 0; i < n; m++) work(i); for (let i = 0; i < 3;) { m++; }",
    "unchanged",
    "unchanged",
  ],
  "a parameter": ["while (n > 0) await pause();", "unchanged"],
  "set before, not in it": ["let go = false; go = true; while (go) { await pause(); }", "unchanged"],
  "fields that nobody writes": ["while (state.busy) {}", "unwritten"],
  "an element that nobody writes": ["let sum = 0; while (list[0] > sum) { sum = sum; } while (list[0] > 1) { sum++; }", "unwritten"],
  "at once": ["await (async () => { while (true) await pause(); })();", "forever"],
  "a function in the handler": ["const poll = () => { for (;;) work(); }; poll();", "forever"],
  "given back": ["return forEver();", "forever"],
  "one of all": ["await Promise.all([pause(), forEver()]);", "forever"],
  "what is caught around it does not matter to what throws nothing": ["try { await busy(); } catch {}", "forever"],
  "not waited for": ["forEver(); return next();", "forever apart"],
  "explicitly not waited for": ["void forEver();", "forever apart"],
  "not waited for, in place": ["void (async () => { for (;;) await pause(); })();", "forever apart"],
  "a sync one holds everything": ["void busySync();", "forever"],
  "through two functions": ["await twice();", "forever"],
  "waits for itself": ["await again();", "recursion"],
  "waits for itself at the end": ["return againAtTheEnd(1);", "recursion"],
  "an interval": ["for await (const each of setInterval(1000)) work(each);", "iteration"],
  events: ['for await (const [each] of events.on(emitter, "message")) { work(each); }', "iteration"],
  "a promise without a way out": ["await new Promise(() => {});", "promise"],
  "a promise whose ways out nobody uses": ["await new Promise<void>((resolve) => { work(); });", "promise"],
};

const bounded: Record<string, string> = {
  "a counter": "for (let i = 0; i < 10; i++) await pause();",
  "a queue": "while (queue.length > 0) { work(queue.shift()); }",
  "a queue that a function empties": "while (queue.length > 0) take(queue);",
  "an iterator": "for (const each of list) { await pause(); }",
  "over a finite list, one after the other": "for await (const each of list) work(each);",
  "over a stream": "for await (const each of state.stream) work(each);",
  "events until the last one": 'for await (const [each] of events.on(emitter, "message")) if (each === "end") break;',
  "events until a signal": 'for await (const [each] of events.on(emitter, "message", { signal })) work(each);',
  "an interval until a signal": "for await (const each of setInterval(1000, null, { signal })) work(each);",
  "somebody else's interval": "const setInterval = (n: number) => [n]; for await (const each of setInterval(1000)) work(each);",
  break: "while (true) { if (n > 3) break; await pause(); }",
  "break in nested blocks": "while (true) { try { if (n) { { break; } } } finally { work(); } }",
  "break out of a switch by a label": "outer: while (true) { switch (n) { case 1: break outer; } }",
  "break of two labels": "one: two: for (;;) { for (;;) { break one; } }",
  "continue of an outer loop": "outer: for (const each of list) { while (true) { if (each) continue outer; } }",
  return: "while (true) { if (n > 3) return next(); work(); }",
  "return in try": "while (true) { try { return next(); } finally { work(); } }",
  "return in catch": "for (;;) { try { await pause(); } catch { return next(); } }",
  "return in finally": "for (;;) { try { work(); } finally { if (n) return next(); } }",
  throw: 'while (true) { if (n > 3) throw new Error("enough"); n++; }',
  "throw again": "while (true) { try { work(); } catch (error) { throw error; } }",
  "an exception that ends it": "try { while (true) work(await read()); } catch (error) { if (error !== end) throw error; }",
  "an exception that ends it, of a function": "try { await forEver(); } catch { return next(); }",
  "a promise's exception that ends it": "await forEver().catch(() => {});",
  "retries with a counter": "let tries = 0; while (tries < 3) { try { await read(); break; } catch { tries += 1; } }",
  "retries that count down": "let left = 3; while (left > 0) { left--; await read(); }",
  "polling until a signal": "while (!signal.aborted) await pause();",
  "polling that a signal ends by an exception": "while (true) { await wait(1000, undefined, { signal }); work(); }",
  "polling that asks a signal": "while (true) { state.abort.throwIfAborted(); await pause(); }",
  "polling until a time": "while (Date.now() < until) await pause();",
  "polling what somebody else sets": "let done = false; emitter.on('end', () => { done = true; }); while (!done) await pause();",
  "polling what the module sets": "while (!closed) await pause();",
  "polling a field": "while (!state.ready) await pause();",
  "polling a field by a function": "while (!state.ready) work();",
  "polling memory that is shared": "while (Atomics.load(shared, 0) === 0) {}",
  "a condition that counts": "while (n-- > 0) work();",
  "a condition that assigns": "let line; while ((line = read()) !== null) work(line);",
  "a destructuring assignment": "let a = 1, b = 2; while (a < 10) { [a, b] = [b, a + b]; }",
  "assigned by the next loop":
    "let each: string | undefined = first; while (each !== undefined) { for (each of list) work(each); each = undefined; }",
  "declared again": "var line = read(); while (line !== null) { work(line); var line = read(); }",
  "a function that waits for itself until the program ends": "await untilTheEnd();",
  "a linked list": "let at = head; while (at) { work(at); at = at.next; }",
  "a loop that does not run": "while (false) { work(); }",
  "a process that ends": "while (true) { if (n) process.exit(0); }",
  "a function that never returns by its type": "for (;;) { if (n) fail(); }",
  "an assertion": "for (let i = 0; ; i++) { assert(i < 10); }",
  "a function that nobody calls": "const never = () => { while (true) work(); }; keep(never);",
  "what a callback does": "list.forEach(() => { for (;;) work(); });",
  "a generator": "const numbers = function* () { while (true) yield 1; }; for (const each of numbers()) { if (each) break; }",
  "a generator of the module": "for (const each of naturals()) if (each > 3) break;",
  "a promise that is kept": "const promise = forEver(); keep(promise);",
  "a race": "await Promise.race([forEver(), pause()]);",
  "a function that waits for itself unless": "await countdown(3);",
  "a function that waits for itself when asked": "await walk(tree);",
  "a function that is handed to itself": "await later();",
  "a promise that a timer settles": "await new Promise((resolve) => setTimeout(resolve, 10));",
  "a promise that is refused": "await new Promise((resolve, reject) => { emitter.once('error', reject); });",
  "a promise that throws": "await new Promise(() => { throw new Error(); });",
  "a promise that hands on all it gets": "await new Promise(function () { settle(arguments); });",
  "a race with a promise that nobody settles": "await Promise.race([new Promise(() => {}), pause()]);",
  "somebody else's promise": "class Promise { then() {} } await new Promise(() => {});",
  "a promise that nobody waits for": "const never = new Promise(() => {}); keep(never);",
};

const rest = `
let closed = false;
export const close = () => { closed = true; };
const forEver = async () => { while (true) await pause(); };
async function busy() { for (;;) {} }
function busySync() { while (true) work(); }
const twice = async () => { await forEver(); };
async function again() { await pause(); await again(); }
async function againAtTheEnd(n: number): Promise<void> { await pause(); return againAtTheEnd(n + 1); }
async function countdown(n: number) { if (n === 0) return; await countdown(n - 1); }
async function walk(tree) { for (const each of tree.children) await walk(each); }
async function untilTheEnd() { if (over()) process.exit(0); await untilTheEnd(); }
async function later() { keep(later); await pause(); }
function fail(): never { throw new Error(); }
function* naturals() { let natural = 0; while (true) yield natural++; }
`;

describe("what never ends", () => {
  for (const [name, [body, ...expected]] of Object.entries(endless)) test(name, () => assert.deepEqual(found(body), expected));
});

describe("what ends", () => {
  for (const [name, body] of Object.entries(bounded)) test(name, () => assert.deepEqual(found(body), []));
});

const rounds: Record<string, readonly [handler: string, hasRound: boolean]> = {
  "all that a cast does": ["casts: { run: async () => {\n  while (true) {\n    await pause();\n  }\n} }", true],
  "all that an info does": ["infos: { run({ state }, n) {\n  for (;;) {\n    work(state, n);\n  }\n} }", true],
  "a call, which has to answer": ["calls: { run: async () => {\n  while (true) {\n    await pause();\n  }\n} }", false],
  "something before it": ["casts: { run: async () => {\n  work();\n  while (true) {\n    await pause();\n  }\n} }", false],
  "a function in the handler": [
    "casts: { run: ({ next }) => { void (async () => {\n  while (true) {\n    await pause();\n  }\n})(); return next(); } }",
    false,
  ],
  "a function that the handler calls": ["casts: { run: async () => { await loop(); } }", false],
  "a round that goes on early": ["casts: { run: () => {\n  while (true) {\n    if (work()) continue;\n  }\n} }", false],
  "a name that would mean something else": ["casts: { run: () => {\n  while (true) {\n    next.work();\n  }\n} }", false],
  "a name that is taken": ["casts: { run: ({ state }) => {\n  while (true) {\n    const state = work();\n  }\n} }", false],
  "all that is left": ["casts: { run: ({ state, ...rest }) => {\n  while (true) {\n    work(rest);\n  }\n} }", false],
  "parameters that are taken apart": ["casts: { run: (_, { n }) => {\n  while (true) {\n    work(n);\n  }\n} }", false],
  "a loop that only may be endless": ["casts: { run: (_, n) => {\n  while (n > 0) {\n    work(n);\n  }\n} }", false],
};

describe("what can be made into rounds", () => {
  for (const [name, [handler, hasRound]] of Object.entries(rounds)) {
    test(name, () => {
      const text = `export default actor({ ${handler} });\nasync function loop() {\n  while (true) {\n    await pause();\n  }\n}`;
      assert.deepEqual(
        (collectBodies("a.ts", text, ["loops"]).loops ?? []).map(({ round }) => round !== null),
        [hasRound],
      );
    });
  }
});

const places: Record<string, readonly [definition: string, ...found: string[]]> = {
  init: ["init: async () => { while (true) await pause(); }", "init"],
  "a method": ["casts: { run() { while (true) work(); } }", "casts.run"],
  "a step": ["codeChange: { 1: { up: (old) => { for (;;) work(old); } } }", "codeChange.1.up"],
  "a state": ["states: { open: { casts: { run: () => { for (;;) work(); } } } }", "states.open.casts.run"],
  "a function with a name": ["calls: { size: forEver, again: forEver }", "calls.size"],
  "a section elsewhere": ["casts", "casts.tick"],
  "no handler": ["other: 1"],
};

describe("where it stands", () => {
  for (const [name, [definition, ...expected]] of Object.entries(places)) {
    test(name, () => {
      const text = `const casts = { tick() { while (true) work(); } };\nexport default actor({ vsn: 1, ${definition} });\n${rest}`;
      assert.deepEqual(
        (collectBodies("a.ts", text, ["loops"]).loops ?? []).map(({ handler }) => handler.join(".")),
        expected,
      );
    });
  }
});

test("ordinary text is not worth a look", () => {
  const text = `export default actor({ casts: { run: async ({ next }) => { for (let i = 0; i < 3; i++) await load(i); return next(); } } });
    const load = async (n: number) => { for (const each of list) await pause(each); };`;
  assert.equal(words.loops.mayHold(text), false);
});

/** What is found in the cast `run`: nothing else of the file is called by anybody. */
function found(body: string): readonly string[] {
  const text = `import { actor } from "instar";
import assert from "node:assert/strict";
import * as events from "node:events";
import { setInterval } from "node:timers/promises";
export default actor<Runner>({
  vsn: 1,
  init: () => ({}),
  casts: { run: async ({ state, next }, n, signal, list, queue) => { ${body} } },
});
${rest}`;
  const { loops = [] } = collectBodies("a.ts", text, ["loops"]);
  assert.ok(loops.length === 0 || words.loops.mayHold(text), "the text says so");
  return loops.map(({ kind, waitedFor }) => (waitedFor ? kind : `${kind} apart`));
}
