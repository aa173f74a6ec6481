/** `--live`: what changed since the code that a running system has loaded, and which of its states are not what their type says. */
import { test } from "node:test";
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { CheckedStates, HeldVersion } from "../../runtime/src/protocol.ts";
import { counter, counterApp, counterSource } from "../support/counter.ts";
import { fakeRuntime } from "../support/fake-runtime.ts";
import { releasedProject } from "../support/released-project.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { type TemporaryProject, temporaryProject } from "../support/temporary-project.ts";

const file = "src/counter.actor.ts";
const id = "src/counter.actor";

interface Compared {
  readonly code: number | null;
  readonly against: { readonly name: string; readonly checked: number; readonly unchecked: number };
  readonly notes: readonly { readonly code: string; readonly message: string }[];
  readonly modules: readonly {
    readonly baseline: { readonly vsn: number; readonly source: string; readonly name: string } | null;
    readonly state: { readonly up: string; readonly changes: readonly { readonly path: string; readonly kind: string }[] };
    readonly messages: { readonly oldToNew: string };
  }[];
  readonly findings: readonly { readonly rule: string; readonly message: string }[];
}

async function checkLive(project: TemporaryProject): Promise<Compared> {
  const { code, stdout, stderr } = await runCli(["check", "--live", "--format", "json"], { cwd: project.root });
  assert.notEqual(stdout, "", stderr);
  return { code, ...(JSON.parse(stdout) as Omit<Compared, "code">) };
}

async function develop(t: TestContext, project: TemporaryProject): Promise<void> {
  const dev = startCli(t, ["dev", "src/app.ts"], { cwd: project.root });
  await dev.until("in another terminal");
}

const draft = (field: string): string =>
  counterSource({
    vsn: "2",
    state: `  readonly title: string;\n  readonly count: number;\n  readonly ${field}: number;`,
    initial: `{ title, count: 0, ${field}: 1 }`,
    codeChange: `
  codeChange: {
    1: {
      up: (old: { readonly title: string; readonly count: number }) => ({ ...old, ${field}: 1 }),
      down: ({ title, count }: State) => ({ title, count }),
    },
  },`,
  });

test("a release, a draft and a draft that was edited since are what the running system says", async (t) => {
  const project = await releasedProject(t, { [file]: counter, "src/app.ts": counterApp });
  await develop(t, project);
  const same = await checkLive(project);
  assert.deepEqual(same.modules[0]?.baseline, { vsn: 1, source: "live", name: "dev" });
  assert.deepEqual([same.code, same.findings, same.notes, same.against], [0, [], [], { name: "dev", checked: 2, unchecked: 0 }]);
  assert.equal(same.modules[0].messages.oldToNew, "compatible");

  project.write({ [file]: draft("stride") });
  const changes = ({ modules }: Compared): unknown => modules[0]?.state.changes.map(({ path, kind }) => `${kind} ${path}`);
  assert.deepEqual(changes(await checkLive(project)), ["fieldAdded State.stride"]);
  assert.equal((await runCli(["upgrade"], { cwd: project.root })).code, 0);
  const loaded = await checkLive(project);
  assert.deepEqual([changes(loaded), loaded.modules[0]?.baseline?.vsn], [[], 2]);

  project.write({ [file]: draft("step") });
  const edited = await checkLive(project);
  assert.deepEqual(changes(edited), ["fieldAdded State.step", "fieldRemoved State.stride"]);
  assert.deepEqual([edited.findings, edited.notes], [[], []], "its steps lead from one draft to the other");
  assert.equal(edited.modules[0]?.messages.oldToNew, "unknown", "only the state is known of what is in no snapshot");
  const text = await runCli(["diff", "--live"], { cwd: project.root });
  assert.match(text.stdout, /^src\/counter\.actor {2}version 2 at dev → 2$/m);
  assert.match(text.stdout, /State\.step +fieldAdded/);
  assert.match(text.stdout, /Compared with what dev runs\. 2 live states were checked\.$/m);
});

