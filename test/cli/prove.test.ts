/** `instar prove` on real projects with releases: what it finds in steps, how steps that misbehave are survived, and that the same seed repeats a run. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { TestContext } from "node:test";
import type { ProofFinding } from "../../server/src/prove/report.ts";
import { releasedProject } from "../support/released-project.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { type TemporaryProject, temporaryProject } from "../support/temporary-project.ts";

interface Version {
  readonly vsn: number;
  readonly state: string;
  readonly codeChange?: string;
  /** What stands before the state's type. */
  readonly before?: string;
}

/** An actor that does nothing but to have a state. */
function source({ vsn, state, codeChange = "", before = "" }: Version): string {
  return `import { actor, irreversible, type Pid } from "instar";
${before}
export interface State ${state}

export interface Thing {
  init(from: State): State;
}

void irreversible;
export type Anyone = Pid<Thing>;
export default actor<Thing>({
  vsn: ${vsn},
  init: (from) => from,
  codeChange: {${codeChange}},
});
`;
}

const step = (up: string, down: string, from = 1): string => `
    ${from}: {
      up: ${up},
      down: ${down},
    },`;

interface Case {
  readonly old: string;
  readonly now?: string;
  readonly before?: string;
  readonly up: string;
  readonly down?: string;
  /** `rule severity` of what is found, in any order. */
  readonly found: readonly string[];
  /** What the messages say. */
  readonly says?: readonly RegExp[];
  /** The counter-example's state, of whatever is found first and has one. */
  readonly state?: RegExp | string;
  readonly path?: string;
}

const counted = "{ readonly n: number }";
const same = "(state: any): any => state";

