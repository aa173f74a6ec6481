/** Steps that misbehave as a process does: what `instar prove` keeps them from, and how it gets rid of them. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { counted, type Proof, prove, same, source, step } from "../support/prove.ts";
import { releasedProject } from "../support/released-project.ts";

test(
  "a step is kept from writing files and from starting processes",
  { skip: process.env["INSTAR_FROM_SOURCE"] !== undefined && "only the bundle can be kept from it" },
  async (t) => {
    const touch = (what: string) => `(old: any): any => { ${what}; return old; }`;
    const before = `declare const process: any;\nconst [fs, children] = ["fs", "child_process"].map((name) => process.getBuiltinModule(name));`;
    const project = await releasedProject(t, {
      "src/writes.actor.ts": source({ vsn: 1, state: counted }),
      "src/later.actor.ts": source({ vsn: 1, state: counted }),
      "src/starts.actor.ts": source({ vsn: 1, state: counted }),
    });
    const now = (up: string) => source({ vsn: 2, state: counted, codeChange: step(up, same), before });
    project.write({
      "src/writes.actor.ts": now(touch("fs.writeFileSync('written', '')")),
      "src/later.actor.ts": now(touch("void fs.promises.writeFile('written', '')")),
      "src/starts.actor.ts": now(touch("children.execFileSync('node', ['--version'])")),
    });
    const { stdout, code } = await prove(project, "--format", "json");
    const { findings } = JSON.parse(stdout) as Proof;
    assert.equal(code, 1);
    const said = (name: string) =>
      findings
        .filter(({ module }) => module === `src/${name}.actor`)
        .map(({ rule, severity, message }) => `${rule} ${severity} ${message}`);
    assert.match(said("writes").join("\n"), /^code-change-impure error .* kept from writing .*written/);
    assert.match(said("later").join("\n"), /^code-change-impure warning .* failed after it had returned: writing .*written/);
    assert.match(said("starts").join("\n"), /^code-change-impure error .* kept from starting a process/);
    assert.ok(!existsSync(project.path("written")));
  },
);

test("a step that hangs is ended, and found with the smallest state; what it was ended with is tried without it", async (t) => {
  const files = ["src/loop.actor.ts", "src/wait.actor.ts"] as const;
  const project = await releasedProject(t, Object.fromEntries(files.map((file) => [file, source({ vsn: 1, state: counted })])));
  const now = (up: string) => source({ vsn: 2, state: counted, codeChange: step(up, same) });
  project.write({
    [files[0]]: now("(old: any): any => { while (old.n > 5); return old; }"),
    [files[1]]: now("(old: any): any => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); return old; }"),
  });
  const { stdout, stderr, code } = await prove(
    project,
    "--format",
    "json",
    "--seed",
    "3",
    "--timeout",
    "60",
    "src/loop.actor",
    "src/wait.actor",
  );
  assert.equal(stderr, "");
  const { findings, modules } = JSON.parse(stdout) as Proof;
  assert.equal(code, 1);
  assert.deepEqual(
    findings.map(({ rule, severity, module }) => `${module} ${rule} ${severity}`),
    ["src/loop.actor code-change-hangs error", "src/wait.actor code-change-hangs error"],
  );
  assert.match(findings[0]?.message ?? "", /codeChange\[1\]\.up has not returned after 3 s/);
  assert.deepEqual(
    modules[0]?.tried.map(({ states }) => states),
    [100, 100],
  );
});

test("a module that never ends being loaded is ended with the whole time", async (t) => {
  const file = "src/load.actor.ts";
  const project = await releasedProject(t, { [file]: source({ vsn: 1, state: counted }) });
  project.write({ [file]: source({ vsn: 2, state: counted, codeChange: step(same, same), before: "for (;;);" }) });
  const { stdout, code } = await prove(project, "--timeout", "1");
  assert.match(stdout, /code-change-not-loaded/);
  assert.match(stdout, /does not come to an end of being evaluated/);
  assert.equal(code, 1);
});

test("a module whose process ends again and again is given up, and the next one is tried", async (t) => {
  const files = ["src/a.actor.ts", "src/b.actor.ts"] as const;
  const project = await releasedProject(t, Object.fromEntries(files.map((file) => [file, source({ vsn: 1, state: counted })])));
  // Behind the back of what is watched, and once the step has returned.
  const dying =
    "(old: any): any => { setTimeout(() => (process as unknown as { _kill(pid: number, signal: number): void })._kill(process.pid, 9)); return old; }";
  project.write({
    [files[0]]: source({ vsn: 2, state: counted, codeChange: step(dying, same) }),
    [files[1]]: source({ vsn: 2, state: counted, codeChange: step(same, same) }),
  });
  const { stdout, code } = await prove(project, "--format", "json", "--seed", "5");
  const { findings, modules } = JSON.parse(stdout) as Proof;
  assert.equal(code, 1);
  assert.ok(findings.some(({ rule, message }) => rule === "code-change-exits" && message.includes("signal SIGKILL")));
  assert.ok(findings.some(({ rule, message }) => rule === "code-change-not-proved" && /had to be started \d+ times/.test(message)));
  assert.ok(findings.every(({ module }) => module === "src/a.actor"));
  assert.deepEqual(
    modules[1]?.tried.map(({ states }) => states),
    [100, 100],
  );
});
