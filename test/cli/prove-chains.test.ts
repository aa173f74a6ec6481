/** `instar prove` over several versions, as people use it: chains of steps, what is printed, seeds, and the steps that fixes write. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { judgeSnapshots, writeSnapshots } from "../../server/src/snapshots.ts";
import { openWorkspace } from "../../server/src/workspace.ts";
import { parsePage } from "../support/fixture.ts";
import { counted, type Proof, prove, same, source, step } from "../support/prove.ts";
import { releasedProject } from "../support/released-project.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryProject } from "../support/temporary-project.ts";

/** Three versions, of which those named are released. */
async function chained(
  t: TestContext,
  released: readonly number[],
  steps: { readonly first?: string; readonly second?: string; readonly secondDown?: string },
): Promise<Proof> {
  const file = "src/chain.actor.ts";
  const states = {
    1: "{ readonly n: number }",
    2: "{ readonly n: number; readonly m: string }",
    3: "{ readonly n: number; readonly m: string; readonly o: boolean }",
  };
  const first = step(steps.first ?? "(old: any) => ({ n: old.n, m: 'm' })", "(state: any) => ({ n: state.n })", 1);
  const second = step(
    steps.second ?? "(old: any) => ({ n: old.n, m: old.m, o: true })",
    steps.secondDown ?? "(state: any) => ({ n: state.n, m: state.m })",
    2,
  );
  const project = temporaryProject(t, {});
  for (const vsn of [1, 2] as const) {
    if (!released.includes(vsn)) continue;
    project.write({ [file]: source({ vsn, state: states[vsn], codeChange: vsn === 1 ? "" : first }) });
    assert.equal((await runCli(["release"], { cwd: project.root })).code, 0);
  }
  project.write({ [file]: source({ vsn: 3, state: states[3], codeChange: first + second }) });
  return JSON.parse((await prove(project, "--format", "json", "--seed", "11")).stdout);
}

const ways = ({ modules }: Proof) => modules.flatMap(({ tried }) => tried.map(({ from, to }) => `${from} to ${to}`));
const brief = ({ findings }: Proof) =>
  findings.map(({ rule, step: at, counterExample }) => `${rule} ${at?.from} ${at?.direction} ${counterExample?.vsn ?? ""}`.trim());

test("all released versions go all the way up and down", async (t) => {
  const proof = await chained(t, [1, 2], {});
  assert.deepEqual(ways(proof), ["2 to 3", "3 to 1", "1 to 3", "2 to 1"]);
  assert.deepEqual(proof.findings, []);
});

test("what is wrong in one step is said of that step, once", async (t) => {
  const proof = await chained(t, [1, 2], { second: "(old: any) => ({ n: old.n, m: old.m })" });
  assert.deepEqual(brief(proof), ["code-change-wrong-shape 2 up 2"]);
});

test("a step from a version without a snapshot is tried with what the step before gives", async (t) => {
  const proof = await chained(t, [1], { second: "(old: any) => ({ n: old.n, m: old.m.length, o: old.n > 7 })" });
  assert.deepEqual(brief(proof), ["code-change-not-proved 2 up", "code-change-wrong-shape 2 up 1", "code-change-not-proved 1 down"]);
  const { counterExample, message } = proof.findings[1] ?? {};
  assert.match(message ?? "", /State\.m: expected string, got number/);
  assert.deepEqual(counterExample?.steps, [
    { by: "codeChange[1].up", gives: '{ n: 0, m: "m" }' },
    { by: "codeChange[2].up", gives: "{ n: 0, m: 1, o: false }" },
  ]);
  for (const index of [0, 2]) {
    assert.match(proof.findings[index]?.message ?? "", /was tried only with what other steps give: version 2 has no release snapshot/);
  }
});

test("a chain finds what a step down does with what another one made", async (t) => {
  const proof = await chained(t, [1], { secondDown: "(state: any) => ({ n: state.n > 7 ? 'many' : state.n })" });
  assert.ok(brief(proof).includes("code-change-wrong-shape 1 down 3"), brief(proof).join());
});

test("a step from a version without a snapshot, with nothing before it, is not tried", async (t) => {
  const proof = await chained(t, [2], {});
  assert.deepEqual(brief(proof), ["code-change-not-proved 1 up"]);
  assert.match(proof.findings[0]?.message ?? "", /codeChange\[1\]\.up was not tried: version 1 has no release snapshot/);
});

