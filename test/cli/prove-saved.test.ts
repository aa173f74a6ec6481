/** States that live processes had, in a proof: they come first, what is found with one says so, and those that cannot be used are named. */
import assert from "node:assert/strict";
import { writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Packer } from "../../runtime/src/pack-values.ts";
import { corpusFile, statesFolder } from "../../runtime/src/state-corpus.ts";
import { type Proof, prove, source, step } from "../support/prove.ts";
import { releasedProject } from "../support/released-project.ts";

const id = "src/thing.actor";
const old =
  "{ readonly name: string; readonly all: Map<string, { readonly at: Date; readonly bytes: Uint8Array }>; readonly n: number | undefined }";

/** No generated state has it. */
const rare = "rare: äöü 4711";
const states: readonly (readonly [name: string, state: unknown, shape?: string])[] = [
  ["1", { name: "fine", all: new Map(), n: undefined }],
  ["2", { name: rare, all: new Map([["a", { at: new Date(7), bytes: new Uint8Array([1, 2]) }]]), n: Number.NaN }],
  ["3", { name: "of before", all: new Map(), n: 1 }, "another"],
];

test("a proof begins with what live processes had", async (t) => {
  const file = `${id}.ts`;
  const project = await releasedProject(t, { "package.json": "{}", [file]: source({ vsn: 1, state: old }) });
  const up = `(old: any): any => { if (old.name === ${JSON.stringify(rare)} && old.all.get("a").bytes[1] === 2) throw new Error("rare"); return old; }`;
  project.write({ [file]: source({ vsn: 2, state: old, codeChange: step(up, "(state: any): any => state") }) });
  const folder = statesFolder(project.root, id);
  mkdirSync(folder, { recursive: true });
  const paths = states.map(([name, state, shape = null]) => {
    const packer = new Packer(() => 0);
    const packed = packer.pack(state, "State");
    const { text } = corpusFile({ module: id, vsn: 1, shape, state: packed, nodes: packer.nodes }, null);
    writeFileSync(join(folder, `1-${name}.json`), text);
    return `.instar/states/${id}/1-${name}.json`;
  });
  writeFileSync(join(folder, "1-4.json"), "{");

  const json = await prove(project, "--runs", "5", "--format", "json");
  const proof = JSON.parse(json.stdout) as Proof;
  const [error] = proof.findings.filter(({ severity }) => severity === "error");
  assert.deepEqual([json.code, error?.rule, error?.counterExample?.savedIn], [1, "code-change-throws", paths[1]], json.stdout);
  assert.match(error?.message ?? "", /A live process had this state; it is saved in \.instar\/states\/src\/thing\.actor\/1-2\.json\.$/);
  assert.match(error?.counterExample?.state ?? "", /rare: äöü 4711.*new Date/s);
  assert.deepEqual(
    proof.findings
      .filter(({ severity }) => severity === "info")
      .map(({ rule, message }) => [rule, /1-\d\.json was not tried:/.exec(message)?.[0]]),
    [
      ["code-change-not-proved", "1-4.json was not tried:"],
      ["code-change-not-proved", "1-3.json was not tried:"],
    ],
  );
  assert.deepEqual(proof.modules[0]?.tried, [
    { from: 1, to: 2, saved: 2, states: 5, standIns: [] },
    { from: 2, to: 1, states: 5, standIns: [] },
  ]);

  project.write({ [file]: source({ vsn: 2, state: old, codeChange: step("(old: any): any => old", "(state: any): any => state") }) });
  const text = await prove(project, "--runs", "5");
  assert.match(text.stdout, /No counter-example in 10 states, and 2 that live processes had, of 1 module\./);
});
