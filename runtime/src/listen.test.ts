/** Ports outside of the dev runtime: they belong to the process that opened them. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { actor, child, createSystem, exit, listen, supervisor, type Pid } from "./index.ts";

interface Door {
  init(): Promise<{ readonly port: number }>;
  calls: { port(): number };
}

test("the port of a process that is killed is free for the one that is started in its place", async (t) => {
  let wanted = 0;
  const door = actor<Door>({
    vsn: 1,
    init: async () => ({ port: (wanted = (await listen(createServer(), { port: wanted })).port) }),
    calls: { port: ({ state, reply }) => reply(state.port) },
  });
  const system = createSystem();
  t.after(() => system.stop());
  await system.start(supervisor({ children: [child(door, { id: "door", name: "door" })] }));
  const first = system.whereis<Door>("door") as Pid<Door>;
  const port = await first.call("port");
  const connection = connect(port, "127.0.0.1").on("error", () => {});
  const closed = new Promise((resolve) => connection.once("close", resolve));
  await once(connection, "connect");
  exit(first, "kill");
  let next = system.whereis<Door>("door");
  while (next === null || next === first) {
    await new Promise((resolve) => setImmediate(resolve));
    next = system.whereis<Door>("door");
  }
  assert.equal(await next.call("port"), port);
  // Nobody is there any more who could answer.
  await closed;
});
