/**
 * What somebody could do to the control endpoint, knowingly or not: each attack is refused with a line in the log, harms no other client, and
 * the log never has the token. Who is let in at all is tested in `control-endpoint.test.ts`.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { type TestContext, test } from "node:test";
import { files } from "../../../test/support/counter-application.ts";
import { type TestClient, connectClient, devProject, runProject } from "../../../test/support/dev-project.ts";
import type { RuntimeInfo } from "../protocol.ts";
import { type ControlEndpoint, type Handlers, maxClients, maxMessageSize, maxStrangers, openControlEndpoint } from "./control-endpoint.ts";
import { maxRequests, maxWaiting } from "./message-channel.ts";
import { maxRefusalLines } from "./refusal-log.ts";

const token = "a-token-that-nobody-guesses";
const mebibyte = 1024 * 1024;

/** Sent after a right handshake. `opcode` 1 is a text frame, 0 goes on with one, 2 is binary. */
const frames: readonly {
  readonly name: string;
  readonly frames: readonly { readonly opcode: number; readonly payload: Buffer; readonly more?: true }[];
  /** The code with which the connection is closed. */
  readonly closed: number;
  readonly log: RegExp;
}[] = [
  { name: "a message that is too long", frames: [text("x".repeat(maxMessageSize + 1))], closed: 1009, log: /payload size/ },
  {
    name: "a message that is too long in all of its fragments",
    frames: Array.from({ length: 5 }, (_, index) => ({ opcode: index === 0 ? 1 : 0, payload: Buffer.alloc(mebibyte, 0x20), more: true })),
    closed: 1009,
    log: /payload size/,
  },
  {
    name: "a message of very many fragments",
    frames: Array.from({ length: 200_000 }, (_, index) => ({ opcode: index === 0 ? 1 : 0, payload: Buffer.from(" "), more: true })),
    closed: 1008,
    log: /fragments/,
  },
  { name: "bad UTF-8", frames: [{ opcode: 1, payload: Buffer.from([0x22, 0xc3, 0x28, 0x22]) }], closed: 1007, log: /UTF-8/ },
  { name: "a binary frame", frames: [{ opcode: 2, payload: Buffer.from("{}") }], closed: 1003, log: /binary/ },
  { name: "a frame of no kind", frames: [{ opcode: 7, payload: Buffer.from("{}") }], closed: 1002, log: /opcode/ },
  { name: "the rest of nothing", frames: [{ opcode: 0, payload: Buffer.from("{}") }], closed: 1002, log: /opcode/ },
];

for (const { name, frames: sent, closed, log } of frames) {
  test(`${name}: the connection is closed with ${closed}, and others are served`, async (t) => {
    const { endpoint, client, logs } = await opened(t);
    const attacker = await handshake(t, endpoint.port);
    const answered = closeCode(attacker);
    for (const frame of sent) attacker.write(encode(frame));
    assert.equal(await answered, closed);
    assert.match(logs.join("\n"), log);
    assert.equal((await client.request("runtime/info")).name, "test");
  });
}

const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

/** Well-formed frames whose content is meant to confuse. */
const contents: readonly {
  readonly name: string;
  readonly sent: string;
  readonly code?: number;
  readonly id?: unknown;
  readonly log?: RegExp;
}[] = [
  { name: "a deep list", sent: "[".repeat(mebibyte) + "]".repeat(mebibyte), code: -32600, log: /not one JSON-RPC 2\.0 message/ },
  { name: "a deep unknown field", sent: request("runtime/info", `{"more":${deep(500_000)}}`), id: 1 },
  {
    name: "a prototype as parameters",
    sent: request("runtime/watch", '{"__proto__":{"enabled":true}}'),
    code: -32602,
    id: 1,
    log: /`enabled`/,
  },
  {
    name: "a constructor as parameters",
    sent: request("runtime/watch", '{"constructor":{"prototype":{"enabled":true}}}'),
    code: -32602,
    id: 1,
  },
  { name: "a prototype as the method", sent: request("__proto__"), code: -32601, id: 1, log: /no method "__proto__"/ },
  { name: "a method of all objects", sent: request("hasOwnProperty"), code: -32601, id: 1 },
  { name: "a prototype as the id", sent: '{"jsonrpc":"2.0","id":"__proto__","method":"runtime/info"}', id: "__proto__" },
  { name: "a prototype around it all", sent: '{"__proto__":{"jsonrpc":"2.0","id":1,"method":"runtime/info"}}', code: -32600 },
  { name: "a method without end", sent: request("x".repeat(1_000_000)), code: -32601, id: 1, log: /no method "x{100}…"/ },
  { name: "a method that writes to terminals", sent: request("\\u001b[2J\\nok"), code: -32601, id: 1, log: /"\\u001b\[2J\\nok"/ },
];

