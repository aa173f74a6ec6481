/** The checks of new states on their way: from the port, over the channel, into the application's process, and before the commit. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { devProject, runProject } from "../../../test/support/dev-project.ts";
import type { LoadedModule, ModuleVersion } from "../module.ts";
import type { ShapePort } from "./options.ts";
import { createValidators } from "./validators.ts";

const version = (shape: string | null): ModuleVersion => ({ vsn: 1, kind: "actor", definition: {}, shape, load: 1 });
const change = (from: string | null, to: string | null) => {
  const module: LoadedModule = { id: "m", file: null, current: version(from), old: null };
  return { module, to: version(to) };
};

test("one check for each shape, compiled once, for both versions of a module", () => {
  const validators = createValidators();
  const text = (word: string): string =>
    `(globalThis.compiled = (globalThis.compiled ?? 0) + 1, (state) => state === "${word}" ? null : "no")`;
  const compiled = (): unknown => (globalThis as { compiled?: number }).compiled;
  validators.use({ a: text("a"), b: text("b") });
  const { validate, validateBack } = validators.between(change("a", "b"));
  assert.deepEqual([validate?.("b"), validate?.("a"), validateBack?.("a"), validateBack?.("b")], [null, "no", null, "no"]);
  assert.equal(compiled(), 2);
  validators.use({ b: text("b") });
  assert.equal(validators.between(change("a", "b")).validate, validate);
  assert.equal(compiled(), 2, "the same text is not compiled again");
  assert.deepEqual(validators.between(change("a", null)), {}, "what is not known is not checked");
  validators.use({ b: text("c") });
  assert.equal(validators.between(change(null, "b")).validate?.("c"), null);
});

const counter = (vsn: number, name: string, more = ""): string => `// shape: ${name}
import { actor } from "instar";
interface State { ${name}: number }
interface Counter { init(): State; calls: { get(): State } }
export default actor<Counter>({ vsn: ${vsn}, init: () => ({ ${name}: 5 }), calls: { get: ({ state, reply }) => reply(state) }, ${more} });
`;
const app = `import { child, supervisor } from "instar";
import counter from "./counter.actor.ts";
export default supervisor({ vsn: 1, strategy: "one_for_one", children: [child(counter, { id: "counter", name: "counter", args: [] })] });
`;
const step = (up: string, down: string): string =>
  `codeChange: { 1: { up: ${up} as (old: object) => State, down: ${down} as (state: State) => object } }`;

/** A shape is the name of the one field. */
const fieldShapes: ShapePort = {
  describe: async (modules) =>
    Object.fromEntries(
      modules.flatMap(({ id, file }) => {
        const name = /shape: (\w+)/.exec(readFileSync(file, "utf8"))?.[1];
        return name === undefined ? [] : [[id, { hash: name }]];
      }),
    ),
  look: async () => ({}),
  compare: async (changes) => ({
    compatible: [],
    drafts: [],
    readOnlySteps: Object.fromEntries(
      changes.flatMap(({ source }) => {
        const from = source === undefined ? null : /reads only: (\d)/.exec(readFileSync(source, "utf8"));
        return source === undefined || from === null ? [] : [[source, [Number(from[1])]]];
      }),
    ),
    validators: Object.fromEntries(
      changes
        .flatMap(({ from, to }) => [to, ...(from === null ? [] : [from])])
        .map((name) => [
          name,
          `(state) => typeof state.${name} === "number" ? null : "State.${name}: expected number, got " + typeof state.${name}`,
        ]),
    ),
  }),
};

test("a step that returns a state of another shape is refused by an upgrade, and a way back that does so by a rehearsal", async (t) => {
  const project = devProject(t, { "src/counter.actor.ts": counter(1, "n"), "src/app.ts": app });
  const { client } = await runProject(t, project, { shapes: fieldShapes });
  const outcome = async (request: "upgrade/apply" | "upgrade/rehearse"): Promise<unknown> => {
    const { outcome: came, errors } = await client.request(request);
    return [came, ...errors.map(({ code, name, message }) => [code, name, /State\.\w+: expected number, got \w+/.exec(message)?.[0]])];
  };
  const bad = (where: string): unknown => ["failed", ["INSTAR_STATE_INVALID", "counter", `State.${where}: expected number, got undefined`]];

  project.write("src/counter.actor.ts", counter(2, "m", step("(old) => ({ ...old })", "(state) => ({ n: state.m })")));
  assert.deepEqual(await outcome("upgrade/apply"), bad("m"));
  assert.deepEqual(await outcome("upgrade/rehearse"), bad("m"));

  project.write("src/counter.actor.ts", counter(2, "m", step("(old) => ({ m: old.n })", "(state) => ({ ...state })")));
  assert.deepEqual(await outcome("upgrade/rehearse"), bad("n"));

  project.write("src/counter.actor.ts", counter(2, "m", step("(old) => ({ m: old.n })", "(state) => ({ n: state.m })")));
  assert.deepEqual(await outcome("upgrade/rehearse"), ["rehearsed"]);
  assert.deepEqual(await outcome("upgrade/apply"), ["committed"]);
});

test("where the port fails, the upgrade goes on unchecked and says so", async (t) => {
  const project = devProject(t, { "src/counter.actor.ts": counter(1, "n"), "src/app.ts": app });
  const { client, logs } = await runProject(t, project, {
    shapes: {
      ...fieldShapes,
      async compare() {
        throw new Error("no validator today");
      },
    },
  });
  project.write("src/counter.actor.ts", counter(2, "m", step("(old) => ({ m: old.n })", "(state) => ({ n: state.m })")));
  assert.equal((await client.request("upgrade/apply")).outcome, "committed");
  assert.match(logs.join("\n"), /warning: .*no validator today/);
});

test("steps get copies of the states, unless the analysis has proven that all of them only read", async (t) => {
  const project = devProject(t, { "src/counter.actor.ts": counter(1, "n"), "src/app.ts": app });
  const { client } = await runProject(t, project, { shapes: fieldShapes });
  const rehearsed = async (more: string): Promise<unknown> => {
    // It writes, against what the comment claims, so that one sees what it has got.
    const writes = step("(old: any) => ((old.n += 1), { m: old.n })", "(state) => ({ n: state.m })");
    project.write("src/counter.actor.ts", counter(2, "m", writes) + more);
    const { processes } = await client.request("upgrade/rehearse");
    return processes.find(({ name }) => name === "counter")?.rehearsed?.wayBack;
  };
  // What comes back is compared with the state that there was, unless that has changed meanwhile.
  assert.equal(await rehearsed("// of no step it is known"), "lossy");
  assert.equal(await rehearsed("// of another step: reads only: 2"), "lossy");
  assert.equal(await rehearsed("// reads only: 1"), "lossless");
});