const cases: Readonly<Record<string, Case>> = {
  "a step that is right": {
    old: counted,
    now: "{ readonly n: number; readonly step: number }",
    up: "(old: any) => ({ n: old.n, step: 1 })",
    down: "(state: any) => ({ n: state.n })",
    found: [],
  },
  "what is left over on the way down": {
    old: counted,
    now: "{ readonly n: number; readonly step?: number }",
    up: "(old: any) => ({ n: old.n, step: 1 })",
    down: same,
    found: [],
  },
  "an order that says nothing": {
    old: "{ readonly all: Map<string, number>; readonly some: Set<string> }",
    up: "(old: any) => ({ all: new Map([...old.all].reverse()), some: new Set([...old.some].reverse()) })",
    down: same,
    found: [],
  },
  "sums in floating point": {
    old: counted,
    now: "{ readonly n: number; readonly x: 1 }",
    up: "(old: any) => ({ n: old.n * 0.1, x: 1 })",
    down: "(s: any) => ({ n: s.n * 10 })",
    found: [],
  },
  "up that throws": {
    old: counted,
    up: "(old: any) => { if (old.n < -3) throw new RangeError('below ' + old.n); return old; }",
    found: ["code-change-throws error"],
    says: [/codeChange\[1\]\.up throws on a state that version 1 can have: RangeError: below -4 \(in line \d+\)/],
    state: "{ n: -4 }",
  },
  "up that throws what is no error": {
    old: counted,
    up: "() => { throw null; }",
    found: ["code-change-throws error"],
    says: [/null, which is no Error/],
    state: "{ n: 0 }",
  },
  "up that throws something that cannot be read": {
    old: counted,
    up: "() => { throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } }); }",
    found: ["code-change-throws error"],
    says: [/a Proxy/],
  },
  "up without end on the stack": {
    old: counted,
    up: "function up(old: any): any { return up(old); }",
    found: ["code-change-throws error"],
    says: [/RangeError/],
  },
  "down that throws only for states that no up makes": {
    old: counted,
    now: "{ readonly n: number; readonly tags: readonly string[] }",
    up: "(old: any) => ({ n: old.n, tags: [] })",
    down: "(state: any) => { if (state.tags.length > 1) throw new Error('tags'); return { n: state.n }; }",
    found: ["code-change-throws error"],
    says: [/codeChange\[1\]\.down throws on a state that version 2 can have/],
    state: '{ n: 0, tags: ["", ""] }',
  },
  "up that forgets a field": {
    old: "{ readonly list: readonly { readonly name: string }[] }",
    now: "{ readonly list: readonly { readonly name: string; readonly age: number }[] }",
    up: "(old: any) => ({ list: old.list })",
    down: same,
    found: ["code-change-wrong-shape error"],
    says: [/State\.list\[0\]\.age: expected number, got undefined/],
    state: '{ list: [{ name: "" }] }',
    path: "State.list[0].age",
  },
  "down that gives another shape": {
    old: counted,
    now: "{ readonly n: string }",
    up: "(old: any) => ({ n: String(old.n) })",
    down: same,
    found: ["code-change-wrong-shape error"],
    says: [/codeChange\[1\]\.down returns what is no state of version 1: State\.n: expected number, got string/],
  },
  "up without a return": {
    old: counted,
    up: "(old: any) => { void old; }",
    found: ["code-change-wrong-shape error"],
    says: [/expected a state, got undefined/],
  },
  "up that returns a function": { old: counted, up: "() => () => {}", found: ["code-change-wrong-shape error"], says: [/got a function/] },
  "up that returns garbage": {
    old: counted,
    up: "() => [Symbol('x'), { get n() { throw 1; } }]",
    found: ["code-change-wrong-shape error"],
  },
  "a value that does not come back": {
    old: "{ readonly n: number; readonly on: boolean }",
    now: "{ readonly n: number; readonly on: boolean; readonly x: number }",
    up: "(old: any) => ({ n: Math.min(old.n, 10), on: old.on, x: 0 })",
    down: "(state: any) => ({ n: state.n, on: state.on })",
    found: ["code-change-round-trip-fails error"],
    says: [/State\.n does not come back: it was 11, and is 10 after codeChange\[1\]\.up and down/],
    state: "{ n: 11, on: false }",
    path: "State.n",
  },
  "an element that does not come back": {
    old: "{ readonly all: readonly string[] }",
    now: "{ readonly all: readonly string[]; readonly x: number }",
    up: "(old: any) => ({ all: [...new Set(old.all)], x: 0 })",
    down: "(state: any) => ({ all: state.all })",
    found: ["code-change-round-trip-fails error"],
    state: '{ all: ["", ""] }',
  },
  "a field that only the old version has": {
    old: "{ readonly n: number; readonly title: string }",
    now: counted,
    up: "(old: any) => ({ n: old.n })",
    down: "(state: any) => ({ n: state.n, title: '' })",
    found: ["lossy-down info"],
    says: [/State\.title does not come back from version 2: .* since version 2 has no such place/],
  },
  "a value that the new type does not take": {
    old: '{ readonly mode: "a" | "b" | "c" }',
    now: '{ readonly mode: "a" | "b" }',
    up: "(old: any) => ({ mode: old.mode === 'c' ? 'a' : old.mode })",
    down: same,
    found: ["lossy-down info"],
    says: [/it was "c", and is "a", since version 2 cannot hold that there/],
  },
  "a value that both types take, beside one that only the old one takes": {
    old: '{ readonly mode: "a" | "b" | "c" }',
    now: '{ readonly mode: "a" | "b" }',
    up: "() => ({ mode: 'a' })",
    down: same,
    found: ["code-change-round-trip-fails error", "lossy-down info"],
    says: [/it was "b", and is "a"/],
  },
  "a field that another alternative has": {
    old: '{ readonly now: { readonly kind: "on"; readonly level: number } | { readonly kind: "off" } }',
    now: '{ readonly now: { readonly kind: "on" } | { readonly kind: "off" } | { readonly kind: "dim"; readonly level: string } }',
    up: "(old: any) => ({ now: { kind: old.now.kind } })",
    down: "(state: any) => ({ now: state.now.kind === 'off' ? state.now : { kind: 'on', level: 0 } })",
    found: ["lossy-down info"],
  },
  "no way back by declaration": {
    old: counted,
    now: "{ readonly m: number }",
    up: "(old: any) => ({ m: old.n })",
    down: 'irreversible("m is all")',
    found: ["code-change-not-proved info"],
    says: [/it is irreversible \("m is all"\)/],
  },
  "a promise": { old: counted, up: "async (old: any) => old", found: ["code-change-async error"], says: [/returns a promise/] },
  "a promise that is rejected": { old: counted, up: "async () => { throw new Error('later'); }", found: ["code-change-async error"] },
  "an exit": {
    old: counted,
    up: "(old: any): any => { if (old.n > 2) process.exit(0); return old; }",
    found: ["code-change-exits error"],
    says: [/process\.exit\(0\)/],
    state: "{ n: 3 }",
  },
  "an exit in a try": {
    old: counted,
    up: "(old: any): any => { try { process.exit(1); } catch {} return old; }",
    found: ["code-change-exits error"],
  },
  "a signal to itself": {
    old: counted,
    up: "(old: any): any => { process.kill(process.pid, 'SIGKILL'); return old; }",
    found: ["code-change-exits error"],
    says: [/process\.kill/],
  },
  "a death that nothing foresaw": {
    old: counted,
    up: "(old: any): any => { if (old.n > 2) (process as any)._kill(process.pid, 9); return old; }".replace(
      "as any",
      "as unknown as { _kill(pid: number, signal: number): void }",
    ),
    found: ["code-change-exits error"],
    says: [/ends the process: signal SIGKILL/],
  },
  "an exit after it has returned": {
    old: counted,
    up: "(old: any): any => { setTimeout(() => process.exit(0)); return old; }",
    found: ["code-change-impure warning"],
    says: [/failed after it had returned: .*process\.exit\(0\)/],
  },
  "a step that changes what it is given": {
    old: "{ readonly list: string[] }",
    up: "(old: any): any => { old.list.push('x'); return { list: old.list.slice(0, -1) }; }",
    found: ["code-change-mutates-input warning"],
    says: [/changes the state that it is given, at State\.list/],
  },
  "a step that prints": {
    old: counted,
    up: "(old: any): any => { console.log('{ \"not\": json'); console.error('x'); return old; }",
    found: ["code-change-impure warning"],
    says: [/prints "\{ \\"not\\": json"/],
  },
  "a step that fails later": {
    old: counted,
    up: "(old: any): any => { void Promise.reject(new Error('late')); return old; }",
    found: ["code-change-impure warning"],
    says: [/failed after it had returned: Error: late/],
  },
  "a step that speaks for itself": {
    old: counted,
    up: "(old: any): any => { process.emit('message' as never, { nonce: '', id: 1, answer: 1 } as never, undefined as never); (process as { send?: (message: unknown) => void }).send?.({ id: 1 }); return old; }",
    found: [],
  },
  "a process that is called": {
    old: "{ readonly who: Pid<Thing> }",
    up: "(old: any): any => { old.who.cast('x'); return old; }",
    found: ["code-change-throws error"],
    says: [/must not send messages/],
  },
  "processes that are kept": {
    old: "{ readonly who: readonly Pid<Thing>[] }",
    now: "{ readonly who: readonly Pid<Thing>[]; readonly first: string }",
    up: "(old: any): any => ({ who: old.who, first: old.who[0]?.id ?? '' })",
    down: "(state: any) => ({ who: state.who })",
    found: [],
  },
  "what cannot be made, carried along": {
    before: "class Box { readonly size = 1; grow(): number { return this.size; } }\nvoid Box;",
    old: "{ readonly box: Box; readonly on: () => void; readonly any: unknown }",
    now: "{ readonly inner: { readonly box: Box; readonly on: () => void; readonly any: unknown } }",
    up: "(old: any): any => ({ inner: { ...old } })",
    down: "(state: any) => state.inner",
    found: [],
  },
  "what cannot be made, looked into": {
    before: "class Box { readonly size = 1; grow(): number { return this.size; } }\nvoid Box;",
    old: "{ readonly box: Box | null }",
    now: "{ readonly box: Box | null; readonly size: number }",
    up: "(old: any): any => ({ box: old.box, size: old.box === null ? 0 : old.box.grow() })",
    down: "(state: any) => ({ box: state.box })",
    found: ["code-change-not-proved info"],
    says: [/it looks into State\.box, where a Box was only stood in for/],
  },
  "a brand, whose promise is not known": {
    old: '{ readonly id: string & { readonly __brand: "Id" } }',
    up: "(old: any): any => { if (!/^id/.test(old.id)) throw new Error('no id'); return old; }",
    found: ["code-change-throws warning"],
    says: [/Not certain: State\.id is a brand/],
  },
  "a module that cannot be loaded": {
    old: counted,
    before: "throw new Error('not today');",
    up: same,
    found: ["code-change-not-loaded error"],
    says: [/not today.*INSTAR_EVALUATION_FAILED/],
  },
};

