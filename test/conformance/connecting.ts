/** What is demanded of the run file, and of who is let in. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { statSync } from "node:fs";
import { type Socket, connect as connectSocket } from "node:net";
import { basename, dirname, isAbsolute } from "node:path";
import { connect, plainRequest } from "./raw-client.ts";
import { type Demand, refused, shut, valid } from "./trial.ts";

const posix = process.platform !== "win32";

export const connecting: readonly Demand[] = [
  {
    section: "Finding a runtime",
    demand: "The run file has all of its fields.",
    check: ({ schema, run }) => valid(schema, "RunFile", run),
  },
  {
    section: "Finding a runtime",
    demand: "The run file is named after the runtime, and its paths are absolute.",
    check({ file, run }) {
      assert.match(run.name, /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
      assert.equal(basename(file), `${run.name}.json`);
      assert.ok(isAbsolute(run.root) && isAbsolute(run.entry), `${run.root} ${run.entry}`);
    },
  },
  {
    section: "Finding a runtime",
    demand: "The run file has mode 0600, its folder 0700.",
    unless: !posix && "Windows has no modes",
    check({ file }) {
      assert.equal((statSync(file).mode & 0o777).toString(8), "600", file);
      assert.equal((statSync(dirname(file)).mode & 0o777).toString(8), "700", dirname(file));
    },
  },
  {
    section: "Connecting",
    demand: "The endpoint listens on 127.0.0.1 alone.",
    async check({ port }) {
      for (const host of process.platform === "linux" ? ["127.0.0.2", "::1"] : ["::1"]) {
        const socket = connectSocket({ host, port });
        const came = await Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]).catch(
          () => false,
        );
        socket.destroy();
        assert.equal(came, false, `${host} is open`);
      }
    },
  },
  {
    section: "Connecting",
    demand: "The names of loopback are let in.",
    async check(trial) {
      for (const host of ["127.0.0.1", "localhost", "[::1]", `127.0.0.1:${trial.port}`]) {
        assert.notEqual(typeof (await shut(await connect(trial, { host }))), "number", host);
      }
    },
  },
  {
    section: "Connecting",
    demand: "What has an Origin is refused with 403.",
    check: (trial) =>
      refused(trial, 403, [
        { origin: "https://example.com" },
        { origin: "null" },
        { origin: `http://127.0.0.1:${trial.port}` },
        { origin: "vscode-webview://x" },
      ]),
  },
  {
    section: "Connecting",
    demand: "What asks for another host is refused with 403.",
    check: (trial) =>
      refused(
        trial,
        403,
        ["rebound.example.com", "127.0.0.1.example.com:80", "127.0.0.1@example.com"].map((host) => ({ host })),
      ),
  },
  {
    section: "Connecting",
    demand: "What has no token, or another, is refused with 401.",
    check: (trial) =>
      refused(
        trial,
        401,
        ["", `Basic ${trial.token}`, "Bearer", "Bearer wrong", `Bearer ${trial.token}x`, `Bearer ${trial.token.slice(1)}`].map(
          (authorization) => ({ authorization }),
        ),
      ),
  },
  {
    section: "Connecting",
    demand: "Web pages and other hosts are told 403 also without a token.",
    check: (trial) =>
      refused(trial, 403, [
        { authorization: "", origin: "null" },
        { authorization: "", host: "rebound.example.com" },
      ]),
  },
  {
    section: "Connecting",
    demand: "A plain HTTP request is answered with 426, and what is no handshake with 400.",
    async check(trial) {
      assert.equal(await plainRequest(trial), 426);
      const authorization = `Bearer ${trial.token}`;
      assert.equal(await plainRequest(trial, { authorization, connection: "Upgrade", upgrade: "websocket" }), 400);
    },
  },
  {
    section: "Connecting",
    demand: "There is no compression.",
    check: ({ client }) => assert.equal(client.socket.extensions, ""),
  },
  {
    section: "Connecting",
    demand: "Connections that say nothing keep nobody out.",
    async check(trial) {
      const silent: Socket[] = [];
      for (let n = 0; n < 100; n++) silent.push(connectSocket({ host: "127.0.0.1", port: trial.port }).on("error", () => {}));
      await Promise.all(silent.map((socket) => Promise.race([once(socket, "connect"), once(socket, "close")])));
      try {
        await shut(await trial.open());
      } finally {
        for (const socket of silent) socket.destroy();
      }
    },
  },
];
