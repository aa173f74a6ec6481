/** What users get wrong, played against the dev runtime: a stable code and a clear message, and everything runs on as it was. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { app, counter, everything, files, steps } from "../../../test/support/counter-application.ts";
import { devProject, runProject } from "../../../test/support/dev-project.ts";
import type { DevError } from "./dev-error.ts";

const file = "src/counter.actor.ts";
type Sources = Readonly<Record<string, string>>;

const thrower = { [file]: "throw new Error('on import');" };
const noActor = { [file]: "export const x = 1;" };
const noInit = { [file]: 'import { actor } from "instar"; export default actor({ vsn: 2 } as never);' };
const loop = `import { child, supervisor } from "instar"; import app from "./app"; export default supervisor({ children: [child(app, { id: "app" })] });`;
const circle = {
  "src/loop.ts": loop,
  "src/app.ts": app
    .replace("import counter,", 'import loop from "./loop";\nimport counter,')
    .replace("children: [", 'children: [child(loop, { id: "loop" }), '),
};

for (const [what, sources, code, message, line] of [
  [
    "a module throws on import",
    thrower,
    "INSTAR_EVALUATION_FAILED",
    /counter\.actor\.ts threw while it was evaluated: Error: on import/,
    1,
  ],
  ["a module exports no actor", noActor, "INSTAR_NOT_A_HANDLE", /got undefined\. Import the actor module's default export/, 12],
  ["an actor has no init", noInit, "INSTAR_BAD_DEFINITION", /has no init function/, 1],
  [
    "supervisors are in each other's children",
    circle,
    "INSTAR_NOT_A_HANDLE",
    /import each other in a circle.* only one can be the other's child/,
    1,
  ],
  [
    "init returns nothing",
    { [file]: counter(1, "", { state: "undefined as never" }) },
    "INSTAR_START_FAILED",
    /init of <0\.\d+> \(counter, src\/counter\.actor\) returned nothing/,
  ],
  [
    "init returns a promise of nothing",
    { [file]: counter(1, "", { state: "Promise.resolve() as never" }) },
    "INSTAR_START_FAILED",
    /returned nothing/,
  ],
  [
    "init throws",
    { [file]: counter(1, "", { state: "(() => { throw new Error('no disk'); })()" }) },
    "INSTAR_START_FAILED",
    /Error: no disk/,
    8,
  ],
  ["the entry is no supervisor", { "src/app.ts": counter(1) }, "INSTAR_NOT_AN_APPLICATION", /an application is a supervision tree/, 1],
] as readonly (readonly [string, Sources, string, RegExp, number?])[]) {
  test(`an application does not start where ${what}`, async (t) => {
    await assert.rejects(runProject(t, devProject(t, { ...files, ...sources })), (error: DevError) => {
      assert.match(error.message, message);
      assert.deepEqual([error.code, error.place?.line], [code, line]);
      return true;
    });
  });
}

const up = (text: string, more = ""): Sources => ({
  [file]: counter(2, `codeChange: { 1: { up: ${text}, down: (s: State) => ({ n: s.n })${more} } },`),
});

for (const [what, sources, outcome, code, message] of [
  ["a module throws on import", thrower, "refused", "INSTAR_EVALUATION_FAILED", /on import/],
  ["a module exports no actor any more", noActor, "refused", "INSTAR_KIND_CHANGED", /its processes would have no code/],
  ["an actor has no init", noInit, "refused", "INSTAR_BAD_DEFINITION", /has no init function/],
  ["supervisors are in each other's children", circle, "refused", "INSTAR_NOT_A_HANDLE", /import each other in a circle/],
  ["there is no step", { [file]: counter(2) }, "refused", "INSTAR_CODE_CHANGE_MISSING", /Add codeChange\[1\]/],
  ["up throws", up("() => { throw new Error('no'); }"), "failed", "INSTAR_CODE_CHANGE_FAILED", /codeChange 1 up in <0\.2> .*Error: no/],
  ["up throws what is no error", up("() => { throw undefined; }"), "failed", "INSTAR_CODE_CHANGE_FAILED", /undefined/],
  ["up returns a promise", up("async (s: State) => s"), "failed", "INSTAR_CODE_CHANGE_ASYNC", /pass its result as extra/],
  ["up returns a promise that fails", up("async () => { throw new Error('late'); }"), "failed", "INSTAR_CODE_CHANGE_ASYNC", /promise/],
  [
    "up changes its input, then throws",
    up("(s: any) => { s.n = 'broken'; throw new Error('no'); }"),
    "failed",
    "INSTAR_CODE_CHANGE_FAILED",
    /no/,
  ],
  [
    "up changes its input and returns nothing",
    up("(s: any) => { s.n = 'broken'; }"),
    "failed",
    "INSTAR_CODE_CHANGE_RESULT",
    /is a return missing/,
  ],
  ["up returns a number", up("() => 42"), "failed", "INSTAR_CODE_CHANGE_RESULT", /returned 42/],
  ["up returns a function", up("() => () => 1"), "failed", "INSTAR_CODE_CHANGE_RESULT", /Function/],
  ["up is no function", up("42"), "refused", "INSTAR_BAD_DEFINITION", /codeChange\[1\] without a function up/],
  ["messages are no functions", up("(s: State) => s", ", messages: 42"), "refused", "INSTAR_BAD_DEFINITION", /codeChange\[1\]\.messages/],
  [
    "a translation is none",
    up("(s: State) => s", ", messages: { add: { upp: () => [] } }"),
    "refused",
    "INSTAR_BAD_DEFINITION",
    /messages\.add/,
  ],
] as readonly (readonly [string, Sources, string, string, RegExp])[]) {
  test(`nothing changes where ${what}, and the next upgrade is none the worse`, async (t) => {
    const project = devProject(t, files);
    const { client } = await runProject(t, project);
    const before = await everything(client);
    for (const [path, text] of Object.entries(sources)) project.write(path, text);
    for (const method of ["upgrade/rehearse", "upgrade/apply", "upgrade/apply"] as const) {
      const report = await client.request(method);
      assert.deepEqual([report.outcome, report.errors[0]?.code], [outcome, code]);
      assert.match(report.errors[0]?.message ?? "", message);
      assert.deepEqual(await everything(client), before, "states, versions and who is suspended");
    }
    for (const [path, text] of Object.entries(files)) project.write(path, text);
    project.write(file, counter(2, steps));
    assert.equal((await client.request("upgrade/apply")).outcome, "committed");
  });
}

test("a new child whose init returns nothing is named, and the others run on in the new code", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project);
  project.write("src/new.actor.ts", counter(1, "", { state: "undefined as never" }));
  const grown = app.replace("import counter,", 'import fresh from "./new.actor";\nimport counter,');
  project.write("src/app.ts", grown.replace("children: [", 'children: [child(fresh, { id: "fresh", args: [1] }), '));
  const { outcome, modules } = await client.request("upgrade/apply");
  assert.equal(outcome, "committed");
  const [failed] = modules.flatMap(({ children }) => children?.failed ?? []);
  assert.equal(failed?.id, "fresh");
  assert.match(failed?.message ?? "", /returned nothing/);
  const { processes } = await client.request("processes/list");
  assert.deepEqual(
    processes.map(({ name, status }) => [name, status]),
    [
      [null, "idle"],
      ["counter", "idle"],
      ["other", "idle"],
    ],
  );
});

test("an upgrade that is asked for while one runs is refused, and the one that runs is not disturbed", async (t) => {
  const project = devProject(t, files);
  const { client } = await runProject(t, project);
  project.write(file, counter(2, steps));
  const first = client.request("upgrade/apply");
  const others = await Promise.all([
    client.request("upgrade/apply"),
    client.request("upgrade/rollback"),
    client.request("upgrade/rehearse"),
  ]);
  assert.deepEqual(
    others.map(({ outcome, errors }) => [outcome, errors[0]?.code]),
    Array.from({ length: 3 }, () => ["refused", "INSTAR_UPGRADE_IN_PROGRESS"]),
  );
  assert.equal((await first).outcome, "committed");
});