const fileOf = (name: string): string => `src/${name.replaceAll(/[^a-z]+/g, "-")}.actor.ts`;
const idOf = (name: string): string => fileOf(name).replace(/\.ts$/, "");

/** All of them in one project, so that they are judged by one run: with a process each, they do not meet. */
async function provedCases(t: TestContext): Promise<{ readonly result: CliResult; readonly proof: Proof }> {
  const old = ([name, { old: state, before = "" }]: [string, Case]) => [
    fileOf(name),
    source({ vsn: 1, state, before: before.replace(/^throw.*/, "") }),
  ];
  const now = ([name, { old: state, now: later = state, up, down = same, before = "" }]: [string, Case]) => [
    fileOf(name),
    source({ vsn: 2, state: later, codeChange: step(up, down), before }),
  ];
  const project = await releasedProject(t, Object.fromEntries(Object.entries(cases).map(old)));
  project.write(Object.fromEntries(Object.entries(cases).map(now)));
  const before = project.everything();
  const result = await prove(project, "--seed", "1", "--format", "json");
  assert.deepEqual(project.everything(), before, "nothing is written");
  return { result, proof: JSON.parse(result.stdout) };
}

interface Proof {
  readonly seed: number;
  readonly modules: readonly { readonly id: string; readonly tried: readonly { from: number; to: number; states: number }[] }[];
  readonly findings: readonly ProofFinding[];
  readonly summary: { readonly errors: number };
}

