/** `--report`: a document is kept of each command that changes a running system, however it ends; and a plan says before what cannot be done. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { counterApp, counterSource } from "../support/counter.ts";
import { releasedProject } from "../support/released-project.ts";
import { runCli, startCli } from "../support/run-cli.ts";

const file = "src/counter.actor.ts";
const state = "  readonly title: string;\n  readonly count: number;";
// A function that the types do not show: it converts, and cannot move.
const initial = "{ title, count: 0, ...{ log: () => {} } }";
const first = counterSource({ state, initial });
const grown = { state: `${state}\n  readonly step: number;`, initial: initial.replace(" }", ", step: 1 }"), vsn: "2" };
const steps = `
  codeChange: {
    1: {
      up: (old: Omit<State, "step">): State => ({ ...old, step: 1 }),
      down: ({ step: _, ...old }: State): Omit<State, "step"> => old,
    },
  },`;

test("each end of a change is kept, and a plan that says what cannot move is right", async (context) => {
  const project = await releasedProject(context, { [file]: first, "src/app.ts": counterApp });
  const dev = startCli(context, ["dev", "src/app.ts"], { cwd: project.root });
  await dev.until("in another terminal");
  const run = async (...args: string[]) => await runCli(args, { cwd: project.root });
  /** The same with a report, whose text this gives. */
  const kept = async (code: number, ...args: string[]): Promise<string> => {
    const { code: ended, stdout, stderr } = await run(...args, "--report", "reports/last.md");
    assert.equal(ended, code, stdout + stderr);
    const text = project.read("reports/last.md");
    assert.ok(text.startsWith(`# instar ${args.join(" ")} --report reports/last.md\n\nIn the runtime dev, at 2`), text);
    return text;
  };

  project.write({ [file]: counterSource(grown) });
  assert.match(
    await kept(1, "upgrade"),
    /\nRefused before it began\.[^]*\n## Errors\n\n```text\nstate-changed-no-code-change in src\/counter\.actor at /,
  );

  project.write({ [file]: counterSource({ ...grown, codeChange: steps }) });
  const plan = await run("plan", "--rehearse");
  assert.equal(plan.code, 0, plan.stdout + plan.stderr);
  assert.match(plan.stdout, /\n {2}hot +no state is lost/);
  for (const strategy of ["window", "blue-green"])
    assert.match(
      plan.stdout,
      new RegExp(`\n {2}${strategy} +not as things are: 2 processes cannot move \\(for one, State\\.log is the function log\\)`),
    );
  assert.match(
    plan.stdout,
    /\nWhat cannot move to another process.*\n {2}first +src\/counter\.actor {2}State\.log is the function log\n {2}second/,
  );
  assert.match(plan.stdout, /\nRehearsal at [\d:]+\n {2}it would work\.[^]*\n {2}expected pause {2}[\d.]+ ms/);
  assert.match(
    await kept(1, "upgrade", "--strategy", "blue-green"),
    /\n## Errors\n\n```text\nINSTAR_CANNOT_TRAVEL in src\/counter\.actor, process first/,
  );

  assert.match(await kept(0, "upgrade"), /\nCommitted in .*: the new code serves\.[^]*\n## Processes\n[^]*first +<0\.\d+> +1 → 2/);
  assert.match(await kept(0, "rollback"), /\nRolled back to version 1 of src\/counter\.actor in /);
  assert.match(await kept(0, "upgrade", "--strategy", "restart"), /, by restart: [^]*restarted, state lost/);
  assert.match(
    await kept(0, "downgrade", "src/counter.actor", "1", "--strategy", "restart"),
    /\nWent back to version 1 [^]*restarted, state lost/,
  );

  project.write({ "instar.config.json": '{ "redact": "src/nowhere.ts" }' });
  assert.match(await kept(1, "rehearse", "--save"), /\nthere is no src\/nowhere\.ts in the project that could redact states/);

  project.write({ "a-file": "" });
  const nowhere = await run("upgrade", "--report", "a-file/report.md");
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.stderr, /The report cannot be written to .*Nothing was begun; name another file/);
});
