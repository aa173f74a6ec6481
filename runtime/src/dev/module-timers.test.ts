/** The timers that a version's code sets: they work as Node's, are counted until they fire, and end with their version. */
import assert from "node:assert/strict";
import { type TestContext, mock, test } from "node:test";
import { answering, exported, loaded } from "../../../test/support/loaded-project.ts";
import { live } from "../system.ts";

const ticking = (n: number): string =>
  answering(
    "start('interval')",
    "",
    `import { promisify } from "node:util";
     export const fired: string[] = [];
     const fire = (...args: unknown[]) => { fired.push(["${n}", ...args].join(" ")); };
     export const start = (what: string): unknown => ({
       timeout: () => setTimeout(fire, 10, "timeout"), interval: () => setInterval(fire, 10, "interval"),
       immediate: () => setImmediate(fire, "immediate"), microtask: () => queueMicrotask(fire), promise: () => promisify(setTimeout)(10, "promised"),
       bad: () => setTimeout("text" as never, 10),
     })[what]?.();
     export const clear = (timer: never): void => clearTimeout(timer);
     export const seen = () => fired;`,
  );
const files = { "src/app.ts": answering("0", "", 'import "./room.actor";'), "src/room.actor.ts": ticking(1) };

/** A loaded room, and Node's timers moved by hand. */
async function timed(t: TestContext) {
  const project = await loaded(t, files);
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "setImmediate"] });
  t.after(() => mock.timers.reset());
  const { server } = project;
  const room = (name: string) => exported(server, "src/room.actor", name);
  const timers = (status: "old" | "current" = "current"): readonly { kind: string; pid: string | null; after: number | null }[] =>
    status === "current"
      ? (server.modules.get("src/room.actor")?.current.timers.list() ?? assert.fail())
      : server.heldCode().flatMap((version) => version.timers);
  return { ...project, room, timers, kinds: (status?: "old") => timers(status).map(({ kind }) => kind) };
}

test("timers fire with their arguments, and count until then or until they are cleared", async (t) => {
  const { room, timers, kinds } = await timed(t);
  const timeout = room("start")("timeout");
  const interval = room("start")("interval");
  room("start")("immediate");
  assert.deepEqual(timers(), [
    { kind: "timeout", pid: null, after: 10 },
    { kind: "interval", pid: null, after: 10 },
    { kind: "immediate", pid: null, after: null },
  ]);
  mock.timers.tick(10);
  assert.deepEqual((room("seen")("") as string[]).toSorted(), ["1 immediate", "1 interval", "1 timeout"]);
  assert.deepEqual(kinds(), ["interval"]);
  room("clear")(interval as never);
  room("clear")(timeout as never);
  room("clear")(undefined as never);
  assert.deepEqual(kinds(), []);
});

test("a callback that is no function is Node's error, and what util.promisify makes of setTimeout is Node's own", async (t) => {
  const { server } = await loaded(t, files);
  assert.throws(() => exported(server, "src/room.actor", "start")("bad"), { code: "ERR_INVALID_ARG_TYPE" });
  assert.equal(await exported(server, "src/room.actor", "start")("promise"), "promised");
  assert.deepEqual(server.modules.get("src/room.actor")?.current.timers.list(), []);
});

test("a timer that ends by its own method counts no more", async (t) => {
  const { server } = await loaded(t, files);
  const timer = exported(server, "src/room.actor", "start")("interval") as NodeJS.Timeout;
  const list = () => server.modules.get("src/room.actor")?.current.timers.list().length;
  assert.equal(list(), 1);
  timer.close();
  assert.equal(list(), 0);
});

test("timers are counted for the process whose handler set them, and for the version; a purge ends them", async (t) => {
  const { project, server, system, ask, upgrade, room, timers, kinds } = await timed(t);
  await ask("src/room.actor");
  const [pid] = [...live(system).processes.values()].map((process) => process.pid.id);
  assert.deepEqual(timers(), [{ kind: "interval", pid, after: 10 }]);
  const old = room("start");
  const seen = room("seen");
  project.write("src/room.actor.ts", ticking(2));
  await upgrade();
  assert.deepEqual([kinds(), kinds("old")], [[], ["interval"]]);
  assert.deepEqual(server.heldCode()[0]?.timers[0], { kind: "interval", pid, after: 10, file: project.path("src/room.actor.ts") });
  mock.timers.tick(10);
  assert.deepEqual(seen(""), ["1 interval"]);
  old("timeout");
  assert.equal(server.release(), 0);
  Object.assign(server.modules.get("src/room.actor")?.module ?? assert.fail(), { old: null });
  assert.equal(server.release(), 2);
  // Old code that still runs sets timers that never fire.
  old("interval");
  old("microtask");
  mock.timers.tick(100);
  await Promise.resolve();
  assert.deepEqual(seen(""), ["1 interval"]);
});

test("the timers of a version that was evaluated and not committed never fire; a third version ends those of the first", async (t) => {
  const { project, upgrade, prepare, room, kinds } = await timed(t);
  project.write("src/room.actor.ts", `${ticking(2)} setInterval(() => { throw new Error("must not run"); }, 1);`);
  (await prepare()).settle();
  mock.timers.tick(100);
  room("start")("timeout");
  project.write("src/room.actor.ts", ticking(3));
  await upgrade();
  assert.deepEqual(kinds("old"), ["timeout"]);
  project.write("src/room.actor.ts", ticking(4));
  await upgrade();
  assert.deepEqual(kinds("old"), []);
});

test("code may have names of its own for what the wrapper gives it", async (t) => {
  const { ask } = await loaded(t, {
    "src/app.ts": answering(
      "[__filename, __dirname, typeof require, setTimeout, module]",
      "",
      `import { createRequire } from "node:module"; import "./label";
       const require = createRequire(import.meta.url); const __filename = "file"; const __dirname = "folder"; const setTimeout = 3; const module = 4;`,
    ),
    "src/label.ts": "export {};",
  });
  assert.deepEqual(await ask("src/app"), ["file", "folder", "function", 3, 4]);
});
