/** Connections to what does not answer. What a runtime answers is tested with the commands. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { WebSocketServer } from "ws";
import { type RunFile, protocolVersion } from "../../../runtime/src/protocol.ts";
import { untilCollected } from "../../../test/support/collected.ts";
import { connectRuntime } from "./connection.ts";

const runFile = (port: number): RunFile => ({
  version: protocolVersion,
  name: "dev",
  root: "/x",
  entry: "/x/src/app.ts",
  pid: 4711,
  port,
  token: "secret",
  startedAt: "2026-01-01T00:00:00.000Z",
});

test("a runtime that takes no connection, or takes one and says nothing, is said to be busy, and not to be gone", async (t) => {
  const deaf = createServer(() => {});
  await new Promise<void>((resolve) => deaf.listen(0, "127.0.0.1", resolve));
  t.after(() => deaf.close());
  const dumb = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => dumb.once("listening", resolve));
  t.after(() => dumb.close());
  for (const [server, timeout] of [
    [deaf, 1],
    [dumb, 300],
  ] as const) {
    await assert.rejects(connectRuntime(runFile((server.address() as AddressInfo).port), { timeout }), {
      code: "INSTAR_RUNTIME_UNRESPONSIVE",
      message: /dev is there and did not answer within 0\.(001|3) s: .* process 4711/,
    });
  }
});

test("a connection that is open for long keeps no answers, and its end is told to whoever waits then or asks later", async (t) => {
  const runtime = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => runtime.once("listening", resolve));
  t.after(() => runtime.close());
  runtime.on("connection", (socket) => {
    socket.on("message", (data) => {
      const { id, method } = JSON.parse((data as Buffer).toString("utf8")) as { id: number; method: string };
      if (method === "runtime/stop") return socket.terminate();
      const result = method === "runtime/info" ? { protocol: protocolVersion, name: "dev", root: "/x" } : { processes: [] };
      if (method !== "modules/list") socket.send(JSON.stringify({ jsonrpc: "2.0", id, result }));
    });
  });
  const connection = await connectRuntime(runFile((runtime.address() as AddressInfo).port));
  const answers: WeakRef<object>[] = [];
  for (let count = 0; count < 50; count++) answers.push(new WeakRef(await connection.request("processes/list", {})));
  assert.ok((await untilCollected(answers, 2)) <= 2);
  const waiting = connection.request("modules/list", {});
  const stopping = connection.request("runtime/stop", {});
  for (const request of [waiting, stopping]) await assert.rejects(request, { code: "INSTAR_CONNECTION_LOST" });
  await assert.rejects(connection.request("modules/list", {}), { code: "INSTAR_CONNECTION_LOST" });
});
