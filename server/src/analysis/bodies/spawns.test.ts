/** Which calls of `start` leave a process that nobody looks after. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";
import { words } from "./words.ts";

const alone: Record<string, string> = {
  "in a handler": "casts: { run: async ({ next }) => { await start(room); return next(); } }",
  "in a callback of a handler": "casts: { run: async () => { await Promise.all(list.map((each) => start(room, { args: [each] }))); } }",
  "in a function that a handler calls": "casts: { run: async () => { await open(); } }",
  "in init": "init: async () => ({ pid: await start(room) })",
  "with a link that is none": "casts: { run: () => { void start(room, { args: [], link: false }); } }",
  "and stops itself": 'casts: { run: ({ stop }) => { void start(room); return stop("normal"); } }',
};

const lookedAfter: Record<string, string> = {
  linked: "casts: { run: () => { void start(room, { link: true }); } }",
  "linked, if somebody says so": "casts: { run: (_, link) => { void start(room, { link }); } }",
  "with options from elsewhere": "casts: { run: (_, options) => { void start(room, options); } }",
  "with options from elsewhere among others": "casts: { run: (_, options) => { void start(room, { ...options }); } }",
  "linked later": "casts: { run: async ({ self }) => { const pid = await start(room); self.link(pid); } }",
  monitored: "casts: { run: async ({ self }) => { const pid = await start(room); return { monitor: self.monitor(pid) }; } }",
  ended: 'casts: { run: async () => { const pid = await start(room); await otp.stop(pid, "done"); } }',
  "another start": "casts: { run: ({ state }) => { state.engine.start(room); } }",
  "a start of its own": "casts: { run: () => { const start = (x) => x; start(room); } }",
  "what is no import": "casts: { run: (_, room) => { void start(room); } }",
  "a function that nobody calls": "casts: { run: () => {} }",
};

describe("a process that nobody looks after", () => {
  for (const [name, definition] of Object.entries(alone)) test(name, () => assert.equal(found(definition), 1));
});

describe("a process that somebody looks after", () => {
  for (const [name, definition] of Object.entries(lookedAfter)) test(name, () => assert.equal(found(definition), 0));
});

const beginnings: Record<string, readonly [text: string, found: number]> = {
  "at the top": ["await start(room);", 1],
  "in a function that runs at once": ["(async () => { await start(room); })();", 1],
  "in a function that is called": ["const main = async () => { await start(room); };\nvoid main();", 1],
  "in a function that others call": ["export const open = async () => await start(room);", 0],
  "in a test": ['import test from "node:test";\nawait start(room);', 0],
  "in a simulation": ['import { testSystem } from "instar/testing";\nawait start(room);', 0],
  "and is ended": ['import { stop } from "instar";\nawait stop(await start(room));', 0],
  "and ends the program": ["await start(room);\nprocess.exit(0);", 0],
};

describe("where a program begins", () => {
  for (const [name, [text, count]] of Object.entries(beginnings)) test(name, () => assert.equal(spawnsIn(text), count));
});

function found(definition: string): number {
  return spawnsIn(`import * as otp from "instar";
export default otp.actor({ vsn: 1, ${definition} });
async function open() { await start(room); }
`);
}

function spawnsIn(code: string): number {
  const text = `import { start } from "instar";\nimport room from "./room.actor.ts";\n${code}`;
  assert.ok(words.spawns.mayHold(text));
  return collectBodies("a.ts", text, ["spawns"]).spawns?.length ?? 0;
}
