/** Connections from outside on their way to an application that is killed: each is answered by the next one. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { devProject, runProject } from "../../../test/support/dev-project.ts";

/** Port 0 takes a free one. */
const greeter = (port = 0): string => `
import { createServer } from "node:net";
import { actor, listen } from "instar";
export interface Greeter { init(): Promise<null> }
export default actor<Greeter>({
  vsn: 1,
  init: async () => {
    const { port } = await listen(createServer((socket) => socket.end("hello")), { port: ${port} });
    console.log("open on " + port);
    return null;
  },
});
`;
const app = `
import { child, supervisor } from "instar";
import greeter from "./greeter.actor.ts";
export default supervisor({ vsn: 1, children: [child(greeter, { id: "greeter" })] });
`;

test("connections that an application has not taken before it is killed are taken by the next one", async (t) => {
  const project = devProject(t, { "src/greeter.actor.ts": greeter(), "src/app.ts": app });
  const { client, logs } = await runProject(t, project, { restarts: { restarts: 2, within: 60_000, delay: 1 } });
  const port = Number(/open on (\d+)/.exec(logs.join("\n"))?.[1]);
  const { applicationPid } = await client.request("runtime/info");
  // It takes nothing more: one is on its way to it, and the others wait for that.
  process.kill(applicationPid as number, "SIGSTOP");
  const sockets = Array.from({ length: 5 }, () => connect(port, "127.0.0.1").setEncoding("utf8"));
  const said = sockets.map(async (socket) => {
    let text = "";
    socket.on("data", (part: string) => (text += part));
    socket.on("error", () => {});
    await once(socket, "close");
    return text;
  });
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  await client.request("runtime/info");
  process.kill(applicationPid as number, "SIGKILL");
  const answers = await Promise.all(said);
  assert.deepEqual(answers, ["hello", "hello", "hello", "hello", "hello"]);
});

test("a process that is killed leaves its port to the one that is started in its place", async (t) => {
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const project = devProject(t, { "src/greeter.actor.ts": greeter(port), "src/app.ts": app });
  const { client, logs } = await runProject(t, project);
  const opened = client.next("runtime/log", ({ text }) => text.startsWith("open on "));
  const { processes } = await client.request("processes/list");
  await client.request("processes/kill", { pid: processes.find(({ module }) => module === "src/greeter.actor")?.pid ?? "" });
  assert.equal(`info: ${(await opened).text}`, logs[0]);
});
