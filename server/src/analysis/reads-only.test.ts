/** Which steps are proven to write to nothing of their state: what is allowed, and what is not certain. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { readOnlySteps } from "./reads-only.ts";

/** Functions, or whole properties of a step; what else the file has comes behind a line of dashes. */
const proven: readonly string[] = [
  `(old) => ({ ...old, step: 1 })`,
  `({ count, ...rest }: Old, extra: { step: number }): New => ({ ...rest, total: count + 1, step: extra.step })`,
  `(old: Old) => ({ count: old.count, items: old.items.map(withPrice), prices: old.prices })
   --- const withPrice = ({ id, name }: Item): ItemV2 => ({ id, name, price: 0 });`,
  `function (old) { return { ...old, items: old.items.filter(Boolean).map((item) => ({ ...item, tags: [...item.tags, "new"] })) }; }`,
  `(old) => { const { at, ...rest } = old; return { ...rest, since: new Date(at).toISOString() }; }`,
  `(old) => { const byId = new Map(); for (const item of old.items) byId.set(item.id, item); return { byId }; }`,
  `(old) => { const items = []; for (let i = 0; i < old.items.length; i++) items.push(old.items[i]); return { items }; }`,
  `(old) => { const copy = structuredClone(old); copy.deep.list.push(1); copy.deep.n++; delete copy.gone; return copy; }`,
  `(old) => { const made: Record<string, number> = {}; for (const key in old.scores) made[key] = old.scores[key] ?? 0; return { scores: made }; }`,
  `(old) => ({ items: [...old.items].sort((a, b) => a.at - b.at), last: old.items.slice().reverse()[0] })`,
  `(old) => ({ users: Object.fromEntries(Object.entries(old.users).map(([id, user]) => [id, { ...user, id }])) })`,
  `(old) => ({ rooms: new Map([...old.rooms].map(([name, room]) => [name, convert(room)])) })
   --- function convert(room: Room): RoomV2 { return room.kind === "open" ? { ...room, topic: trimmed(room.topic ?? "") } : room; }
   const trimmed = (text: string): string => (text.length > 10 ? text.slice(0, 10) : text.trim());`,
  `(old) => ({ tree: walk(old.tree) }) --- function walk<T extends Node>(node: T): T { return { ...node, children: node.children.map(walk) }; }`,
  `(old) => { let total = 0; old.items.forEach(({ price }) => { total += price; }); return { total }; }`,
  `(old) => { switch (old.kind) { case "a": return { kind: 1 }; default: throw new Error(\`what is \${old.kind}?\`); } }`,
  `(old) => ({ names: old.text.split(",").map((name) => name.trim()), first: (old.items ?? []).at(0) as Item })`,
  `(old) => ({ max: Math.max(...old.list), size: old.set.size, has: old.set.has(1), json: JSON.stringify(old) })`,
  `(old) => Object.assign({}, old, { step: 1 })`,
  `(old, { factor }) => ({ n: old.n * factor, at: Date.now() })`,
  `(old) => { const later = { ...old }; later.n = 1; later["m"] = 2; return later; }`,
  `(old) => { const twice = (n) => n * 2; return { n: twice(old.n), all: old.list.map(twice) }; }`,
  `(old) => ({ ids: Array.from(old.items, ({ id }) => id), kind: Kind.Open }) --- import { Kind } from "./kind.ts";`,
  `(old) => ({ ...DEFAULTS, ...old, items: old.items.map((item) => ({ ...item, price: PRICES[item.id] ?? 0, kind: Kind.Open })) })
   --- import { DEFAULTS, Kind } from "./kind.ts"; const PRICES = { tea: 1 } as const;`,
  `(old) => ({ items: old.items.map((item) => opened(item, PRICES)), open: old.kind === Kind.Open })
   --- enum Kind { Open } const PRICES = { tea: 1 }; const opened = (item, prices) => ({ ...item, kind: Kind.Open, price: prices[item.id] });`,
  `(old) => { const copy = structuredClone(old); copy.deep.n = 1; copy.deep.list.push({ n: 1 }, \`\${old.n}\`); return copy; }`,
];

