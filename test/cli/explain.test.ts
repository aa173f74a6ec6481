/** `instar explain <record>`, as people and programs read it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { counter } from "../support/counter.ts";
import { releasedProject } from "../support/released-project.ts";
import { runCli } from "../support/run-cli.ts";

const item = "export interface Item {\n  readonly price: number;\n}\n";
const holder = (name: string) =>
  counter
    .replace("\n", '\nimport type { Item } from "./item.ts";\n')
    .replace("readonly count: number;", `readonly count: number;\n  readonly ${name}: Item | null;`);

test("a record: where it is declared and used, and what changed in it", async (t) => {
  const project = await releasedProject(t, { "src/item.ts": item, "src/a.actor.ts": holder("held"), "src/b.actor.ts": holder("sold") });
  const run = (...args: string[]) => runCli(["explain", ...args], { cwd: project.root });
  const before = await run("Item");
  assert.equal(before.code, 0);
  assert.match(
    before.stdout,
    /^Item {2}src\/item\.ts:1:18\n {2}in the states of\n {4}src\/a\.actor {2}State\.held\n {4}src\/b\.actor {2}State\.sold\n/,
  );
  assert.match(before.stdout, /It has not changed since the release\. A change of it would concern 2 actor modules\./);

  project.write({ "src/item.ts": item.replace("number", "string") });
  const after = await run("Item");
  assert.match(
    after.stdout,
    /changed since the release\n {4}Item\.price {2}changed {2}number → string\n {2}This concerns 2 actor modules\./,
  );
  const { records } = JSON.parse((await run("Item", "--format", "json")).stdout) as { records: Record<string, unknown>[] };
  assert.deepEqual(
    records.map(({ name, file, changes }) => ({ name, file, changes })),
    [{ name: "Item", file: "src/item.ts", changes: [{ path: "Item.price", kind: "changed", old: "number", new: "string" }] }],
  );

  assert.match((await run("Function-In-State")).stdout, /a function lies in the state/);
  const unknown = await run("Items");
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /There is no rule Items, and no type of that name .* Did you mean Item\?/);
});
