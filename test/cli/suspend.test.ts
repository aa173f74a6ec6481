/** `instar suspend`, `resume` and `restart <process>`: what they ask of the runtime, and what they say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessInfo } from "../../runtime/src/protocol.ts";
import { fakeRuntime } from "../support/fake-runtime.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryProject } from "../support/temporary-project.ts";

const tea: ProcessInfo = {
  pid: "<0.2>",
  name: "tea",
  parent: null,
  module: "src/room.actor",
  kind: "actor",
  vsn: 1,
  status: "idle",
  mailbox: 0,
  stateSize: 20,
  since: "2026-01-01T00:00:00.000Z",
  restarts: 0,
  oldCode: false,
};

test("a process is suspended, resumed and restarted by its name or its pid", async (t) => {
  const { root } = temporaryProject(t, {});
  const done = (_: unknown, reply: (result: null) => void): void => reply(null);
  const runtime = await fakeRuntime(
    t,
    { root },
    {
      "processes/list": (_, reply) => reply({ processes: [tea] }),
      "processes/suspend": done,
      "processes/resume": done,
      "processes/restart": done,
    },
  );
  for (const [args, said] of [
    [["suspend", "tea"], "Suspended tea <0.2>."],
    [["resume", "2"], "Resumed tea <0.2>."],
    [["restart", "<0.2>"], "Ended <0.2>; its supervisor starts it anew."],
  ] as const) {
    const { code, stdout, stderr } = await runCli([...args], { cwd: root });
    assert.ok(stdout.includes(said), stdout + stderr);
    assert.equal(code, 0);
  }
  assert.deepEqual(
    runtime.requests.filter(({ method }) => method !== "processes/list"),
    ["suspend", "resume", "restart"].map((action) => ({ method: `processes/${action}`, params: { pid: "<0.2>" } })),
  );
  const unknown = await runCli(["suspend", "nobody"], { cwd: root });
  assert.match(unknown.stderr, /There is no process nobody/);
  assert.equal(unknown.code, 2);
});

test("what the runtime refuses is said, exit 1", async (t) => {
  const { root } = temporaryProject(t, {});
  const refuse = (): never => {
    throw new Error("it has no supervisor");
  };
  await fakeRuntime(t, { root }, { "processes/list": (_, reply) => reply({ processes: [tea] }), "processes/restart": refuse });
  const { code, stderr } = await runCli(["restart", "tea"], { cwd: root });
  assert.match(stderr, /it has no supervisor/);
  assert.equal(code, 1);
});