const refused: readonly string[] = [
  // Writes.
  `(old) => { old.step = 1; return old; }`,
  `(old) => { old.items.push(1); return { ...old }; }`,
  `(old) => { old.n++; return old; }`,
  `(old) => { delete old.gone; return old; }`,
  `(old) => Object.assign(old, { step: 1 })`,
  `(old) => ({ items: old.items.sort() })`,
  `(old) => ({ last: old.items.pop() })`,
  `(old) => { old.map.set("a", 1); return old; }`,
  `(old) => { for (const item of old.items) item.price = 0; return old; }`,
  `(old) => { old.items.forEach((item) => { item.price = 0; }); return old; }`,
  `(old) => ({ items: old.items.map((item) => Object.assign(item, { price: 0 })) })`,
  `(old) => { const { items } = old; items.length = 0; return { items }; }`,
  `(old) => { const copy = { ...old }; copy.deep.n = 1; return copy; }`,
  `(old) => { const items = [...old.items]; items[0].price = 1; return { items }; }`,
  `(old) => { [old.a, old.b] = [old.b, old.a]; return old; }`,
  `(old) => { ({ n: old.n } = { n: 1 }); return old; }`,
  `(old) => { for (old.i of [1]); return old; }`,
  `(old) => { const copy = structuredClone(old); const same = old; same.n = 1; return copy; }`,
  `(old) => ({ n: old.n ??= 1 })`,
  `(old) => Object.freeze(old)`,
  `(old) => Object.defineProperty(old, "n", { value: 1 })`,
  `(old) => { Reflect.set(old, "n", 1); return old; }`,
  `(old) => ({ items: old.items.reduce((all, item) => { all.push(item); return all; }, []) })`,
  `(old) => ({ items: mend(old.items) }) --- function mend(items) { items.push(1); return items; }`,
  `(old) => ({ a: one(old) }) --- const one = (x) => two(x); const two = (x) => (x.n > 3 ? one({ ...x, n: 0 }) : three(x)); const three = (x) => { x.n = 1; return x; };`,
  // What is not certain.
  `(old) => convert(old) --- import { convert } from "./convert.ts";`,
  `(old) => ({ items: old.items.map(convert) }) --- import { convert } from "./convert.ts";`,
  `(old) => ({ items: old.items.map(convert.item) }) --- import * as convert from "./convert.ts";`,
  `(old) => ({ items: registry.filter(old) }) --- import { registry } from "./registry.ts";`,
  `(old) => convert(old) --- let convert = (old) => ({ ...old });`,
  `(old) => convert(old) --- function convert(a: 1): 1; function convert(a) { return a; }; var convert = 2;`,
  `(old, extra) => extra(old)`,
  `(old, extra) => ({ items: old.items.map(extra) })`,
  `(old, { convert }) => ({ items: old.items.map(convert.item) })`,
  `(old, extra) => ({ n: extra.get(old) })`,
  `(old, extra) => ({ items: apply(old.items, extra.f) }) --- const apply = (items, f) => items.map((item) => item + f);`,
  `(old) => ({ items: apply(old.items, (item) => (item.n = 1)) }) --- const apply = (items, f) => items.map(f);`,
  `(old) => old.convert()`,
  `(old) => new Room(old) --- class Room { constructor(old) { old.n = 1; } }`,
  `(old) => new Map(old.m) --- class Map { constructor(old) { old.n = 1; } }`,
  `(old) => ({ items: Object.values(old) }) --- import { Object } from "./mine.ts";`,
  `function (old) { this.n = 1; return old; }`,
  `function (old) { arguments[0].n = 1; return old; }`,
  `async (old) => ({ ...old })`,
  `function* (old) { yield old; }`,
  `(old) => eval("old.n = 1")`,
  `(old) => { const { push } = Array.prototype; push.call(old.items, 1); return old; }`,
  `(old) => ({ text: old.text.replace(old.pattern, "") })`,
  `(old) => ({ found: old.pattern.test(old.text) })`,
  "(old) => ({ text: tag`${old}` }) --- const tag = (_, old) => (old.n = 1);",
  `(old) => { setTimeout(() => { old.n = 1; }); return { ...old }; }`,
  `(old) => { class Room { n = (old.n = 1); } return { room: new Room() }; }`,
  `(old) => { { const items = []; } items.push(old); return old; } --- const items = [];`,
  `(old) => { const items = []; { const items = old.items; items.push(1); } return { items }; }`,
  `(old) => { let items = []; items = old.items; items.push(1); return { items }; }`,
  `(old) => ({ n: (cond ? old.items : []).splice(0, 1) })`,
  // Names of the platform that mean something else.
  `(old) => { const Array = old.items; const first = Array.at(0); first.price = 1; return { ...old }; }`,
  `(old) => { const structuredClone = (x) => x; const copy = structuredClone(old); copy.deep.n = 1; return copy; }`,
  `(old) => { const copy = structuredClone(old); copy.deep.n = 1; return copy; } --- function structuredClone(x) { return x; }`,
  // Functions that are not written out where they are given, or not those that they were.
  `(old) => ({ items: Array.from(old.items, convert.item) }) --- import * as convert from "./convert.ts";`,
  `(old) => ({ items: Array.from(...[old.items, convert]) }) --- import { convert } from "./convert.ts";`,
  `(old) => ({ items: [...old.items].sort(convert.compare) }) --- import * as convert from "./convert.ts";`,
  `(old) => ({ items: Object.groupBy(old.items, old.n ? f : g) }) --- import { f, g } from "./convert.ts";`,
  `(old) => ({ text: JSON.stringify(old, convert.replace) }) --- import * as convert from "./convert.ts";`,
  `(old) => { function f(x) { return x; } f = convert.item; return f(old); } --- import * as convert from "./convert.ts";`,
  `(old) => { const table = { get: mend }; table.get(old); return { ...old }; } --- function mend(old) { old.n = 1; }`,
  `(old) => { const table = { get: Object.assign }; return table.get(old, { n: 1 }); }`,
  `up --- function up(old) { return { ...old }; } up = mend;`,
  // Parts of the state that a copy was given, or that leave the state.
  `(old) => { const copy = structuredClone(old); copy.list = old.list; copy.list.push(1); return copy; }`,
  `(old) => { const copy = structuredClone(old); copy.list.push(old.list[0]); copy.list[0].n = 1; return copy; }`,
  `(old) => { const copy = structuredClone(old); old.list.forEach((x) => { copy[x.id] = x; copy[x.id].n = 1; }); return copy; }`,
  `(old) => ({ bytes: structuredClone(old.bytes, { transfer: [old.bytes.buffer] }) })`,
  `(old) => { (old.items.push(1))<number>; return { ...old }; }`,
  // What comes from elsewhere may do anything with what it is given.
  `(old) => { const table = registry; return { n: table.get(old) }; } --- import { registry } from "./registry.ts";`,
  `(old) => { const { codec } = options; return { n: codec.at(old) }; } --- import { options } from "./options.ts";`,
  `(old) => { let table = old; table = registry; return { n: table.get(old) }; } --- import { registry } from "./registry.ts";`,
  `(old) => { const made = {}; made.table = registry; return made.table.get(old); } --- import { registry } from "./registry.ts";`,
  `(old) => { try { throw registry; } catch (table) { return table.get(old); } } --- import { registry } from "./registry.ts";`,
  `(old) => { const { table = registry } = old; return table.get(old); } --- import { registry } from "./registry.ts";`,
  `(old) => ({ n: apply(old.items, all.registry) }) --- import * as all from "./all.ts"; const apply = (items, table) => table.get(items);`,
  `(old) => ({ n: old.items.reduce((table, item) => { table.get(item); return table; }, registry) }) --- import { registry } from "./registry.ts";`,
  `(old) => ({ n: old.items.reduce((last, item) => (last ? last.get(item) : registry), null) }) --- import { registry } from "./registry.ts";`,
  `(old) => ({ n: [registry].map((table) => table.get(old)) }) --- import { registry } from "./registry.ts";`,
  `(old) => ({ n: old.items.map(() => ({ registry })).filter((x) => x.registry.get(old)) }) --- import { registry } from "./registry.ts";`,
  `(old) => ({ n: table().get(old) }) --- import { registry } from "./registry.ts"; const table = () => registry;`,
  `(old) => ({ is: old instanceof Foreign }) --- import { Foreign } from "./foreign.ts";`,
  // Not the step that counts.
  `(old) => ({ ...old }), ...more --- import { more } from "./more.ts";`,
  `(old) => ({ ...old }), "up": (old) => { old.n = 1; return old; }`,
  `(old) => ({ ...old }), ["up"]: (old) => { old.n = 1; return old; }`,
];

