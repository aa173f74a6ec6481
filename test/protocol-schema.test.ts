/** The published schema of the protocol says what the runtime does: it takes and refuses the same parameters, and knows each message. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkParams } from "../runtime/src/dev/check-params.ts";
import { type Requests, protocolVersion } from "../runtime/src/protocol.ts";
import { readSchema } from "./conformance/schema.ts";

const schema = readSchema();
const methods = Object.keys(checkParams) as (keyof Requests)[];

const upgrade = {
  modules: ["src/room.actor"],
  plan: "0123456789abcdef",
  extra: { any: [1] },
  onBusy: "wait",
  timeout: 0,
  drain: 2.5,
  strategy: "hot",
  probation: { for: 1000, restarts: 0 },
};
const rollback = { extra: null, onBusy: "abort", timeout: 10, drain: 0, probation: { for: 0.5, restarts: 3 } };

/** Parameters with all fields that go together. */
const whole: { readonly [M in keyof Requests]: object } = {
  "runtime/info": {},
  "runtime/stop": {},
  "runtime/restart": {},
  "runtime/watch": { enabled: true },
  "modules/list": {},
  "processes/list": {},
  "processes/state": { pid: "<0.1>" },
  "states/check": { module: "src/room.actor" },
  "states/save": { modules: ["src/room.actor"], redact: "src/redact.ts" },
  "processes/kill": { pid: "<0.1>" },
  "processes/suspend": { pid: "<0.1>" },
  "processes/resume": { pid: "<0.1>" },
  "processes/restart": { pid: "<0.1>" },
  "code/purge": { module: "src/room.actor", soft: true },
  "code/holders": { module: "src/room.actor" },
  "upgrade/rehearse": upgrade,
  "upgrade/plan": { modules: [], strategy: "blue-green" },
  "upgrade/apply": upgrade,
  "upgrade/downgrade": { targets: [{ module: "src/room.actor", vsn: 1 }], ...rollback },
  "upgrade/rollback": rollback,
};

const ids = ["/etc/passwd", "../x", "src/../../x", "..", "a/.", "src\\room", "C:/x", "a\0", "a..b/.c", "./x", "a:b", "x".repeat(1001)];
const others = [
  ...ids,
  ...ids.map((id) => [id]),
  undefined,
  null,
  true,
  -1,
  0,
  0.5,
  1,
  2 ** 31,
  "",
  "hot",
  "otp",
  "x",
  [],
  [""],
  ["x"],
  [1],
  {},
  [{ module: "x", vsn: 0 }],
];

for (const method of methods) {
  test(`${method}: the schema takes and refuses the parameters that the runtime does`, () => {
    assert.equal(schema.complain(`${method}.params`, whole[method]), null);
    for (const params of [whole[method], { ...whole[method], added: "by a newer client" }, ...changed(whole[method])]) {
      const said = JSON.stringify(params);
      // What goes over the wire.
      const sent = JSON.parse(said) as Record<string, unknown>;
      assert.equal(schema.complain(`${method}.params`, sent) === null, takes(method, sent), said);
      assert.equal(schema.complain("Request", { jsonrpc: "2.0", id: 1, method, params: sent }) === null, takes(method, sent), said);
    }
    assert.equal(schema.complain("Request", { jsonrpc: "2.0", id: 1, method }) === null, takes(method, {}), "without parameters");
  });
}

test("the schema is of the version that the runtime speaks, and has every method's parameters and result", () => {
  assert.equal(schema.version, protocolVersion);
  for (const method of methods) assert.ok(schema.definitions.includes(`${method}.result`), method);
  assert.notEqual(schema.complain("Request", { jsonrpc: "2.0", id: 1, method: "runtime/explode" }), null);
});

/** With each field, at any depth, left out or made something else. What only some values of other fields allow has a test of its own. */
function* changed(value: unknown): Generator<object> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, field] of Object.entries(value)) {
    const replaced = (other: unknown): object => (Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other });
    for (const other of [...others, ...changed(field)]) {
      if (key !== "strategy" || other === undefined || other === "x") yield replaced(other);
    }
  }
}

function takes(method: keyof Requests, params: Record<string, unknown>): boolean {
  try {
    checkParams[method](params);
    return true;
  } catch {
    return false;
  }
}
