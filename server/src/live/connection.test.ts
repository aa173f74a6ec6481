/** Connections to what does not answer. What a runtime answers is tested with the commands. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { WebSocketServer } from "ws";
import { type RunFile, protocolVersion } from "../../../runtime/src/protocol.ts";
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
