/** References to functions by module and name: which version a call reaches. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { answering, exported, loaded } from "../../test/support/loaded-project.ts";
import { mfa } from "./index.ts";
import { isMfa } from "./mfa.ts";
import * as namespace from "./exit.ts";

const rate = (n: number | null): string =>
  `export const other = 0; ${n === null ? "" : `export const rate = (factor: number) => ${n} * factor;`}`;
/** Plain references beside those by name, from wherever a namespace can come. */
const app = answering(
  "0",
  "",
  `import { mfa } from "instar";
   import * as tax from "./tax"; import * as again from "./again"; import * as room from "./room.actor"; import * as old from "./old.cjs";
   export const refer = (what: string): unknown => ({
     plain: tax.rate, named: mfa(tax, "rate"), passedOn: mfa(again, "rate"), ofActor: mfa(room, "helper"), commonJs: mfa(old, "word"),
   })[what];
   export const early = mfa(tax, "rate")(2);`,
);
const room = (n: number): string => answering("0", "", `export const helper = () => ${n};`);
const files = {
  "src/app.ts": app,
  "src/tax.ts": rate(7),
  "src/again.ts": 'export * from "./tax";',
  "src/room.actor.ts": room(1),
  "src/old.cjs": 'module.exports = { word: () => "one" };',
};

test("in plain Node a namespace has one version, and a reference calls it", () => {
  const reference = mfa(namespace, "formatReason");
  assert.equal(reference("normal"), namespace.formatReason("normal"));
  assert.equal(reference.name, "formatReason");
  assert.deepEqual([isMfa(reference), isMfa(namespace.formatReason), isMfa(null)], [true, false, false]);
});

test("under the code server a reference reaches the current version, and a plain function stays what it was", async (t) => {
  const { project, server, upgrade } = await loaded(t, files);
  const take = (what: string) => exported(server, "src/app", "refer")(what) as (factor: number) => unknown;
  const held = ["plain", "named", "passedOn", "ofActor", "commonJs"].map(take);
  const all = (): unknown[] => held.map((call) => call(10));
  assert.deepEqual(all(), [70, 70, 70, 1, "one"]);
  assert.equal(inspect(held[1]), "[Function: src/tax:rate]");
  project.write("src/tax.ts", rate(19));
  await upgrade();
  assert.deepEqual(all(), [70, 190, 190, 1, "one"]);
  project.write("src/room.actor.ts", room(2));
  project.write("src/old.cjs", 'module.exports = { word: () => "two" };');
  await upgrade();
  assert.deepEqual(all(), [70, 190, 190, 2, "two"]);
});

test("a reference works while its module is evaluated for the first time, and reaches no version that is not committed", async (t) => {
  const { project, server, prepare } = await loaded(t, files);
  const reference = exported(server, "src/app", "refer")("named") as (factor: number) => number;
  assert.equal(exported(server, "src/app", "early"), 14);
  project.write("src/tax.ts", rate(19));
  const prepared = await prepare();
  assert.equal(reference(10), 70);
  for (const { module, to } of prepared.changes) Object.assign(module, { old: module.current, current: to });
  prepared.commit();
  assert.equal(reference(10), 190);
  prepared.settle();
  assert.equal(reference(10), 190);
});

test("a function that the current version lacks, or a module that is gone, is a clear error; the reference may come to life again", async (t) => {
  const { project, server, upgrade } = await loaded(t, files);
  const reference = exported(server, "src/app", "refer")("named") as (factor: number) => number;
  const failing = { code: "INSTAR_UNDEFINED_FUNCTION" };
  project.write("src/app.ts", app.replace('export const early = mfa(tax, "rate")(2);', ""));
  project.write("src/tax.ts", rate(null));
  await upgrade();
  assert.throws(() => reference(1), { ...failing, message: /^src\/tax has no function rate, but/ });
  project.write("src/tax.ts", rate(3));
  await upgrade();
  assert.equal(reference(1), 3);
  project.write("src/app.ts", answering("0", "", 'import "./room.actor";'));
  await upgrade();
  assert.throws(() => reference(1), { ...failing, message: /^src\/tax is not part of the current code, but/ });
});