describe("a step that only reads", () => {
  for (const text of proven) test(`is proven: ${text}`, () => assert.deepEqual(stepsOf(text), [1]));
});

describe("a step that writes, or may", () => {
  for (const text of refused) test(`is not proven: ${text}`, () => assert.deepEqual(stepsOf(text), []));
});

test("steps are found however they are written, each by itself", () => {
  const steps = read(`
    import { actor } from "instar";
    const up = (old) => ({ ...old });
    const steps = { 1: { up, down: (state) => state }, 2: { up(old) { return { ...old }; }, down }, 3: { up: (old) => { old.n = 1; return old; }, down }, 4: last, five: { up } };
    export default actor<Protocol>({ vsn: 6, codeChange: steps, init: () => ({}) });`);
  assert.deepEqual(steps, [1, 2]);
  assert.deepEqual(read(`export const a = 1;`), []);
  assert.deepEqual(read(`export default actor({ codeChange: { 1: { up: (old`), []);
});

test("a step is not proven where another may take its place", () => {
  const codeChange = `{ 1: { up: (old) => ({ ...old }), down: (now) => now } }`;
  const writing = `(old) => { old.n = 1; return old; }`;
  const whole = (text: string, before = ""): readonly number[] =>
    read(`${before}\nexport default actor({ vsn: 2, ${text}, init: () => ({}) });`);
  assert.deepEqual(whole(`...base, codeChange: ${codeChange}`), [1]);
  assert.deepEqual(whole(`codeChange: ${codeChange}, ...base`), []);
  assert.deepEqual(whole(`codeChange: ${codeChange}, ["codeChange"]: steps`), []);
  assert.deepEqual(whole(`codeChange: ${codeChange.slice(0, -1)}, ...more }`), []);
  assert.deepEqual(whole(`codeChange: ${codeChange.slice(0, -1)}, ["1"]: { up: ${writing} } }`), []);
  assert.deepEqual(whole(`codeChange: { ...steps, ...others }`, `const steps = ${codeChange};`), []);
  assert.deepEqual(whole(`codeChange: steps`, `const steps = ${codeChange}; steps[1].up = ${writing};`), []);
  assert.deepEqual(whole(`codeChange: steps`, `let steps = ${codeChange}; steps = others;`), []);
});

