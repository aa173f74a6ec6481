/** What a dev runtime hears of the analysis, through the thread in which it runs. */
import { test, type TestContext } from "node:test";
import assert from "node:assert/strict";
import { once } from "node:events";
import { runInThisContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { changedCounter, counter, counterApp, counterSource } from "../../../test/support/counter.ts";
import { releasedProject } from "../../../test/support/released-project.ts";
import { temporaryProject } from "../../../test/support/temporary-project.ts";
import { createShapePort, type ShapeThread } from "./shape-port.ts";

const file = "src/counter.actor.ts";
const loaded = { module: "src/counter.actor", vsn: 1 };

test("the thread says what shape the states have as the sources are now, what fits what, and what checks them", async (t) => {
  const project = temporaryProject(t, { [file]: counter, "src/app.ts": counterApp });
  const shapes = started(t, createShapePort(project.root));
  const hash = async (): Promise<string> => {
    const described = await shapes.describe([
      { id: "src/counter.actor", file: project.path(file) },
      { id: "src/nobody", file: project.path("src/nobody.ts") },
    ]);
    assert.deepEqual(Object.keys(described), ["src/counter.actor"]);
    return described["src/counter.actor"]?.hash ?? "";
  };
  const before = await hash();
  assert.equal(await hash(), before);
  project.write({
    [file]: counterSource({
      state: "  readonly title: string;\n  readonly count: number;\n  readonly step?: number;",
      initial: "{ title, count: 0 }",
    }),
  });
  const after = await hash();
  assert.notEqual(after, before);

  const { compatible, validators } = await shapes.compare([{ ...loaded, from: before, to: after }]);
  assert.deepEqual(compatible, [`${before} ${after}`, `${after} ${before}`]);
  assert.deepEqual(Object.keys(validators).toSorted(), [before, after].toSorted());
  const check = runInThisContext(validators[after] ?? "") as (state: unknown) => string | null;
  assert.equal(check({ title: "tea", count: 1, step: 2 }), null);
  assert.match(check({ title: "tea", count: 1, step: "2" }) ?? "", /State\.step: expected number/);

  // Where only code changes there is nothing to compare; what has no shape yet is only checked.
  assert.deepEqual((await shapes.compare([{ ...loaded, from: after, to: after }])).compatible, []);
  assert.deepEqual(Object.keys((await shapes.compare([{ ...loaded, from: null, to: after }])).validators), [after]);
  assert.deepEqual(await shapes.compare([{ ...loaded, from: "unheard", to: "of" }]), {
    compatible: [],
    validators: {},
    readOnlySteps: {},
    drafts: [],
  });
});

test("sources that were built count in place of what is on disk by now, for that question alone", async (t) => {
  const file = "src/counter.actor.ts";
  const project = temporaryProject(t, { [file]: counter });
  const shapes = started(t, createShapePort(project.root));
  const hash = async (...sources: Parameters<typeof shapes.describe>[1][]): Promise<string> =>
    (await shapes.describe([{ id: loaded.module, file: project.path(file) }], ...sources))[loaded.module]?.hash ?? "";
  const before = await hash();
  project.write({ [file]: changedCounter });
  assert.equal(await hash({ [project.path(file)]: counter }), before);
  const after = await hash();
  assert.notEqual(after, before);
  assert.deepEqual((await shapes.compare([{ ...loaded, from: before, to: after }])).compatible, []);
});

test("the thread says whose loaded states are not those of the release of their version", async (t) => {
  const project = await releasedProject(t, { [file]: counter });
  const shapes = started(t, createShapePort(project.root));
  const hash = async (text: string): Promise<string> => {
    project.write({ [file]: text });
    return (await shapes.describe([{ id: loaded.module, file: project.path(file) }]))[loaded.module]?.hash ?? "";
  };
  const [released, draft] = [await hash(counter), await hash(changedCounter)];
  const drafts = async (from: string, vsn = 1): Promise<readonly string[]> =>
    (await shapes.compare([{ module: loaded.module, vsn, from, to: released }])).drafts;
  assert.deepEqual(await drafts(draft), [loaded.module]);
  assert.deepEqual(await drafts(released), []);
  assert.deepEqual(await drafts(draft, 2), [], "that version is not released");
  assert.deepEqual(await drafts("unheard of"), [], "what is not known is no reason to take a longer way");
});

test("the thread says which steps of a file only read states, where these are plain", async (t) => {
  const stepped = (state: string): string => `import { actor } from "instar";
class Tag { text = ""; }
interface State { ${state} }
interface Protocol { init(): State }
export default actor<Protocol>({
  vsn: 3,
  init: () => null as never,
  codeChange: {
    1: { up: (old: State) => ({ ...old }), down: (now: State) => now },
    2: { up: (old: State) => Object.assign(old, { n: 1 }), down: (now: State) => now },
  },
});
`;
  const project = temporaryProject(t, {
    [file]: stepped("n: number; tags: Set<string>"),
    "src/tagged.actor.ts": stepped("n: number; tag: Tag"),
    // It may be a \`Buffer\`, of which \`slice\` makes no copy.
    "src/bytes.actor.ts": stepped("n: number; bytes: Uint8Array"),
  });
  const shapes = started(t, createShapePort(project.root));
  const asked = ["counter", "tagged", "bytes"].map((name) => ({ id: `src/${name}.actor`, file: project.path(`src/${name}.actor.ts`) }));
  const described = await shapes.describe(asked);
  const { readOnlySteps } = await shapes.compare(
    asked.map(({ id, file: source }) => ({ ...loaded, from: described[id]?.hash ?? null, to: described[id]?.hash ?? "", source })),
  );
  assert.deepEqual(readOnlySteps, { [asked[0]?.file ?? ""]: [1], [asked[1]?.file ?? ""]: [], [asked[2]?.file ?? ""]: [] });
});

test("a question that fails is answered with the reason, and the next one is asked all the same", async (t) => {
  const program = `
    const { parentPort } = require("node:worker_threads");
    parentPort.on("message", ({ id, ask }) => parentPort.postMessage(ask.kind === "describe" ? { id, error: "no" } : { id, value: "yes" }));`;
  const shapes = started(t, createShapePort("/", new Worker(program, { eval: true })));
  await assert.rejects(shapes.describe([]), { message: "no" });
  assert.equal(await shapes.compare([]), "yes");
});

for (const [name, program, why] of [
  ["does not load", 'throw new Error("no compiler here");', /no compiler here/],
  ["ends", "process.exit(3);", /exit code 3/],
] as const)
  test(`a thread that ${name} fails what it was asked, before its end and after it`, async (t) => {
    const shapes = started(t, createShapePort("/", new Worker(program, { eval: true })));
    await assert.rejects(shapes.describe([]), why);
    await assert.rejects(shapes.compare([]), why);
  });

test("a thread that is busy holds up nobody, and is closed at once", async () => {
  const program = `
    const { parentPort } = require("node:worker_threads");
    parentPort.once("message", () => {
      parentPort.postMessage({ id: 0 });
      for (;;);
    });`;
  const worker = new Worker(program, { eval: true });
  const busy = once(worker, "message");
  const shapes = createShapePort("/", worker);
  await busy;
  const ended = once(worker, "exit");
  let answered = false;
  const answer = (): boolean => (answered = true);
  shapes.describe([]).then(answer, answer);
  await shapes.close();
  await ended;
  assert.equal(answered, false, "who has closed it wants to hear nothing more");
});

function started(t: TestContext, shapes: ShapeThread): ShapeThread {
  t.after(() => shapes.close());
  return shapes;
}