test("people see the state, what each step made of it, and the line; and the same seed gives the same", async (t) => {
  const file = "src/thing.actor.ts";
  const project = await releasedProject(t, { [file]: source({ vsn: 1, state: counted }) });
  project.write({ [file]: source({ vsn: 2, state: counted, codeChange: step("(old: any) => ({ n: Math.abs(old.n) })", same) }) });
  const first = await prove(project, "src/thing.actor.ts");
  assert.equal(first.code, 1);
  assert.match(
    first.stdout,
    /^src\/thing\.actor\.ts:\d+:\d+ error code-change-round-trip-fails\n {2}State\.n does not come back: it was -\d.*\n\n(.*\n)*.*\^\n\n {2}version 1 +\{ n: -\d.*\}\n {2}codeChange\[1\]\.up +\{ n: \d.* \}\n {2}codeChange\[1\]\.down +\{ n: \d.* \}\n/,
  );
  const seed = /Seed (\d+): the same states again with --seed \1\.$/m.exec(first.stdout)?.[1] ?? "";
  assert.equal((await prove(project, "--seed", seed)).stdout, first.stdout);

  project.write({ [file]: source({ vsn: 2, state: counted, codeChange: step(same, same) }) });
  const right = await prove(project, "--runs", "7", "--seed", "-4");
  assert.equal(right.stdout, "No counter-example in 14 states of 1 module. Seed -4: the same states again with --seed -4.\n");
  assert.equal(right.code, 0);
});

test("a module without steps has nothing to prove, and neither has one that cannot be read", async (t) => {
  const project = await releasedProject(t, { "src/plain.actor.ts": source({ vsn: 1, state: counted }).replace("codeChange: {},", "") });
  const none = await prove(project);
  assert.equal(none.stdout, "No actor module here has a codeChange.\n");
  assert.equal(none.code, 0);
  project.write({ "src/plain.actor.ts": source({ vsn: 2, state: "{ readonly n: Missing }", codeChange: step(same, same) }) });
  const unread = await prove(project);
  assert.match(unread.stdout, /warning code-change-not-proved\n {2}src\/plain\.actor was not tried: its state or its vsn cannot be read/);
  assert.equal(unread.code, 0);
});

const wrong: [args: readonly string[], says: RegExp][] = [
  [["--runs", "0"], /Write a whole number from 1/],
  [["--seed", "x"], /Write a whole number/],
  [["--timeout", "soon"], /Write seconds/],
  [["src/thin.actor"], /There is no actor module src\/thin\.actor.*Did you mean src\/thing\.actor/s],
];

for (const [args, says] of wrong) {
  test(`wrong usage: prove ${args.join(" ")}`, async (t) => {
    const project = temporaryProject(t, { "src/thing.actor.ts": source({ vsn: 1, state: counted }) });
    const { code, stderr } = await prove(project, ...args);
    assert.match(stderr, says);
    assert.equal(code, 2);
  });
}

/** The pages whose fixes write steps. */
const pages = ["state-changed-no-code-change", "state-changed-no-down"];

test("the steps that fixes write have no counter-example, but for those that a person has to finish", async (t) => {
  const fixtures = pages
    .flatMap((page) => parsePage(readFileSync(new URL(`../../server/src/analysis/rules/${page}.md`, import.meta.url), "utf8")).fixtures)
    .map(({ blocks }) => blocks)
    .filter((blocks) => blocks.some(({ version, code }) => version === "fixed" && code.includes("codeChange")));
  const project = temporaryProject(t, {
    "tsconfig.json": JSON.stringify({ compilerOptions: { lib: ["es2023"], strict: true, types: [] } }),
  });
  const write = (...versions: readonly string[]) => {
    for (const [index, blocks] of fixtures.entries()) {
      for (const { version, file, code } of blocks) if (versions.includes(version)) project.write({ [`src/${index}/${file}`]: code });
    }
  };
  for (const version of ["old", "released"]) {
    write(version);
    const workspace = openWorkspace(project.root);
    const analyzed = workspace.analyzer.analyze();
    assert.ok(analyzed !== undefined);
    const { due, problems } = judgeSnapshots(workspace, analyzed);
    assert.deepEqual(problems, []);
    await writeSnapshots(project.root, due);
  }
  write("new");
  write("fixed");
  const { findings, modules } = JSON.parse((await prove(project, "--format", "json", "--seed", "1")).stdout) as Proof;
  const states = modules.flatMap(({ tried }) => tried.map((trial) => trial.states));
  assert.ok(states.length >= 10 && states.every((count) => count === 100), states.join());
  const errors = findings.filter(({ severity }) => severity === "error");
  for (const { rule, message } of errors)
    assert.match(`${rule} ${message}`, /^code-change-throws .* throws .*: Error: State\.\w+(: say how| needs a first value) /);
});