test("states that are not what their type says are named with process and path", async (t) => {
  const spoiled = counter.replace("({ title, count: 0 })", '({ title, count: (title === "Two" ? "two" : 0) as number })');
  const project = await releasedProject(t, { [file]: spoiled, "src/app.ts": counterApp });
  await develop(t, project);
  const { code, findings } = await checkLive(project);
  assert.deepEqual([code, findings.map(({ rule }) => rule)], [1, ["live-state-drift"]]);
  assert.match(
    findings[0]?.message ?? "",
    /^1 of 2 live states of `src\/counter\.actor` in dev are not what version 1 says: second <0\.\d+> \(State\.count: expected number, got string\)\. /,
  );
  const text = await runCli(["check", "--live"], { cwd: project.root });
  assert.match(text.stdout, /^src\/counter\.actor\.ts:\d+:\d+ error live-state-drift$/m);
  assert.equal((await runCli(["check"], { cwd: project.root })).code, 0, "without --live nothing is said");
});

test("a system that knows no types, and one whose version nobody describes any more", async (t) => {
  const project = await releasedProject(t, { [file]: counter });
  const checked: CheckedStates = { id, vsn: 1, shape: null, declaration: null, checked: 0, unchecked: 3, drifted: [], drifts: 0 };
  let modules = [checked];
  await fakeRuntime(t, { root: project.root, name: "app" }, { "states/check": (_, reply) => reply({ modules }) });
  project.write({ [file]: counter.replace("readonly count: number", "readonly count: string") });
  const assumed = await checkLive(project);
  assert.deepEqual(
    assumed.notes.map((note) => note.code),
    ["INSTAR_LIVE_ASSUMED"],
  );
  assert.equal(assumed.modules[0]?.state.up, "incompatible");
  const text = await runCli(["check", "--live"], { cwd: project.root });
  assert.match(text.stdout, /0 live states were checked; 3 could not be/);
  assert.match(text.stderr, /app runs version 1 of src\/counter\.actor and knows no shapes.*\(INSTAR_LIVE_ASSUMED\)/);
  modules = [{ ...checked, vsn: 7, shape: "unheard of" }];
  const unknown = await checkLive(project);
  assert.deepEqual([unknown.notes.map((note) => note.code), unknown.modules[0]?.baseline], [["INSTAR_LIVE_UNKNOWN"], null]);
});

test("old code that a system still has, with who has it", async (t) => {
  const project = await releasedProject(t, { [file]: counter });
  const checked: CheckedStates = { id, vsn: 1, shape: null, declaration: null, checked: 0, unchecked: 3, drifted: [], drifts: 0 };
  const old: HeldVersion = {
    module: id,
    vsn: 1,
    load: 1,
    status: "old",
    counts: { processes: 1, handlers: 1, timers: 0, functions: 0, instances: 0 },
    processes: [{ pid: "<0.7>", name: "first", handler: "cast spin", since: null }],
    timers: [],
    functions: [],
    instances: [],
  };
  await fakeRuntime(
    t,
    { root: project.root, name: "app" },
    { "states/check": (_, reply) => reply({ modules: [checked] }), "code/holders": (_, reply) => reply({ versions: [old], unknown: 0 }) },
  );
  const { code, findings } = await checkLive(project);
  assert.deepEqual([code, findings.map(({ rule }) => rule)], [1, ["old-version-still-running"]]);
  assert.match(findings[0]?.message ?? "", /^app still has version 1 of `src\/counter\.actor`.*first <0\.7> runs it in `cast spin`\./);
});

test("no system, and options that contradict each other", async (t) => {
  const project = temporaryProject(t, { [file]: counter });
  for (const [args, said] of [
    [["--live"], /No runtime is running in .*instar dev/],
    [["--live", "--against", "main"], /give one of them/],
    [["--runtime", "dev"], /add --live/],
  ] as const) {
    const { code, stderr } = await runCli(["check", ...args], { cwd: project.root });
    assert.match(stderr, said);
    assert.equal(code, 2);
  }
});
