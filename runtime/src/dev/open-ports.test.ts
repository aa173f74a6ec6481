/** The ports that the parent holds: a connection reaches whoever serves, and waits while nobody does. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createOpenPorts, type OpenPorts, type Taker } from "./open-ports.ts";

interface Side extends Taker {
  alive: boolean;
}

/** Says who it is to everybody who connects. */
function side(name: string): Side {
  return {
    alive: true,
    give(_id, socket) {
      if (this.alive) socket.end(name);
      return this.alive;
    },
  };
}

async function opened(t: TestContext, ports: OpenPorts, taker: Taker, port = 0): Promise<{ id: string; port: number }> {
  t.after(() => ports.close());
  const answer = await ports.listen(taker, port, "127.0.0.1");
  assert.ok("id" in answer, JSON.stringify(answer));
  return answer;
}

function dial(port: number): Socket {
  return connect(port, "127.0.0.1").setEncoding("utf8");
}

/** What was said to a connection, until it was ended. */
async function said(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (part: string) => (text += part));
  await once(socket, "close");
  return text;
}

test("who listened last serves; when it is gone, who did before", async (t) => {
  const ports = createOpenPorts();
  const [blue, green] = [side("blue"), side("green")];
  const { id, port } = await opened(t, ports, blue);
  assert.equal(await said(dial(port)), "blue");
  assert.deepEqual(await ports.listen(green, 0, "127.0.0.1"), { id, port });
  assert.deepEqual([ports.idsOf(blue), ports.idsOf(green)], [[id], [id]]);
  assert.equal(await said(dial(port)), "green");
  ports.forget(green);
  assert.equal(await said(dial(port)), "blue");
});

test("while nobody serves, connections wait for the next one", async (t) => {
  const ports = createOpenPorts();
  const [blue, green] = [side("blue"), side("green")];
  const { id, port } = await opened(t, ports, blue);
  ports.unlisten(blue, id);
  const early = said(dial(port));
  const held = dial(port);
  await once(held, "connect");
  ports.hold(true);
  assert.equal("id" in (await ports.listen(green, 0, "127.0.0.1")), true);
  const late = said(held);
  ports.hold(false);
  assert.deepEqual(await Promise.all([early, late]), ["green", "green"]);
});

test("a connection that cannot be handed over goes to the other one", async (t) => {
  const ports = createOpenPorts();
  const [blue, green] = [side("blue"), side("green")];
  const { port } = await opened(t, ports, blue);
  await ports.listen(green, 0, "127.0.0.1");
  green.alive = false;
  assert.equal(await said(dial(port)), "blue");
});

test("a port that is taken, by another program or by the same application, is said to be", async (t) => {
  const [ports, others] = [createOpenPorts(), createOpenPorts()];
  const blue = side("blue");
  const { port } = await opened(t, ports, blue);
  await opened(t, others, side("other"));
  const taken = await others.listen(side("third"), port, "127.0.0.1");
  assert.match("error" in taken ? taken.error : "", /EADDRINUSE/);
  const own = await opened(t, others, blue);
  await others.listen(blue, own.port, "127.0.0.1");
  const twice = await others.listen(blue, own.port, "127.0.0.1");
  assert.match("error" in twice ? twice.error : "", /EADDRINUSE|open in this application already/);
});

test("a port on which nobody serves for long is closed", async (t) => {
  const ports = createOpenPorts(1);
  const blue = side("blue");
  const { id, port } = await opened(t, ports, blue);
  const waiting = dial(port);
  await once(waiting, "connect");
  assert.equal(await said(waiting), "blue");
  ports.unlisten(blue, id);
  for (;;) {
    const again = dial(port);
    const [outcome] = await Promise.race([once(again, "error"), once(again, "close")]);
    if ((outcome as { code?: string } | undefined)?.code === "ECONNREFUSED") break;
  }
});
