/**
 * A runtime without an application, written from `docs/protocol.md` alone and with nothing of ours, that can be broken in one place at a time.
 * It stands for those that others write.
 */
import { createServer } from "node:http";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import { readSchema } from "../conformance/schema.ts";
import { devProject } from "./dev-project.ts";

/** What is wrong with it, and which demands it does not meet for that. */
export const faults = {
  "lets web pages in": ["What has an Origin is refused with 403.", "Web pages and other hosts are told 403 also without a token."],
  "lets other hosts in": [
    "What asks for another host is refused with 403.",
    "Web pages and other hosts are told 403 also without a token.",
  ],
  "looks at the token first": ["Web pages and other hosts are told 403 also without a token."],
  "compares tokens by their beginning": ["What has no token, or another, is refused with 401."],
  "leaves its run file open": ["The run file has mode 0600, its folder 0700."],
  "says nothing of refusals": ["What is refused is logged, without the token."],
  "logs the token": ["What is refused is logged, without the token."],
  "takes batches": ["A batch is answered with -32600, and nothing of it is done."],
  "takes messages of any length": ["A message of more than 4 MiB closes the connection with 1009, also in fragments."],
  "takes binary frames": ["A binary frame closes the connection with 1003."],
  "refuses unknown fields": ["Unknown fields of parameters are ignored, and parameters that are all optional may be left out."],
  "forgets a field": ["modules/list and processes/list agree, and no pid is there twice."],
  "lists the youngest first": ["processes/list has the oldest first."],
  "takes no notice of plans": ["An upgrade by a plan that is stale is refused with INSTAR_PLAN_STALE."],
  "never answers what is canceled": ["A request that is canceled is answered all the same."],
  "sends bad notifications": ["All notifications that came meanwhile are as the schema says."],
} as const;

export type Fault = keyof typeof faults;

const token = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

/** @returns the path of its run file */
export async function stubRuntime(t: TestContext, fault: Fault | null): Promise<string> {
  const { root } = devProject(t, {});
  const clients = new Set<WebSocket>();
  const endpoint = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: fault === "takes messages of any length" ? 0 : 4 * 1024 * 1024,
  });
  const server = createServer((_, response) => response.writeHead(426).end());
  server.on("upgrade", ({ headers }, socket, head) => {
    socket.on("error", () => {});
    const status = refusal(headers as Record<string, string | undefined>, fault);
    if (status === null)
      endpoint.handleUpgrade(
        ...([{ headers, method: "GET", socket }, socket, head, serve] as never as Parameters<typeof endpoint.handleUpgrade>),
      );
    else {
      socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      const text = `refused with ${status}${fault === "logs the token" ? ` for ${token}` : ""}`;
      if (fault !== "says nothing of refusals") notify("runtime/log", { level: "warning", text });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const client of clients) client.terminate();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const who = { name: "dev", root, entry: join(root, "main.x"), pid: process.pid };
  const folder = join(root, ".instar", "run");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "dev.json");
  writeFileSync(file, JSON.stringify({ version: 1, ...who, port, token, startedAt: new Date().toISOString() }), { mode: 0o600 });
  if (fault === "leaves its run file open") chmodSync(file, 0o644);
  return file;

  function notify(method: string, params: object): void {
    for (const client of clients) client.send(JSON.stringify({ jsonrpc: "2.0", method, params }));
  }

  function serve(socket: WebSocket): void {
    clients.add(socket);
    const canceled = new Set<unknown>();
    socket.on("close", () => clients.delete(socket));
    socket.on("error", () => {});
    if (fault === "sends bad notifications") notify("runtime/exited", { code: "one" });
    const send = (id: unknown, answer: object): void => socket.send(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary && fault !== "takes binary frames") return socket.close(1003);
      let message: unknown;
      try {
        message = JSON.parse(data.toString("utf8"));
      } catch {
        return send(null, { error: { code: -32700, message: "no JSON" } });
      }
      if (Array.isArray(message) && fault === "takes batches") [message] = message as unknown[];
      const { jsonrpc, id, method, params } = (message ?? {}) as { jsonrpc?: string; id?: unknown; method?: unknown; params?: unknown };
      const isId = typeof id === "number" || typeof id === "string";
      const isCall =
        typeof method === "string" &&
        (isId || id === undefined) &&
        (params === undefined || (typeof params === "object" && params !== null));
      const isCancelation = method === "$/cancelRequest";
      if (jsonrpc !== "2.0" || !isCall || (isCancelation && typeof params !== "object")) {
        return send(null, { error: { code: -32600, message: "no message" } });
      }
      if (isCancelation) canceled.add((params as { id?: unknown }).id);
      if (id === undefined) return;
      // A cancelation may follow.
      setImmediate(() => {
        if (canceled.has(id) && fault === "never answers what is canceled") return;
        send(id, answerTo(method, params ?? {}, who, fault));
      });
    });
  }
}