for (const { name, sent, code, id = null, log } of contents) {
  test(`${name} is ${code === undefined ? "harmless" : `answered with ${code}`}`, async (t) => {
    const { client, logs } = await opened(t);
    const answer = await rawAnswer(client, sent);
    assert.deepEqual([answer.id, answer.error?.code], [id, code]);
    assert.ok(JSON.stringify(answer).length < 1000, "nothing long is sent back");
    if (code !== undefined) assert.match(logs.join("\n"), log ?? /refused a message/);
    assert.equal(({} as { enabled?: boolean }).enabled, undefined);
    assert.equal((await client.request("runtime/info")).name, "test");
  });
}

/** Sent instead of a handshake. */
const strangers: readonly { readonly name: string; readonly sent: string; readonly status: number; readonly log: RegExp }[] = [
  { name: "no HTTP", sent: "\0\x01\x02\r\n\r\n", status: 400, log: /does not speak HTTP/ },
  { name: "headers without end", sent: `GET / HTTP/1.1\r\nX: ${"x".repeat(100_000)}\r\n\r\n`, status: 400, log: /HPE_HEADER_OVERFLOW/ },
  { name: "plain HTTP", sent: "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", status: 426, log: /"GET \/\.\.\/\.\.\/etc\/passwd"/ },
  { name: "no handshake key", sent: upgrade().replace(/Sec-WebSocket-Key.*\r\n/, ""), status: 400, log: /no WebSocket handshake/ },
  { name: "an old WebSocket", sent: upgrade().replace("Version: 13", "Version: 7"), status: 400, log: /no WebSocket handshake/ },
];

for (const { name, sent, status, log } of strangers) {
  test(`a connection that sends ${name} is answered with ${status}, and logged`, async (t) => {
    const { endpoint, client, logs } = await opened(t);
    const socket = await plain(t, endpoint.port);
    socket.write(sent);
    assert.match(await until(socket, /\r\n\r\n/), new RegExp(`^HTTP/1.1 ${status} `));
    assert.match(logs.join("\n"), log);
    assert.equal((await client.request("runtime/info")).name, "test");
  });
}

test("a client that does not read is cut off once too much waits for it, and others are served", async (t) => {
  const { endpoint, client, logs } = await opened(t);
  const slow = await handshake(t, endpoint.port);
  slow.pause();
  const line = { level: "info", text: "x".repeat(mebibyte) } as const;
  let told = 0;
  for (; !logs.some((each) => each.includes("does not read")); told++) {
    assert.ok(told < (2 * maxWaiting) / mebibyte, "it is cut off");
    const heard = client.next("runtime/log");
    endpoint.notify("runtime/log", line);
    await heard;
  }
  assert.match(logs.join("\n"), /does not read, and \d+ MiB wait for it, so it is cut off/);
  assert.ok(told > maxWaiting / mebibyte, "and not before");
  assert.equal((await client.request("runtime/info")).name, "test");
});

test("of more unanswered requests than one client may have, the rest is refused, and what it has can be canceled", async (t) => {
  const { client, logs } = await opened(t, {
    "modules/list": (_, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve({ modules: [] }))),
  });
  const answers = Array.from({ length: maxRequests }, () => client.request("modules/list"));
  await assert.rejects(client.request("runtime/info"), /1000 of the client's are not answered yet/);
  for (const { id } of answers) client.notify("$/cancelRequest", { id });
  await Promise.all(answers);
  assert.equal((await client.request("runtime/info")).name, "test");
  assert.match(logs.join("\n"), /not answered yet/);
});

