/** What handlers wait for without a limit, and what has one, or is not waited for. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";
import { words } from "./words.ts";

/** The statements of the cast `run`, and what they wait for. */
const unbounded: Record<string, readonly [body: string, ...found: string[]]> = {
  "a request": ["const answer = await fetch(url);", "request"],
  "a request with options": ['await fetch(url, { method: "POST" });', "request"],
  "a request of the platform's": ["await globalThis.fetch(url);", "request"],
  "a request that is gone on with": ["await fetch(url).then((answer) => answer.json()).catch(log);", "request"],
  "a request that is tried": ["try { await fetch(url); } catch {}", "request"],
  "one of two": ["await (n > 0 ? fetch(url) : read());", "request"],
  "in an argument": ["work(await (await fetch(url)).json());", "request"],
  "all of them": ["await Promise.all([fetch(url), read()]);", "request"],
  "each of them": ["await Promise.allSettled(list.map((each) => fetch(each)));", "request"],
  "a function of the file": ["await load();", "request"],
  "a function that gives it back": ["await loading();", "request"],
  "a function in the handler": ["const get = async () => { await fetch(url); }; return await get();", "request"],
  "an event": ['await once(emitter, "end");', "event"],
  "an event with options": ['await events.once(emitter, "end", { captureRejections: true });', "event"],
  "events until one of them": ['for await (const [each] of events.on(emitter, "line")) { if (each) break; }', "event"],
  "a promise that an event settles": ['await new Promise((resolve) => emitter.once("end", resolve));', "event"],
  "a promise that several events settle": [
    'await new Promise((resolve, reject) => { emitter.on("error", reject); emitter.on("end", () => resolve(n)); });',
    "event",
  ],
  "a call": ['await pid.withTimeout(Infinity).call("size");', "call"],
  "a call with another infinity": ['await pid.withTimeout(Number.POSITIVE_INFINITY).call("size");', "call"],
};

const bounded: Record<string, string> = {
  "a call": 'await pid.call("size");',
  "a call with a limit": 'await pid.withTimeout(100).call("size");',
  "a call with a limit of its own": 'await pid.withTimeout(limit).call("size");',
  "a call with somebody else's infinity": 'const Infinity = 5; await pid.withTimeout(Infinity).call("size");',
  "a request with a signal": "await fetch(url, { signal: AbortSignal.timeout(100) });",
  "a request with the signal at hand": "await fetch(url, { signal });",
  "a request with options of others": "await fetch(url, { ...options });",
  "a request with options that are named": "await fetch(url, options);",
  "a request object": "await fetch(new Request(url, { signal }));",
  "a request object by its name": "await fetch(request);",
  "somebody else's fetch": "const fetch = read; await fetch(url);",
  "a method": "await state.fetch(url);",
  "a request that nobody waits for": "void fetch(url);",
  "a request whose answer comes as a message": 'fetch(url).then((answer) => self.pid.cast("answered", answer.status));',
  "a request that is kept": "const promise = fetch(url); keep(promise);",
  "a function that nobody waits for": "void load();",
  "a race": "await Promise.race([fetch(url), pause(100)]);",
  "a callback": "list.forEach(async (each) => { await fetch(each); });",
  "an event with a signal": 'await once(emitter, "end", { signal });',
  "an event with options that are named": 'await once(emitter, "end", options);',
  "somebody else's once": 'await state.once("end");',
  "a function that is called once": "const once = (f) => f; await once(read)();",
  "events with a signal": 'for await (const [each] of events.on(emitter, "line", { signal })) { if (each) break; }',
  "a timer": "await new Promise((resolve) => setTimeout(resolve, 100));",
  "an event or a timer": 'await new Promise((resolve) => { emitter.once("end", resolve); setTimeout(resolve, 100); });',
  "an event or a signal": 'await new Promise((resolve) => { emitter.once("end", resolve); signal.addEventListener("abort", resolve); });',
  "a promise that somebody else settles": "await new Promise((resolve) => waiting.push(resolve));",
  "a callback that comes": "await new Promise((resolve) => read(resolve));",
  "an event among others": 'await new Promise((resolve) => { if (n > 0) resolve(); else emitter.once("end", resolve); });',
};

describe("without a limit", () => {
  for (const [name, [body, ...expected]] of Object.entries(unbounded)) test(name, () => assert.deepEqual(found(body), expected));
});

describe("with a limit, or not waited for", () => {
  for (const [name, body] of Object.entries(bounded)) test(name, () => assert.deepEqual(found(body), []));
});

test("a step that waits is no handler", () => {
  const text = "export default actor({ codeChange: { 1: { up: async (old) => { await fetch(url); return old; } } } });";
  assert.deepEqual(collectBodies("a.ts", text, ["waits"]).waits, []);
});

test("ordinary text is not worth a look", () => {
  const text = `export default actor({ calls: { size: async ({ state, reply }) => reply(await state.room.call("size")) } });
    for (const each of list) emitter.on("end", each);`;
  assert.equal(words.waits.mayHold(text), false);
});

function found(body: string): readonly string[] {
  const text = `import { actor } from "instar";
import * as events from "node:events";
import { once } from "node:events";
export default actor<Runner>({
  vsn: 1,
  init: () => ({}),
  casts: { run: async ({ state, self, next }, pid, url, n, signal, options, request, limit) => { ${body} } },
});
const load = async () => { const answer = await fetch(url); return answer.json(); };
const loading = () => fetch(url).then((answer) => answer.json());
`;
  const { waits = [] } = collectBodies("a.ts", text, ["waits"]);
  assert.ok(waits.length === 0 || words.waits.mayHold(text), "the text says so");
  return waits.map(({ kind }) => kind);
}