function refusal({ origin, host = "", authorization = "" }: Record<string, string | undefined>, fault: Fault | null): number | null {
  const isTokenRight =
    fault === "compares tokens by their beginning" ? authorization.startsWith(`Bearer ${token}`) : authorization === `Bearer ${token}`;
  if (fault === "looks at the token first" && !isTokenRight) return 401;
  if (origin !== undefined && fault !== "lets web pages in") return 403;
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host) && fault !== "lets other hosts in") return 403;
  return isTokenRight ? null : 401;
}

const modules = [{ id: "main", file: "/main.x", kind: "actor", vsn: 1, shape: null, old: null, processes: 2 }];
const processes = [1, 2].map((nth) => ({
  pid: `<0.${nth}>`,
  name: null,
  parent: null,
  module: "main",
  kind: "actor",
  vsn: 1,
  status: "idle",
  mailbox: 0,
  stateSize: 1,
  since: `2026-01-0${nth}T00:00:00Z`,
  restarts: 0,
  oldCode: false,
}));
const time = { build: 0, quiesce: 0, convert: 0, commit: 0, total: 0 };
const messages = { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 };
const report = { outcome: "unchanged", modules: [], processes: [], messages, time, errors: [] };
const plan = { groups: [], modules: [], convert: [], restart: [], blocked: [], messages: [], errors: [] };
const schema = readSchema();

function answerTo(method: string, params: object, who: object, fault: Fault | null): { result: unknown } | { error: object } {
  const error = (code: number, message: string, data?: object): { error: object } => ({ error: { code, message, data } });
  if (!schema.definitions.includes(`${method}.result`)) return error(-32601, "no such method");
  const {
    pid,
    module,
    modules: only = [],
    plan: stamp,
    mode,
    probation,
    strategy,
    targets = [],
    ...more
  } = params as Record<string, never>;
  const complaint = Array.isArray(params) ? "by position" : schema.complain(`${method}.params`, params);
  if (complaint !== null) return error(-32602, complaint);
  const ids = (targets as { module: string }[]).map((each) => each.module);
  if (new Set(ids).size < ids.length) return error(-32602, "twice in `targets`");
  if (mode === "otp" && (probation !== undefined || strategy !== undefined)) return error(-32602, "`mode` with `probation` or `strategy`");
  if (fault === "refuses unknown fields" && "added" in more) return error(-32602, "`added` is not known");
  const no = (code: string): { error: object } => error(-32000, "no", { code, module: null, place: null });
  const refused = (code: string): object => ({
    ...report,
    outcome: "refused",
    errors: [{ code, message: "no", module: null, pid: null, name: null, place: null }],
  });
  if (pid !== undefined && !processes.some((each) => each.pid === pid)) return no("INSTAR_NOPROC");
  if (module !== undefined) return no("INSTAR_MODULE_UNKNOWN");
  if (method === "upgrade/apply" && stamp !== undefined && fault !== "takes no notice of plans")
    return { result: refused("INSTAR_PLAN_STALE") };
  if (method === "upgrade/apply" && (only as string[]).length > 0) return { result: refused("INSTAR_MODULE_UNKNOWN") };
  const results: Record<string, unknown> = {
    "runtime/info": { protocol: 1, ...who, status: "running", applicationPid: null, node: "none", stuck: null },
    "modules/list": { modules: fault === "forgets a field" ? modules.map((each) => ({ ...each, vsn: undefined })) : modules },
    "processes/list": { processes: fault === "lists the youngest first" ? processes.toReversed() : processes },
    "processes/state": { text: "1", json: 1 },
    "states/check": { modules: [] },
    "code/holders": { versions: [], unknown: 0 },
    "upgrade/plan": plan,
  };
  return { result: results[method] ?? report };
}
