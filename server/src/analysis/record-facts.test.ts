/** Records as facts, their fixes and their lenses; which edits are whose is on the pages in `test/fixtures/workspaces`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FixtureProject } from "../../../test/support/fixture.ts";

const actor = (name: string, state: string, imports: string, messages = "") => `import { actor } from "instar";
import type { ${imports} } from "./records.ts";

export interface ${name}State {
  ${state}
}

export interface ${name} {
  init(): ${name}State;
  ${messages}
}

export default actor<${name}>({ vsn: 1, init: () => { throw new Error(); }${messages === "" ? "" : ", casts: { give: ({ next }) => next() }"} });
`;

const records = `export interface Item {
  readonly price: number;
}

export interface Player {
  readonly name: string;
  readonly items: readonly Item[];
}

export type Players = ReadonlyMap<string, Player>;
`;

function game(): FixtureProject {
  const project = new FixtureProject();
  project.write("src/records.ts", records);
  project.write("src/arena.actor.ts", actor("Arena", "readonly players: Players; readonly last: Player | null;", "Player, Players"));
  project.write("src/shop.actor.ts", actor("Shop", "readonly stock: readonly Item[];", "Item"));
  project.write("src/post.actor.ts", actor("Post", "readonly count: number;", "Item", "casts: { give(item: Item): void };"));
  project.write("src/clock.actor.ts", actor("Clock", "readonly tick: number;", "Item"));
  assert.deepEqual(project.findings(), []);
  project.release();
  assert.deepEqual(project.findings(), []);
  return project;
}

function record(project: FixtureProject, name: string) {
  project.findings();
  const found = project.analyzer.records().filter((each) => each.name === name);
  assert.equal(found.length, 1);
  return found[0] ?? assert.fail();
}

test("where a record is declared, and where which actors use it", () => {
  const project = game();
  assert.deepEqual(record(project, "Item"), {
    name: "Item",
    file: "/project/src/records.ts",
    range: { start: { line: 1, column: 18 }, end: { line: 1, column: 22 } },
    uses: [
      { module: "src/arena.actor", path: "State.players<value>.items[]", in: "state" },
      { module: "src/post.actor", path: "casts.give[0]", in: "messages" },
      { module: "src/shop.actor", path: "State.stock[]", in: "state" },
    ],
    changes: [],
  });
  assert.deepEqual(
    record(project, "Player").uses.map(({ path }) => path),
    ["State.players<value>", "State.last"],
  );
});

test("what has changed in a record, by path from the record", () => {
  const project = game();
  project.write("src/records.ts", records.replace("  readonly price: number;", "  readonly price: bigint;\n  readonly weight: number;"));
  assert.deepEqual(record(project, "Item").changes, [
    { path: "Item.price", kind: "changed", old: "number", new: "bigint" },
    { path: "Item.weight", kind: "fieldAdded", old: null, new: "number" },
  ]);
  assert.deepEqual(record(project, "Player").changes, []);
});

test("the fix of one edit is written into every actor that has the record, and each of them counts the change", () => {
  const project = game();
  project.write("src/records.ts", records.replace("  readonly price: number;", "  readonly price: number;\n  readonly weight: number;"));
  const { modules = [], findings = [] } = project.analyzer.analyze() ?? {};
  const counted = modules.map(({ id, state, messages, codeChange: { up, down } }) => [
    id,
    { changes: state.changes.length + messages.changes.length, up, down },
  ]);
  assert.deepEqual(Object.fromEntries(counted), {
    "src/arena.actor": { changes: 2, up: "missing", down: "unneeded" },
    "src/clock.actor": { changes: 0, up: "unneeded", down: "unneeded" },
    "src/post.actor": { changes: 1, up: "unneeded", down: "unneeded" },
    "src/shop.actor": { changes: 1, up: "missing", down: "unneeded" },
  });
  const [finding, ...others] = findings;
  assert.deepEqual([finding?.rule, others], ["state-changed-no-code-change", []]);
  // The post has it in its messages alone.
  assert.deepEqual(finding?.modules, ["src/arena.actor", "src/shop.actor", "src/post.actor"]);
  assert.deepEqual(project.fix("state-changed-no-code-change", {}), []);
  for (const name of ["arena", "shop", "post"]) assert.match(project.read(`src/${name}.actor.ts`) ?? "", /vsn: 2/);
  for (const name of ["arena", "shop"]) assert.match(project.read(`src/${name}.actor.ts`) ?? "", /codeChange[^]*weight/);
  assert.match(project.read("src/clock.actor.ts") ?? "", /vsn: 1/);
  assert.deepEqual(project.typeErrors(), []);
});
