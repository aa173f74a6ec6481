/** What is demanded of messages, before they are requests of some method. */
import assert from "node:assert/strict";
import { type Demand, closing, provoked, refused, result, shut, valid } from "./trial.ts";

const mebibyte = 1024 * 1024;

export const messages: readonly Demand[] = [
  {
    section: "Messages",
    demand: "What is refused is logged, without the token.",
    async check(trial) {
      const said = trial.client.next("runtime/log");
      await refused(trial, 401, [{ authorization: "Bearer wrong" }]);
      valid(trial.schema, "runtime/log.params", await said);
      assert.ok(!JSON.stringify(trial.client.notifications).includes(trial.token), "the log has the token");
    },
  },
  {
    section: "Messages",
    demand: "A frame that is not JSON is answered with -32700, and the connection lives on.",
    async check(trial) {
      for (const text of ["", "{", '{"jsonrpc":"2.0","id":1,', "undefined"]) await provoked(trial, text, -32700);
    },
  },
  {
    section: "Messages",
    demand: "JSON that is not one JSON-RPC message is answered with -32600, and the connection lives on.",
    async check(trial) {
      const texts = ["42", "null", '"text"', "{}", '{"id":1,"method":"runtime/info"}', '{"jsonrpc":"1.0","id":1,"method":"runtime/info"}'];
      const shapes = ['"id":{}', '"id":1,"params":"x"', '"id":1,"params":null'].map(
        (part) => `{"jsonrpc":"2.0","method":"runtime/info",${part}}`,
      );
      for (const text of [...texts, ...shapes]) await provoked(trial, text, -32600);
    },
  },
  {
    section: "Messages",
    demand: "A batch is answered with -32600, and nothing of it is done.",
    check: (trial) => provoked(trial, '[{"jsonrpc":"2.0","id":1,"method":"runtime/info"}]', -32600),
  },
  {
    section: "Messages",
    demand: "Ids come back as they were, numbers and texts.",
    async check({ client }) {
      for (const id of [0, 2 ** 40, "text", "", "__proto__"]) assert.equal((await client.ask("runtime/info", {}, id)).id, id);
    },
  },
  {
    section: "Messages",
    demand: "A message of 4 MiB is taken.",
    async check(trial) {
      const client = await trial.open();
      const shell = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "runtime/info", params: { filler: "" } });
      const answered = client.answer(1);
      client.socket.send(shell.replace('""', `"${"x".repeat(4 * mebibyte - shell.length)}"`));
      assert.ok("result" in (await answered));
      await shut(client);
    },
  },
  {
    section: "Messages",
    demand: "A message of more than 4 MiB closes the connection with 1009, also in fragments.",
    async check(trial) {
      const whole = await trial.open();
      whole.socket.send("x".repeat(4 * mebibyte + 1));
      assert.equal(await whole.ended(), 1009);
      const parts = await trial.open();
      for (let n = 0; n < 5; n++) parts.socket.send("x".repeat(mebibyte), { fin: false });
      assert.equal(await parts.ended(), 1009, "in fragments");
    },
  },
  {
    section: "Messages",
    demand: "A binary frame closes the connection with 1003.",
    check: (trial) => closing(trial, Buffer.from("{}"), true, 1003),
  },
  {
    section: "Messages",
    demand: "Text that is not UTF-8 closes the connection with 1007.",
    check: (trial) => closing(trial, Buffer.from([0x22, 0xc3, 0x28, 0x22]), false, 1007),
  },
  {
    section: "Messages",
    demand: "A notification that is not known is ignored.",
    async check(trial) {
      const client = await trial.open();
      let answers = 0;
      client.socket.on("message", (data: Buffer) => (answers += data.includes('"method"') ? 0 : 1));
      client.send({ method: "surely/unknown", params: {} });
      client.send({ method: "$/surelyUnknown" });
      await client.ask("runtime/info");
      assert.equal(answers, 1);
      await shut(client);
    },
  },
  {
    section: "Messages",
    demand: "Unknown fields of parameters are ignored, and parameters that are all optional may be left out.",
    async check({ client, schema }) {
      for (const params of [{ added: { in: "a newer version" } }, undefined]) {
        valid(schema, "runtime/info.result", result(await client.ask("runtime/info", params)));
        valid(schema, "upgrade/plan.result", result(await client.ask("upgrade/plan", params)));
      }
    },
  },
];
