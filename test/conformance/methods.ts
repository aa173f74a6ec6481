/** What is demanded of methods, as far as it can be tried without changing anything. */
import assert from "node:assert/strict";
import type { LoadedModuleInfo, ProcessInfo, RuntimeInfo } from "../../runtime/src/protocol.ts";
import { type Demand, asked, loadedIn, provoked, refusedUpgrade, result, valid } from "./trial.ts";

export const methods: readonly Demand[] = [
  {
    section: "Errors of requests",
    demand: "A method that does not exist is answered with -32601.",
    async check({ client }) {
      for (const method of ["runtime/explode", "", "constructor", "__proto__"])
        assert.equal((await client.ask(method)).error?.code, -32601, method);
    },
  },
  {
    section: "Errors of requests",
    demand: "Parameters by position are answered with -32602.",
    check: async ({ client }) => assert.equal((await client.ask("processes/state", ["<0.1>"])).error?.code, -32602),
  },
  {
    section: "Errors of requests",
    demand: "Bad parameters are answered with -32602, and the message names the field.",
    async check({ client, schema }) {
      for (const [method, params, field] of badParams) {
        const { error } = await client.ask(method, params);
        assert.equal(error?.code, -32602, `${method} ${JSON.stringify(params)}`);
        assert.ok(error.message.includes(field), `${method}: ${error.message} does not name ${field}`);
      }
      // What the schema refuses is what was tried.
      assert.ok(badParams.every(([method, params]) => combined.has(method) || schema.complain(`${method}.params`, params) !== null));
    },
  },
  {
    section: "Errors of requests",
    demand: "A module id that leads out of the root is answered with -32602.",
    async check({ client }) {
      for (const id of ["../../etc/passwd", "/etc/passwd", "src/../../x", "src\\x", "C:/x", "src/x\0", "x".repeat(1001)]) {
        for (const [method, params] of withModule(id))
          assert.equal((await client.ask(method, params)).error?.code, -32602, `${method} ${id.slice(0, 20)}`);
      }
    },
  },
  {
    section: "Errors of requests",
    demand: "What the runtime refuses is answered with -32000 and a stable code.",
    async check({ client, schema }) {
      for (const [method, params, code] of [
        ["processes/state", { pid: "surely no pid" }, "INSTAR_NOPROC"],
        ["processes/kill", { pid: "surely no pid" }, "INSTAR_NOPROC"],
        ["code/purge", { module: "surely/no/module" }, "INSTAR_MODULE_UNKNOWN"],
      ] as const) {
        const { error } = await client.ask(method, params);
        assert.equal(error?.code, -32000, method);
        valid(schema, "ErrorData", error.data);
        assert.equal((error.data as { code: string }).code, code, method);
      }
    },
  },
  {
    section: "`RuntimeInfo`",
    demand: "runtime/info says the version of the protocol, and who the runtime is, as the run file does.",
    async check({ client, schema, run }) {
      const info = await asked<RuntimeInfo>(client, schema, "runtime/info");
      assert.equal(info.protocol, schema.version);
      assert.deepEqual([info.name, info.root, info.entry, info.pid], [run.name, run.root, run.entry, run.pid]);
    },
  },
  {
    section: "Methods",
    demand: "modules/list and processes/list agree, and no pid is there twice.",
    async check({ client, schema }) {
      const { modules } = await asked<{ modules: LoadedModuleInfo[] }>(client, schema, "modules/list");
      const { processes } = await asked<{ processes: ProcessInfo[] }>(client, schema, "processes/list");
      assert.equal(new Set(processes.map(({ pid }) => pid)).size, processes.length);
      const ids = new Set(modules.map(({ id }) => id));
      assert.equal(ids.size, modules.length);
      for (const { module, parent } of processes) {
        assert.ok(ids.has(module), `${module} is not loaded`);
        assert.ok(parent === null || processes.some(({ pid }) => pid === parent), `the parent ${parent} is not there`);
      }
    },
  },
  {
    section: "Methods",
    demand: "processes/list has the oldest first.",
    async check({ client, schema }) {
      const { processes } = await asked<{ processes: ProcessInfo[] }>(client, schema, "processes/list");
      const since = processes.map((each) => Date.parse(each.since));
      assert.deepEqual(
        since,
        since.toSorted((one, other) => one - other),
      );
    },
  },
  {
    section: "Methods",
    demand: "What only looks has the result that the schema says.",
    async check({ client, schema }) {
      const { processes } = await asked<{ processes: ProcessInfo[] }>(client, schema, "processes/list");
      for (const { pid } of processes.slice(0, 5)) await asked(client, schema, "processes/state", { pid });
      for (const method of ["states/check", "code/holders", "upgrade/plan"]) await asked(client, schema, method);
    },
  },
  {
    section: "Upgrades",
    demand: "A rehearsal gives a report, and changes nothing.",
    async check({ client, schema }) {
      const before = result(await client.ask("modules/list"));
      const { outcome } = await asked<{ outcome: string }>(client, schema, "upgrade/rehearse");
      assert.notEqual(outcome, "committed");
      assert.deepEqual(loadedIn(result(await client.ask("modules/list"))), loadedIn(before));
    },
  },
  {
    section: "Upgrades",
    demand: "An upgrade by a plan that is stale is refused with INSTAR_PLAN_STALE.",
    check: (trial) => refusedUpgrade(trial, { plan: "of something else" }, "INSTAR_PLAN_STALE"),
  },
  {
    section: "Upgrades",
    demand: "An upgrade of a module that is not loaded is refused with INSTAR_MODULE_UNKNOWN.",
    check: (trial) => refusedUpgrade(trial, { modules: ["surely/no/module"] }, "INSTAR_MODULE_UNKNOWN"),
  },
  {
    section: "Cancelation",
    demand: "A request that is canceled is answered all the same.",
    async check({ client, schema }) {
      const answered = client.ask("upgrade/rehearse", {}, "to be canceled");
      client.send({ method: "$/cancelRequest", params: { id: "to be canceled" } });
      valid(schema, "upgrade/rehearse.result", result(await answered));
    },
  },
  {
    section: "Cancelation",
    demand: "A cancelation of what nobody asked for is ignored, and one that names nothing is answered with -32600.",
    async check(trial) {
      trial.client.send({ method: "$/cancelRequest", params: { id: "nobody asked" } });
      await provoked(trial, '{"jsonrpc":"2.0","method":"$/cancelRequest"}', -32600);
    },
  },
];

