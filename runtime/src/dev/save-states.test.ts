/** States of live processes on disk: which ones, what is taken out of them, who can read them, and what becomes of damaged ones. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { app, counter, files } from "../../../test/support/counter-application.ts";
import { devProject, runProject } from "../../../test/support/dev-project.ts";
import type { SavedStates } from "../protocol.ts";
import { corpusFile, readCorpus, savedStates, statesFolder } from "../state-corpus.ts";

const id = "src/counter.actor";
const children = "export default supervisor({ children: [";
/** Of three structures, and one that cannot be saved; 12 has a secret. */
const state = `(n === 12 ? { n, name: "Ada", at: new Date(5), all: new Map([[1, new Set(["a"])]]) } : n === 13 ? { n, on: () => n } : n > 8 ? { n, step: 1 } : { n })`;
const withCounters = app.replace(children, `${children}...[9, 10, 12, 13].map((n) => child(counter, { id: \`c\${n}\`, args: [n] })), `);

const redact = `
  import { fields } from "./fields";
  export function redact(state: Record<string, unknown>, { module, version }: { module: string; version: number }) {
    for (const field of fields) if (field in state) state[field] = \`\${module} \${version}\`;
    return state;
  }`;

test("live states are saved, one for each structure, redacted by the project's code, for nobody else to read, and read back", async (t) => {
  const project = devProject(t, {
    ...files,
    "src/app.ts": withCounters,
    "src/counter.actor.ts": counter(1, "", { state }),
    "redact.ts": redact,
    "fields.ts": 'export const fields = ["name"];',
  });
  const { client } = await runProject(t, project);
  const save = (file?: string): Promise<SavedStates> => client.request("states/save", { ...(file !== undefined && { redact: file }) });
  const states = (): unknown[] => savedStates(id, { root: project.root }).map((saved) => saved.state);
  const rich = (name: string): unknown => ({ n: 12, name, at: new Date(5), all: new Map([[1, new Set(["a"])]]) });
  const sorted = (all: readonly unknown[]): unknown[] =>
    all.toSorted((one, other) => (one as { n: number }).n - (other as { n: number }).n);

  // As on a full disk, nothing can be written there.
  project.write(".instar/states", "");
  await assert.rejects(save(), ({ rpc }: { readonly rpc?: { readonly data?: { readonly code?: string } } }) => {
    return rpc?.data?.code === "INSTAR_STATES_NOT_SAVED";
  });
  project.remove(".instar/states");

  const first = await save();
  assert.deepEqual(first.modules, [{ id, vsn: 1, states: 5, saved: 3, left: 0 }]);
  assert.deepEqual([first.folder, first.redacted], [project.path(".instar/states"), false]);
  assert.deepEqual(
    first.notSaved.map(({ module, path, what }) => [module, path, what]),
    [[id, "State.on", "the function on"]],
  );
  const own = statesFolder(project.root, id);
  assert.equal(own, project.path(".instar/states/src/counter.actor"));
  assert.equal(project.read(".instar/states/.gitignore"), "*\n");
  if (process.platform !== "win32") {
    for (const name of readdirSync(own)) assert.equal(statSync(join(own, name)).mode & 0o777, 0o600);
    assert.equal(statSync(project.path(".instar/states")).mode & 0o777, 0o700);
  }
  assert.deepEqual(
    sorted(states()),
    [{ n: 9, step: 1 }, { n: 5 }, rich("Ada")].toSorted((one, other) => (one as { n: number }).n - (other as { n: number }).n),
  );

  // What was saved before it was redacted is there no more.
  assert.equal((await save("redact.ts")).redacted, true);
  assert.equal(states().length, 3);
  assert.deepEqual(sorted(states()).at(-1), rich("src/counter.actor 1"));
  for (const name of readdirSync(own)) assert.doesNotMatch(readFileSync(join(own, name), "utf8"), /Ada/);
  const before = states();

  // Live states are none the wiser.
  const { processes } = await client.request("processes/list");
  const texts = await Promise.all(processes.map(async ({ pid }) => (await client.request("processes/state", { pid })).text));
  assert.ok(texts.some((text) => text.includes("Ada")));

  for (const [text, code, message] of [
    [
      'export const redact = () => { throw new Error("not today"); };',
      "INSTAR_REDACTION_FAILED",
      /redact threw Error: not today\. No states were saved/,
    ],
    ["export const redact = async (state: object) => state;", "INSTAR_REDACTION_FAILED", /returned a promise/],
    ["export const redact = () => ({ f() {} });", "INSTAR_REDACTION_FAILED", /has the function f at State\.f/],
    ["export const other = 1;", "INSTAR_REDACTION_FAILED", /exports no function redact/],
    ["export const redact = () => process.exit(3);", "INSTAR_REHEARSAL_EXITED", /exit code 3\)\. No states were saved/],
    ["export const redact = (;", "INSTAR_BUILD_FAILED", /./],
  ] as const) {
    project.write("redact.ts", text);
    const refused = await save("redact.ts").then(
      () => assert.fail(text),
      (error: { readonly message: string; readonly rpc: { readonly data?: { readonly code?: string } } }) => error,
    );
    assert.equal(refused.rpc.data?.code, code, refused.message);
    assert.match(refused.message, message);
  }
  await assert.rejects(save("../../etc/passwd"), /there is no \.\.\/\.\.\/etc\/passwd in the project/);
  assert.deepEqual(states(), before, "all or nothing");
});

test("a saved state that is damaged is told and left out, and a module's id leads out of no folder", async (t) => {
  const { root } = devProject(t, {});
  const { name, text } = corpusFile({ module: "a", vsn: 2, shape: null, state: [0], nodes: [["object", [["n", 1]]]] }, null);
  const folder = statesFolder(root, "a");
  const { mkdirSync } = await import("node:fs");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "2-00.json"), text.replace('"vsn": 2', '"vsn": 3'));
  writeFileSync(join(folder, "2-01.json"), text.slice(0, 50));
  assert.deepEqual(
    readCorpus(root, "a").damaged.map(({ file }) => file),
    [join(folder, "2-00.json"), join(folder, "2-01.json")],
  );
  const warned: string[] = [];
  t.mock.method(process, "emitWarning", (warning: string) => warned.push(warning));
  assert.deepEqual(savedStates("a", { root, vsn: 2 }), [{ vsn: 2, state: { n: 1 }, file: join(folder, name) }]);
  assert.deepEqual([savedStates("a", { root, vsn: 1 }), savedStates("b", { root })], [[], []]);
  assert.match(warned[0] ?? "", /2-00\.json is left out: its checksum is another/);
  for (const module of ["../../x", "a/../../../x", "..", "/etc/x", "a\\..\\b"]) {
    assert.ok(statesFolder(root, module).startsWith(join(root, ".instar", "states")), statesFolder(root, module));
  }
  assert.ok(!existsSync(join(root, "x")));
});
