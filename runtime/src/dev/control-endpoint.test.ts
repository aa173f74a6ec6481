/** The control endpoint over real sockets: who is let in, what a bad message gets, and that neither harms the others. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { type TestClient, connectClient } from "../../../test/support/dev-project.ts";
import type { Requests, RuntimeInfo, UpgradeReport } from "../protocol.ts";
import { type ControlEndpoint, type Handlers, maxMessageSize, openControlEndpoint } from "./control-endpoint.ts";
import { DevError } from "./dev-error.ts";
import { emptyReport } from "./report.ts";

const token = "right-token";

const refusals: readonly {
  readonly name: string;
  readonly headers: Record<string, string>;
  readonly status: number;
  readonly log: RegExp;
}[] = [
  { name: "no token", headers: { authorization: "" }, status: 401, log: /no token/ },
  { name: "another scheme", headers: { authorization: `Basic ${token}` }, status: 401, log: /no token/ },
  { name: "a wrong token", headers: { authorization: "Bearer wrong-token" }, status: 401, log: /wrong token/ },
  { name: "a token that goes on", headers: { authorization: `Bearer ${token}x` }, status: 401, log: /wrong token/ },
  { name: "the Origin of a web page", headers: { origin: "https://example.com" }, status: 403, log: /Origin "https:\/\/example.com"/ },
  { name: "the Origin of a page on this machine", headers: { origin: "http://127.0.0.1:3000" }, status: 403, log: /Origin/ },
  { name: "the Origin of a sandboxed page", headers: { origin: "null" }, status: 403, log: /Origin "null"/ },
  { name: "a host whose name leads here", headers: { host: "rebound.example.com" }, status: 403, log: /"rebound.example.com"/ },
  { name: "a host that begins like loopback", headers: { host: "127.0.0.1.example.com:80" }, status: 403, log: /not this machine/ },
];

for (const { name, headers, status, log } of refusals) {
  test(`a connection with ${name} is refused with ${status}, and the log says why`, async (t) => {
    const { endpoint, logs } = await opened(t);
    await assert.rejects(connectClient(t, { port: endpoint.port, token }, headers), new RegExp(`HTTP ${status}`));
    assert.match(logs.join("\n"), log);
    assert.doesNotMatch(logs.join("\n"), /right-token|wrong-token/);
  });
}

test("the names of loopback are let in, and the socket is bound to nothing else", async (t) => {
  const { endpoint } = await opened(t);
  for (const host of [`localhost:${endpoint.port}`, `127.0.0.1:${endpoint.port}`, `[::1]:${endpoint.port}`]) {
    const client = await connectClient(t, { port: endpoint.port, token }, { host });
    assert.equal((await client.request("runtime/info")).name, "test");
  }
  await assert.rejects(
    new Promise((resolve, reject) => {
      connect({ host: "127.0.0.2", port: endpoint.port }).once("connect", resolve).once("error", reject);
    }),
    /ECONNREFUSED/,
  );
});

test("a plain HTTP request learns what this is, and nothing more", async (t) => {
  const { endpoint } = await opened(t);
  const status = await new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port: endpoint.port }, (response) => resolve(response.resume().statusCode))
      .once("error", reject)
      .end();
  });
  assert.equal(status, 426);
});

const messages: readonly {
  readonly name: string;
  readonly text: string;
  readonly code: number;
  readonly message?: RegExp;
  readonly id?: unknown;
}[] = [
  { name: "no JSON", text: '{"jsonrpc":"2.0","id":1,', code: -32700 },
  { name: "a number", text: "42", code: -32600 },
  { name: "a batch", text: '[{"jsonrpc":"2.0","id":1,"method":"runtime/info"}]', code: -32600 },
  { name: "no version", text: '{"id":1,"method":"runtime/info"}', code: -32600 },
  { name: "an id that is an object", text: '{"jsonrpc":"2.0","id":{},"method":"runtime/info"}', code: -32600 },
  { name: "parameters that are a text", text: '{"jsonrpc":"2.0","id":1,"method":"runtime/info","params":"x"}', code: -32600 },
  { name: "a cancelation of nothing", text: '{"jsonrpc":"2.0","method":"$/cancelRequest"}', code: -32600 },
  { name: "an unknown method", text: rpc("runtime/explode"), code: -32601, message: /"runtime\/explode"/, id: 1 },
  { name: "a method of all objects", text: rpc("constructor"), code: -32601, id: 1 },
  { name: "parameters by position", text: '{"jsonrpc":"2.0","id":1,"method":"processes/state","params":["<0.1>"]}', code: -32602, id: 1 },
  { name: "a missing parameter", text: rpc("processes/state"), code: -32602, message: /`pid`/, id: 1 },
  { name: "a switch that is a text", text: rpc("runtime/watch", { enabled: "yes" }), code: -32602, message: /`enabled`/, id: 1 },
  { name: "modules that are no list", text: rpc("upgrade/apply", { modules: "a" }), code: -32602, message: /`modules`/, id: 1 },
  { name: "a module that is a number", text: rpc("upgrade/apply", { modules: ["a", 1] }), code: -32602, message: /`modules\[1\]`/, id: 1 },
  { name: "an unknown onBusy", text: rpc("upgrade/rehearse", { onBusy: "skip" }), code: -32602, message: /`onBusy`/, id: 1 },
  { name: "an unknown mode", text: rpc("upgrade/apply", { mode: "beam" }), code: -32602, message: /`mode`/, id: 1 },
  ...[
    { for: 0, restarts: 1 },
    { for: 1e10, restarts: 1 },
    { for: 1, restarts: -1 },
    { for: 1, restarts: 1.5 },
    { restarts: 1 },
    5,
    null,
  ].map((probation) => ({
    name: `the probation ${JSON.stringify(probation)}`,
    text: rpc("upgrade/apply", { probation }),
    code: -32602,
    message: /`probation\.(for|restarts)`/,
    id: 1,
  })),
  {
    name: "a probation in mode otp",
    text: rpc("upgrade/apply", { mode: "otp", probation: { for: 1, restarts: 0 } }),
    code: -32602,
    message: /no way back/,
    id: 1,
  },
  { name: "a plan of no list", text: rpc("upgrade/plan", { modules: "src/counter.actor" }), code: -32602, message: /`modules`/, id: 1 },
  { name: "a negative timeout", text: rpc("upgrade/apply", { timeout: -1 }), code: -32602, message: /`timeout`/, id: 1 },
  { name: "no targets", text: rpc("upgrade/downgrade", { targets: [] }), code: -32602, message: /`targets`/, id: 1 },
  {
    name: "a vsn that is no whole number",
    text: rpc("upgrade/downgrade", { targets: [{ module: "a", vsn: 1.5 }] }),
    code: -32602,
    message: /vsn/,
    id: 1,
  },
  {
    name: "a module as two targets",
    text: rpc("upgrade/downgrade", {
      targets: [
        { module: "a", vsn: 1 },
        { module: "a", vsn: 2 },
      ],
    }),
    code: -32602,
    message: /twice/,
    id: 1,
  },
];

for (const { name, text, code, message, id = null } of messages) {
  test(`a message with ${name} is answered with ${code}, and the connection lives on`, async (t) => {
    const { client } = await opened(t);
    const answer = await client.raw(text);
    assert.equal(answer.error?.code, code, JSON.stringify(answer));
    assert.equal(answer.id, id);
    if (message !== undefined) assert.match(answer.error?.message ?? "", message);
    assert.equal((await client.request("runtime/info")).name, "test");
  });
}

test("an oversized or binary frame ends its connection with the code for that, and no other", async (t) => {
  const { endpoint, client, logs } = await opened(t);
  for (const [frame, code] of [
    ["x".repeat(maxMessageSize + 1), 1009],
    [Buffer.from("{}"), 1003],
  ] as const) {
    const other = await connectClient(t, { port: endpoint.port, token });
    other.socket.send(frame);
    assert.equal(await other.closed, code);
  }
  assert.equal(logs.length, 2, logs.join("\n"));
  assert.equal((await client.request("runtime/info")).name, "test");
});

test("a message of an unknown notification is ignored", async (t) => {
  const { client } = await opened(t);
  client.notify("what/ever", {});
  assert.equal((await client.request("runtime/info")).name, "test");
});

test("an error of the runtime has the stable code in its data", async (t) => {
  const { client } = await opened(t, {
    "processes/state"() {
      throw new DevError("INSTAR_RUNTIME_EXITED", "it ended");
    },
  });
  const answer = await client.raw(rpc("processes/state", { pid: "<0.1>" }));
  assert.deepEqual(answer.error, { code: -32000, message: "it ended", data: { code: "INSTAR_RUNTIME_EXITED", module: null, place: null } });
});

test("a fault in a handler is an internal error of that request alone", async (t) => {
  const { client } = await opened(t, {
    "modules/list"() {
      throw new Error("a fault");
    },
  });
  assert.equal((await client.raw(rpc("modules/list"))).error?.code, -32603);
  assert.equal((await client.request("runtime/info")).name, "test");
});

test("a canceled request aborts its handler, which still answers", async (t) => {
  const { client } = await opened(t, { "upgrade/apply": untilAborted });
  const answer = client.request("upgrade/apply");
  client.notify("$/cancelRequest", { id: answer.id });
  assert.equal((await answer).outcome, "canceled");
});

test("a client that goes away aborts what it asked for", async (t) => {
  let aborted = (): void => {};
  const seen = new Promise<void>((resolve) => (aborted = resolve));
  let begun = (): void => {};
  const running = new Promise<void>((resolve) => (begun = resolve));
  const { client } = await opened(t, {
    async "upgrade/apply"(params, signal) {
      begun();
      const report = await untilAborted(params, signal);
      aborted();
      return report;
    },
  });
  client.request("upgrade/apply").catch(() => {});
  await running;
  client.socket.terminate();
  await seen;
});

test("notifications reach every client, and close says that the runtime has stopped", async (t) => {
  const { endpoint, client } = await opened(t);
  const other = await connectClient(t, { port: endpoint.port, token });
  const both = Promise.all([client.next("runtime/log"), other.next("runtime/log")]);
  endpoint.notify("runtime/log", { level: "info", text: "hello" });
  assert.deepEqual(
    (await both).map(({ text }) => text),
    ["hello", "hello"],
  );
  await endpoint.close();
  assert.deepEqual(await Promise.all([client.closed, other.closed]), [1001, 1001]);
});

function rpc(method: string, params: object = {}): string {
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
}

function untilAborted(_: unknown, signal: AbortSignal): Promise<UpgradeReport> {
  return new Promise((resolve) => {
    const end = (): void => resolve(emptyReport("canceled"));
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
  });
}

async function opened(
  t: TestContext,
  changed: Partial<Handlers> = {},
): Promise<{ endpoint: ControlEndpoint; client: TestClient; logs: string[] }> {
  const logs: string[] = [];
  const never = (): never => assert.fail("this handler is not to be reached");
  const info: RuntimeInfo = {
    protocol: 1,
    name: "test",
    root: "/project",
    entry: "/project/app.ts",
    status: "running",
    pid: 1,
    applicationPid: null,
    node: "",
    stuck: null,
  };
  const methods: readonly (keyof Requests)[] = [
    "runtime/stop",
    "runtime/restart",
    "runtime/watch",
    "modules/list",
    "processes/list",
    "processes/state",
    "processes/kill",
    "upgrade/rehearse",
    "upgrade/apply",
    "upgrade/downgrade",
    "upgrade/rollback",
  ];
  const handlers = { ...Object.fromEntries(methods.map((method) => [method, never])), "runtime/info": () => info, ...changed } as Handlers;
  const endpoint = await openControlEndpoint({ token, handlers, onLog: (_, text) => logs.push(text) });
  t.after(() => endpoint.close());
  return { endpoint, client: await connectClient(t, { port: endpoint.port, token }), logs };
}