test("a second request with the id of one under way is refused, and the first is answered", async (t) => {
  let answer = (): void => {};
  const { client } = await opened(t, { "modules/list": () => new Promise((resolve) => (answer = () => resolve({ modules: [] }))) });
  const first = client.request("modules/list");
  const refused = await client.raw(JSON.stringify({ jsonrpc: "2.0", id: first.id, method: "runtime/info" }));
  assert.deepEqual([refused.id, refused.error?.code], [null, -32600]);
  answer();
  assert.deepEqual(await first, { modules: [] });
});

test("a flood of messages is answered, others are served meanwhile, and the log counts what it does not say", async (t) => {
  const { endpoint, client, logs } = await opened(t);
  const flooder = await connectClient(t, { port: endpoint.port, token });
  const flood = 20_000;
  const all = new Promise<void>((resolve) => {
    let answers = 0;
    flooder.socket.on("message", () => {
      if (++answers === flood) resolve();
    });
  });
  for (let n = 0; n < flood; n++) flooder.socket.send(n % 2 === 0 ? "{" : request("runtime/explode"));
  assert.equal((await client.request("runtime/info")).name, "test");
  await all;
  await endpoint.close();
  const refused = logs.map((line) => Number(/refused (\d+) more/.exec(line)?.[1] ?? 1));
  assert.equal(
    refused.reduce((sum, count) => sum + count, 0),
    flood,
    "each is said or counted",
  );
  // Every second of the flood, however long it took, has its lines.
  assert.ok(logs.length < flood / 4, `${logs.length} lines`);
  assert.ok(logs.length > maxRefusalLines);
});

test("the token of another runtime is a wrong one, and no log has either", async (t) => {
  const { endpoint, logs } = await opened(t);
  const other = await opened(t, {}, "the-token-of-another-runtime");
  await assert.rejects(connectClient(t, { port: endpoint.port, token: "the-token-of-another-runtime" }), /HTTP 401/);
  await assert.rejects(connectClient(t, { port: other.endpoint.port, token }), /HTTP 401/);
  assert.match([...logs, ...other.logs].join("\n"), /a wrong token .*\n.*a wrong token/);
  assert.doesNotMatch([...logs, ...other.logs].join("\n"), /nobody-guesses|of-another/);
});

test("connections that say nothing make room for those that do", async (t) => {
  const { endpoint, logs } = await opened(t);
  const silent = await Promise.all(Array.from({ length: maxStrangers + 20 }, () => plain(t, endpoint.port)));
  const client = await connectClient(t, { port: endpoint.port, token });
  assert.equal((await client.request("runtime/info")).name, "test");
  await Promise.all(
    silent
      .slice(0, 20)
      .filter((socket) => !socket.destroyed)
      .map((socket) => once(socket, "close")),
  );
  assert.match(logs.join("\n"), /said nothing while 64 others came/);
});

test("more clients than there may be are refused with 503, until one has gone", async (t) => {
  const { endpoint, client, logs } = await opened(t);
  const others = await Promise.all(Array.from({ length: maxClients - 1 }, () => connectClient(t, { port: endpoint.port, token })));
  await assert.rejects(connectClient(t, { port: endpoint.port, token }), /HTTP 503/);
  assert.match(logs.join("\n"), /there are 64 clients already/);
  others[0]?.socket.close();
  await others[0]?.closed;
  assert.equal((await client.request("runtime/info")).name, "test");
  await connectClient(t, { port: endpoint.port, token });
});

const outside = [
  "../../etc/passwd",
  "/etc/passwd",
  "src/../../secret",
  "src/counter.actor\0",
  "..\\..\\windows",
  "C:\\windows\\win.ini",
  "C:/x",
  "\\\\host\\x",
  "x".repeat(10_000),
];
const unknown = ["__proto__", "constructor", "src/nobody", "%2e%2e/secret"];