test("what a step puts into the state from elsewhere is unknown to the next one", () => {
  const steps = (first: string): readonly number[] =>
    read(`import { registry } from "./registry.ts";
      export default actor({ vsn: 3, codeChange: { 1: { up: ${first} }, 2: { up: (old) => ({ n: old.registry.get(old) }) } }, init: () => ({}) });`);
  assert.deepEqual(steps(`(old) => ({ ...old, registry: old.table })`), [1, 2]);
  assert.deepEqual(steps(`(old) => ({ ...old, registry })`), [2]);
});

test("the steps whose speed the bench prints are proven, as it says", () => {
  const bench = readFileSync(new URL("../../../bench/programs/upgrade.ts", import.meta.url), "utf8");
  const steps = bench.match(/^ {6,}up: .*,$/gm) ?? [];
  assert.equal(steps.length, 2);
  for (const step of steps)
    assert.deepEqual(stepsOf(`${step.trim().slice("up: ".length, -1)} --- ${/^const withPrice.*$/m.exec(bench)?.[0]}`), [1]);
});

function stepsOf(text: string): readonly number[] {
  const [step, rest = ""] = text.split(/\s---\s/);
  return read(
    `import { actor } from "instar";\n${rest}\nexport default actor<P>({ vsn: 2, codeChange: { 1: { up: ${step}, down: (state) => state } }, init: () => ({}) });`,
  );
}

function read(text: string): readonly number[] {
  return readOnlySteps("a.actor.ts", text);
}
