/** A thousand upgrades of one module under live processes: nothing of the versions in between stays, with or without a debugger. */
import assert from "node:assert/strict";
import { type InspectorNotification, Session } from "node:inspector";
import { type TestContext, test } from "node:test";
import { untilCollected } from "../../../test/support/collected.ts";
import { loaded, maps } from "../../../test/support/loaded-project.ts";
import { planSteps, upgrade } from "../internal.ts";
import type { Pid } from "../pid.ts";
import type { BuiltFile, Code } from "./built-file.ts";
import { findHolders } from "./code-holders.ts";

const room = `
import { actor } from "instar";
import { Money } from "./money";
export const generation = 1000001;
export class Member { constructor(readonly name: string) {} }
export const later = () => import("./later");
export interface Room { init(name: string): object; calls: { generation(): number; total(): number; wait(): number } }
export default actor<Room>({
  vsn: 1,
  init: (name) => ({ members: [new Member(name)], total: new Money(generation) }),
  calls: {
    generation: ({ reply }) => reply(generation),
    total: ({ state, reply }) => reply((state as { total: Money }).total.cents),
    wait: async ({ state, reply }) => {
      await new Promise((resolve) => setImmediate(resolve));
      return reply(generation, { ...state });
    },
  },
});
`;
const files = {
  "src/app.ts": `import { supervisor } from "instar"; import room from "./room.actor"; export { room }; export default supervisor({ children: [] });`,
  "src/room.actor.ts": room,
  "src/money.ts":
    'import { rate } from "./rate"; export class Money { constructor(readonly cents: number) {} tax() { return rate() * this.cents; } }',
  "src/rate.ts": "export const rate = () => 1000001;",
  "src/later.ts": "export const word = 1000001;",
};

interface Room {
  init(name: string): object;
  calls: { generation(): number; total(): number; wait(): number };
}

async function upgrades(t: TestContext, times: number) {
  const { project, server, system, build, builder } = await loaded(t, files);
  const { files: built } = await build();
  const sources = [...built.values()].map((file) => ({ file, code: builder.codeOf(file.hash) ?? assert.fail() }));
  const roots = [project.path("src/app.ts"), project.path("src/room.actor.ts")];
  const record = server.modules.get("src/room.actor") ?? assert.fail();
  const pids: Pid<Room>[] = [];
  for (let n = 0; n < 10; n++) pids.push(await system.start<Room>(record.handle, { args: [`process ${n}`] }));

  /** Generation `n` of a file: another text, without esbuild's part in it. */
  const generation = ({ file, code }: { file: BuiltFile; code: Code }, n: number): { file: BuiltFile; code: Code } => {
    const text = code.code.replaceAll("1000001", String(n));
    return text === code.code ? { file, code } : { file: { ...file, hash: `${file.hash}-${n}` }, code: { ...code, code: text } };
  };
  const versions: WeakRef<object>[] = [];
  const remember = (): void => {
    const { exports } = record.current.module as { exports: { later: object; Member: { prototype: object } } };
    versions.push(new WeakRef(exports), new WeakRef(exports.later), new WeakRef(exports.Member.prototype));
    versions.push(new WeakRef(record.module.current), new WeakRef(record.module.current.definition as object));
  };
  const heap: number[] = [];
  remember();
  for (let n = 1; n <= times; n++) {
    const next = sources.map((source) => generation(source, n));
    const codes = Object.fromEntries(next.map(({ file, code }) => [file.hash, code]));
    const prepared = await server.prepare({ layers: [{ roots, files: next.map(({ file }) => file) }], codes, shapes: {} });
    const changes = prepared.changes.map(({ module, to, reinstantiated }) => {
      const plan = planSteps({ module, to, reinstantiated, compatible: () => true });
      assert.ok(plan.ok);
      return { module, to, kind: plan.kind, steps: plan.steps, prototypes: prepared.prototypes };
    });
    const report = await upgrade(system, changes, { onCommit: () => prepared.commit(), onRollback: prepared.rollBack });
    assert.deepEqual([report.outcome, report.processes.length], ["committed", 10]);
    prepared.settle();
    remember();
    if (n % 50 === 0)
      assert.deepEqual(await Promise.all(pids.map((pid) => pid.call(n % 100 === 0 ? "wait" : "generation"))), Array(10).fill(n));
    if (n === times / 2 || n === times) {
      await untilCollected([], -1);
      heap.push(process.memoryUsage().heapUsed);
    }
  }
  return { server, system, versions, heap, pids };
}

/** Of the current version, and of the old one. */
const kept = 2 * 5;

test("after 1,000 upgrades no purged version is alive, states have moved to the newest classes, and the heap is flat", async (t) => {
  const { size } = maps;
  const { server, system, versions, heap, pids } = await upgrades(t, 1000);
  assert.equal(versions.length, 5 * 1001);
  assert.equal(await untilCollected(versions, kept), kept);
  const [half = 0, whole = 0] = heap;
  // Each upgrade has about 5 KB of code and maps: 500 of them would be 2.5 MB. What the engine itself keeps comes and goes.
  assert.ok(whole - half < 1_000_000, `the heap grew by ${whole - half} bytes in 500 upgrades`);
  assert.ok(maps.size - size <= 12, `${maps.size - size} maps are kept`);
  assert.equal(await pids[0]?.call("total"), 1000001);
  assert.deepEqual(
    (await findHolders(system, server, null)).versions.map(({ module, load, status, counts: { instances } }) => [
      module,
      load,
      status,
      instances,
    ]),
    [["src/room.actor", 1000, "old", 0]],
  );
});

test("a debugger that is attached keeps no version alive", async (t) => {
  const session = new Session();
  session.connect();
  t.after(() => session.disconnect());
  const scripts = new Set<string>();
  session.on("Debugger.scriptParsed", ({ params }: InspectorNotification<{ url: string }>) => void scripts.add(params.url));
  session.post("Debugger.enable");
  const { versions } = await upgrades(t, 200);
  assert.ok([...scripts].some((url) => url.endsWith("/src/room.actor.ts?v=201")));
  assert.equal(await untilCollected(versions, kept), kept);
});