test("a running system: no module id leads out of the project, and no message harms it", async (t) => {
  const { client, logs } = await runProject(t, devProject(t, files));
  const methods = {
    "states/check": (module: string) => ({ module }),
    "states/save": (module: string) => ({ modules: [module] }),
    "code/purge": (module: string) => ({ module }),
    "code/holders": (module: string) => ({ module }),
    "upgrade/plan": (module: string) => ({ modules: [module] }),
    "upgrade/rehearse": (module: string) => ({ modules: [module] }),
    "upgrade/apply": (module: string) => ({ modules: [module] }),
    "upgrade/downgrade": (module: string) => ({ targets: [{ module, vsn: 1 }] }),
  };
  const ask = (method: string, params: object) => client.raw(JSON.stringify({ jsonrpc: "2.0", id: "raw", method, params }));
  for (const [method, params] of Object.entries(methods)) {
    for (const id of outside) assert.equal((await ask(method, params(id))).error?.code, -32602, `${method} ${id}`);
    for (const id of unknown) {
      const said = JSON.stringify(await ask(method, params(id)));
      // What lists what holds old code of a module has nothing to list.
      if (method === "code/holders") assert.match(said, /"versions":\[\]/);
      else assert.match(said, /INSTAR_MODULE_UNKNOWN/, `${method} ${id.slice(0, 20)}`);
    }
  }
  for (const redact of outside) assert.notEqual((await ask("states/save", { redact })).error, undefined, redact);
  for (const method of ["processes/state", "processes/kill", "processes/suspend", "processes/resume", "processes/restart"]) {
    for (const pid of ["__proto__", "<0.>", "../x", "<0.1e9>"]) {
      assert.match(JSON.stringify(await ask(method, { pid })), /INSTAR_NOPROC/, `${method} ${pid}`);
    }
  }
  for (const method of ["upgrade/rehearse", "upgrade/apply", "upgrade/rollback"]) {
    const answer = await client.raw(`{"jsonrpc":"2.0","id":"raw","method":"${method}","params":{"extra":${deep(300_000)}}}`);
    assert.ok(answer.result !== undefined || answer.error !== undefined, method);
  }
  assert.equal((await client.request("runtime/info")).status, "running");
  assert.equal((await client.request("processes/list")).processes.length, 3);
  assert.equal((await client.request("upgrade/rehearse")).outcome, "unchanged");
  assert.match(logs.join("\n"), /refused a message .*`module` must be a module id.*"\.\.\/\.\.\/etc\/passwd"/);
});

function text(content: string): { opcode: number; payload: Buffer } {
  return { opcode: 1, payload: Buffer.from(content) };
}

function request(method: string, params = "{}"): string {
  return `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`;
}

function rawAnswer(client: TestClient, sent: string): Promise<{ id: unknown; error?: { code: number } }> {
  return client.raw(sent);
}

function upgrade(): string {
  return (
    `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
  );
}

/** A client's frame, which is masked, here with zeros. */
function encode({ opcode, payload, more }: { opcode: number; payload: Buffer; more?: true }): Buffer {
  const length = payload.length;
  const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
  head[0] = (more === true ? 0 : 0x80) | opcode;
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (length >= 65_536) head.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

async function plain(t: TestContext, port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  t.after(() => socket.destroy());
  // It is cut off in many of these tests.
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

async function handshake(t: TestContext, port: number): Promise<Socket> {
  const socket = await plain(t, port);
  socket.write(upgrade());
  assert.match(await until(socket, /\r\n\r\n/), /^HTTP\/1.1 101 /);
  return socket;
}

function until(socket: Socket, end: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let read = "";
    const more = (data: Buffer): void => {
      read += data.toString("latin1");
      if (!end.test(read)) return;
      socket.off("data", more);
      resolve(read);
    };
    socket.on("data", more);
    socket.once("close", () => resolve(read));
  });
}

/** Of the close frame, which is short and not masked. */
function closeCode(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    let read = Buffer.alloc(0);
    socket.on("data", (data: Buffer) => {
      read = Buffer.concat([read, data]);
      if (read.length >= 4 && read[0] === 0x88) resolve(read.readUInt16BE(2));
    });
    socket.once("close", () => reject(new Error("the connection ended without a code")));
  });
}

async function opened(
  t: TestContext,
  changed: Partial<Handlers> = {},
  own = token,
): Promise<{ endpoint: ControlEndpoint; client: TestClient; logs: string[] }> {
  const logs: string[] = [];
  const info = { protocol: 1, name: "test" } as RuntimeInfo;
  const handlers = { "runtime/info": () => info, ...changed } as Handlers;
  const endpoint = await openControlEndpoint({ token: own, handlers, onLog: (_, line) => logs.push(line) });
  t.after(async () => {
    await endpoint.close();
    assert.ok(!logs.some((line) => line.includes(token)), "the log has the token");
  });
  return { endpoint, client: await connectClient(t, { port: endpoint.port, token: own }), logs };
}
