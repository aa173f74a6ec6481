/** What `instar prove` finds in steps, on a real project with releases: each fault with its smallest state, and no fault where there is none. */
import { test } from "node:test";
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { counted, type Proof, prove, same, source, step } from "../support/prove.ts";
import { releasedProject } from "../support/released-project.ts";
import type { CliResult } from "../support/run-cli.ts";

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
    up: "(old: any): any => { if (old.n > 2) (process as unknown as { _kill(pid: number, signal: number): void })._kill(process.pid, 9); return old; }",
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
  "what cannot be made, cloned": {
    old: "{ readonly any: unknown }",
    up: "(old: any): any => structuredClone(old)",
    found: ["code-change-not-proved info"],
    says: [/it looks into State\.any, where a value of any type was only stood in for/],
  },
  "a clone of plain data": { old: counted, up: "(old: any): any => structuredClone(old)", found: [] },
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
      for (const { file, range, step: at } of own) {
        const { line } = range.start;
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
