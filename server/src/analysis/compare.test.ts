/** The cases of `shape-cases.json`, each through the whole analysis: source to snapshot, snapshot read back, compared with newer source. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { memoryHost } from "../../../test/support/memory-host.ts";
import { createAnalyzer } from "./analyze.ts";
import { parseSnapshot } from "./parse-snapshot.ts";
import { shapeHash } from "./shape.ts";

interface Case {
  id: string;
  old: string;
  new: string;
  oldFiles?: Record<string, string>;
  newFiles?: Record<string, string>;
  history?: string[];
  options?: Record<string, unknown>;
  upCompatible: boolean;
  downCompatible: boolean;
  changes: ExpectedChange[];
  changesAlt?: ExpectedChange[][];
}

interface ExpectedChange {
  path: string;
  kind: string;
  renameOf?: string;
}

const { cases } = JSON.parse(readFileSync(new URL("../../../test/fixtures/shape-cases.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

describe("shape cases", () => {
  for (const each of cases) {
    test(each.id, () => {
      const { files, compare, release } = project(each.options);
      for (const [index, text] of (each.history ?? []).entries()) release(text, index + 1);
      const vsn = (each.history?.length ?? 0) + 1;
      release(each.old, vsn, each.oldFiles);
      const module = compare(each.new, vsn + 1, { ...each.oldFiles, ...each.newFiles });
      const found = module.state.changes.map(({ path, kind, renameOf }) => ({ path, kind, ...(renameOf ? { renameOf } : {}) }));
      const seen = { up: module.state.up === "compatible", down: module.state.down === "compatible", changes: texts(found) };
      const wanted = [each.changes, ...(each.changesAlt ?? [])].map(texts);
      const match = wanted.find((changes) => JSON.stringify(changes) === JSON.stringify(seen.changes)) ?? wanted[0];
      assert.deepEqual(seen, { up: each.upCompatible, down: each.downCompatible, changes: match }, JSON.stringify(files, null, 1));
    });

    test(`${each.id}: a snapshot reads back as the same shape`, () => {
      for (const [text, beside] of [
        [each.old, each.oldFiles],
        [each.new, { ...each.oldFiles, ...each.newFiles }],
      ] as const) {
        const { compare, snapshot } = project(each.options);
        const module = compare(text, 1, beside);
        const parsed = parseSnapshot(snapshot(), module.id, 1);
        assert.equal(parsed.kind, "ok", snapshot());
        if (parsed.kind === "ok") assert.equal(shapeHash(parsed.shapes.state), module.shape, snapshot());
      }
    });
  }
});

function texts(changes: readonly ExpectedChange[]): readonly string[] {
  return changes.map(({ path, kind, renameOf }) => `${kind} ${path}${renameOf === undefined ? "" : ` (was ${renameOf})`}`).toSorted();
}

/** A project of one actor whose state is the case's. */
function project(options: Record<string, unknown> = {}) {
  const files: Record<string, string> = {
    "/p/tsconfig.json": JSON.stringify({
      compilerOptions: {
        strict: true,
        target: "es2022",
        lib: ["es2022"],
        moduleResolution: "bundler",
        module: "esnext",
        types: [],
        ...options,
      },
    }),
  };
  const analyzer = createAnalyzer(memoryHost(files), { root: "/p" });
  const compare = (text: string, vsn: number, beside: Record<string, string> = {}) => {
    for (const [name, content] of Object.entries(beside)) files[`/p/${name}`] = content;
    files["/p/case.ts"] =
      `${text}\nimport { actor } from "instar";\ninterface Case { init(): State }\nexport default actor<Case>({ vsn: ${vsn}, init: () => null! });\n`;
    analyzer.invalidate(Object.keys(files));
    const module = analyzer.analyze()?.modules[0];
    assert.ok(module);
    return module;
  };
  const snapshot = () => {
    const module = analyzer.analyze()?.modules[0];
    const written = module && analyzer.snapshot(module);
    assert.ok(written);
    return written.text;
  };
  const release = (text: string, vsn: number, beside?: Record<string, string>) => {
    const module = compare(text, vsn, beside);
    const written = analyzer.snapshot(module);
    assert.ok(written);
    files[written.file] = written.text;
  };
  return { files, compare, release, snapshot };
}