const prove = (project: TemporaryProject, ...args: readonly string[]): Promise<CliResult> =>
  runCli(["prove", ...args], { cwd: project.root });

test("what is found in steps, each in a module of its own", async (t) => {
  const { result, proof } = await provedCases(t);
  assert.equal(result.code, 1);
  assert.equal(result.stderr, "");
  for (const [name, { found, says = [], state, path }] of Object.entries(cases)) {
    await t.test(name, () => {
      const own = proof.findings.filter(({ module }) => module === idOf(name));
      const messages = own.map(({ message }) => message).join("\n");
      assert.deepEqual(own.map(({ rule, severity }) => `${rule} ${severity}`).toSorted(), [...found].toSorted(), messages);
      for (const expected of says) assert.match(messages, expected);
      const example = own.find(({ counterExample }) => counterExample !== null)?.counterExample;
      if (state !== undefined) assert.equal(example?.state, state);
      if (path !== undefined) assert.equal(example?.path, path);
      for (const { file, line, step: at } of own) {
        assert.equal(file, fileOf(name));
        const [text = ""] = (cases[name]?.[at?.direction ?? "up"] ?? same).split("\n");
        const lines = source({
          vsn: 2,
          state: cases[name]?.now ?? cases[name]?.old ?? "",
          codeChange: step(cases[name]?.up ?? "", cases[name]?.down ?? same),
          before: cases[name]?.before ?? "",
        }).split("\n");
        if (at !== null && !text.startsWith("irreversible")) assert.ok(lines[line - 1]?.includes(text), `line ${line}: ${lines[line - 1]}`);
      }
    });
  }
});

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