/** Which fields count together, no schema says. */
const combined = new Set(["upgrade/apply", "upgrade/downgrade"]);

const badParams: readonly (readonly [method: string, params: object, field: string])[] = [
  ...["state", "kill", "suspend", "resume", "restart"].flatMap((what) =>
    [{}, { pid: 1 }, { pid: "" }].map((params) => [`processes/${what}`, params, "pid"] as const),
  ),
  ["runtime/watch", { enabled: "yes" }, "enabled"],
  ["states/check", { module: 1 }, "module"],
  ["code/purge", {}, "module"],
  ["code/purge", { module: "x", soft: "yes" }, "soft"],
  ["code/holders", { module: [] }, "module"],
  ["upgrade/plan", { modules: "x" }, "modules"],
  ["upgrade/plan", { strategy: "hope" }, "strategy"],
  ["upgrade/rehearse", { onBusy: "skip" }, "onBusy"],
  ["upgrade/apply", { timeout: -1 }, "timeout"],
  ["upgrade/apply", { mode: "beam" }, "mode"],
  ["upgrade/apply", { drain: "1" }, "drain"],
  ["upgrade/apply", { probation: { for: 0, restarts: 1 } }, "for"],
  ["upgrade/apply", { mode: "otp", probation: { for: 1, restarts: 0 } }, "probation"],
  ["upgrade/apply", { strategy: "window", mode: "otp" }, "mode"],
  ["upgrade/downgrade", { targets: [] }, "targets"],
  ["upgrade/downgrade", { targets: [{ module: "x", vsn: 1.5 }] }, "vsn"],
  ["upgrade/downgrade", { targets: [1, 2].map((vsn) => ({ module: "x", vsn })) }, "targets"],
  ["upgrade/rollback", { onBusy: 1 }, "onBusy"],
];

function withModule(module: string): readonly (readonly [string, object])[] {
  return [
    ...["states/check", "code/purge", "code/holders"].map((method) => [method, { module }] as const),
    ...["states/save", "upgrade/plan", "upgrade/rehearse", "upgrade/apply"].map((method) => [method, { modules: [module] }] as const),
    ["upgrade/downgrade", { targets: [{ module, vsn: 1 }] }],
  ];
}
