/**
 * Steps that fixes write between random types: the text type-checks, settles its finding, and what `up` and `down` make of states is valid
 * for the version that they lead to. Where a person has to say something, the code throws and says what. `SEED=n` repeats a run,
 * `PAIRS=n` makes it longer.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { evaluateStep } from "../../../../test/support/evaluate-step.ts";
import { FixtureProject } from "../../../../test/support/fixture.ts";
import { relatedTypes } from "../../../../test/support/related-types.ts";
import { NoValue, randomSource, randomValue } from "../../../../test/support/shape-values.ts";
import { parseSnapshot } from "../parse-snapshot.ts";
import type { Shape } from "../shape.ts";
import { validatorSource } from "../validator.ts";

const seed = Number(process.env["SEED"] ?? 20_261_122);
const pairs = Number(process.env["PAIRS"] ?? 200);
const together = 20;
const left = /: say how | needs a first value of type /;

/** How files look, and what their projects ask of the type checker. */
const ways = [
  { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  { exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: true },
  { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: false },
  { exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false },
];

for (let batch = 0; batch * together < pairs; batch += 1) {
  const first = seed + batch * together;
  test(`steps between random types, SEED=${first} PAIRS=${together}`, () => {
    const project = new FixtureProject();
    const options = { strict: true, target: "es2022", lib: ["es2023"], moduleResolution: "bundler", module: "esnext", types: [] };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions: { ...options, ...ways[batch % ways.length] } }));
    const all = Array.from({ length: together }, (_, index) => ({ file: `src/m${index}.actor.ts`, ...relatedTypes(first + index) }));
    const source = (types: string, vsn: number) =>
      `import { actor } from "instar";\n${types}\n// What stands here stays.\ninterface Thing {\n  init(state: State): State;\n}\nexport default actor<Thing>({\n  vsn: ${vsn}, // kept\n  init: (state) => state,\n});\n`;
    for (const { file, old } of all) project.write(file, source(old, 1));
    project.release();
    for (const { file, now } of all) project.write(file, source(now, 2));
    for (let round = 0; round < 3; round += 1) {
      const edits = project
        .findings()
        .filter(({ rule }) => rule.startsWith("state-changed"))
        .map(({ fixes: [fix] }) => fix?.edits({ renames: {} }) ?? []);
      // One step settles all that is found in its module.
      project.apply(edits.filter(([edit], index) => edits.findIndex(([other]) => other?.file === edit?.file) === index).flat());
    }
    project.release();
    const text = (file: string) => project.read(file) ?? "";
    const errors = project.typeErrors();
    assert.deepEqual(
      errors,
      [],
      all
        .filter(({ file }) => errors.some((error) => error.includes(file)))
        .map(({ file }) => text(file))
        .join("\n\n"),
    );
    assert.deepEqual(
      project.findings().filter(({ rule }) => rule.startsWith("state-changed")),
      [],
    );
    for (const [index, { file }] of all.entries()) {
      assert.ok(text(file).includes("// kept") && text(file).includes("// What stands here stays."));
      if (!text(file).includes("codeChange")) continue;
      runs(text(file), shapeAt(project, file, 1), shapeAt(project, file, 2), first + index);
    }
  });
}

function shapeAt(project: FixtureProject, file: string, vsn: number): Shape {
  const id = file.replace(/\.ts$/, "");
  const parsed = parseSnapshot(project.read(`.instar/releases/${id}/${vsn}.d.ts`) ?? "", id, vsn);
  assert.ok(parsed.kind === "ok");
  return parsed.shapes.state;
}

function runs(text: string, old: Shape, now: Shape, number: number): void {
  const step = evaluateStep(text);
  const random = randomSource(number);
  const validate = new Map(
    [old, now].map((shape) => [
      shape,
      new vm.Script(validatorSource(shape).source).runInThisContext() as (state: unknown) => string | null,
    ]),
  );
  const convert = (direction: "up" | "down", state: unknown, to: Shape): unknown => {
    let made: unknown;
    try {
      made = step[direction](state);
    } catch (error) {
      assert.match((error as Error).message, left, text);
      return undefined;
    }
    assert.equal(validate.get(to)?.(made), null, `${direction} of seed ${number}\n${text}`);
    assert.deepEqual((made as { same: unknown }).same, (state as { same: unknown }).same);
    return made;
  };
  for (let round = 0; round < 12; round += 1) {
    let state: unknown;
    try {
      state = randomValue(old, random);
    } catch (error) {
      if (error instanceof NoValue) continue;
      throw error;
    }
    const after = convert("up", state, now);
    if (after !== undefined) convert("down", after, old);
  }
}
