/**
 * The algebra against TypeScript's assignability, on random pairs of shapes that are written as declarations: where they differ, one of the
 * known differences has to explain it. `SEED=n` repeats a run.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { children, type Field, isPrimitive, type Shape } from "../../server/src/analysis/shape.ts";
import { snapshotText } from "../../server/src/analysis/snapshot-text.ts";
import { libFolder, libText, ts } from "../../server/src/analysis/typescript.ts";
import { createValidity } from "../../server/src/analysis/validity.ts";
import { randomSource } from "../support/shape-values.ts";
import { edited, randomShape } from "./shapes.ts";
import { testSeed } from "../support/test-seed.ts";

type Side = readonly Shape[];

/** Where TypeScript says yes and values in memory say no, or are not enough to tell. */
const tooLenient: readonly (readonly [why: string, (from: Side, to: Side) => boolean])[] = [
  ["classes are told apart by their members", (_, to) => has(to, "class")],
  ["the platform's classes are told apart by their members", (from, to) => from.some(isPlatform) && to.some(isPlatform)],
  [
    "an object may lack what an optional field reads in it",
    (from, to) => to.some(hasOptional) && from.some((shape) => shape.kind === "object"),
  ],
  ["a numeric enum takes numbers", (from, to) => has(to, "enum") && from.some(isNumeric)],
  ["enums of one name are the same", (from, to) => has(from, "enum") && has(to, "enum")],
  ["exact optional fields are no fields that may be undefined", (from, to) => [...from, ...to].some(hasOptional)],
  ["what is unknown may be anything", (from) => from.some((shape) => isPrimitive(shape, "unknown"))],
  ["an object may be an array or a function", (from) => from.some((shape) => isPrimitive(shape, "object"))],
  ["pids have members, too", (from) => has(from, "pid")],
  [
    "an index signature by number is kept by what has none",
    (_, to) => to.some((shape) => shape.kind === "object" && shape.indexes.length > 0),
  ],
];

/** Where TypeScript says no and values in memory say yes. */
const tooStrict: readonly (readonly [why: string, (from: Side, to: Side) => boolean])[] = [
  [
    "weak types",
    (_, to) =>
      to.some(
        (shape) =>
          (shape.kind === "object" || shape.kind === "class") && shape.fields.length > 0 && shape.fields.every(({ optional }) => optional),
      ),
  ],
  [
    "readonly arrays and tuples are what they are in memory",
    (from) => from.some((shape) => (shape.kind === "array" || shape.kind === "tuple") && shape.readonly),
  ],
  ["interfaces have no index signature", (_, to) => to.some((shape) => shape.kind === "object" && shape.indexes.length > 0)],
  ["enums are their values", (from, to) => has(from, "enum") || has(to, "enum")],
  ["two declarations of one symbol are two symbols", (from, to) => has(from, "symbol") && has(to, "symbol")],
  ["also where they are the keys of fields", (from, to) => from.some(hasSymbolKey) && to.some(hasSymbolKey)],
  ["classes with the same name are the same", (from, to) => has(from, "class") && has(to, "class")],
  ["unions are taken apart by every field with several units", (_, to) => has(to, "union")],
  ["templates are compared piece by piece", (from, to) => has(from, "template") && has(to, "template")],
  ["pids with the same name are the same", (from, to) => has(from, "pid") && has(to, "pid")],
  [
    "WeakMap and Map arguments are covariant",
    (from, to) => from.some((shape) => shape.kind === "builtin" && shape.args.length > 0) && to.some((shape) => shape.kind === "builtin"),
  ],
];

const seed = testSeed();

test(`verdicts differ from assignability only in known ways, seed ${seed}`, () => {
  const pairs = Array.from({ length: 600 }, (_, index) => {
    const random = randomSource(seed + index);
    const from = randomShape(random);
    return [from, random() < 0.3 ? randomShape(random) : edited(from, random)] as const;
  });
  const assignable = assignability(pairs);
  const counts = new Map<string, number>();
  const unexplained: string[] = [];
  let agreed = 0;
  for (const [index, [from, to]] of pairs.entries()) {
    const verdict = createValidity()(from, to);
    if ((verdict === "compatible") === assignable[index]) {
      agreed += 1;
      continue;
    }
    const [one, other] = [from, to].map(nodes) as [Side, Side];
    const reason = (verdict === "compatible" ? tooStrict : tooLenient).find(([, explains]) => explains(one, other));
    if (reason === undefined) unexplained.push(`seed ${seed + index}: ${verdict}, ${text(from)} → ${text(to)}`);
    else counts.set(reason[0], (counts.get(reason[0]) ?? 0) + 1);
  }
  if (process.env["COUNTS"] !== undefined) console.log(agreed, counts);
  // The reasons are told by what is in the types, which misses one in a thousand.
  assert.ok(unexplained.length <= 1, unexplained.join("\n"));
  assert.ok(agreed > pairs.length * 0.6, `${agreed} of ${pairs.length}; ${JSON.stringify([...counts])}`);
});

function assignability(pairs: readonly (readonly [Shape, Shape])[]): readonly boolean[] {
  const files = new Map<string, string>();
  for (const [index, pair] of pairs.entries()) for (const [side, shape] of pair.entries()) files.set(`/${index}-${side}.d.ts`, text(shape));
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: false,
    lib: ["lib.es2022.d.ts"],
    types: [],
    noEmit: true,
  };
  const source = (file: string, settings: ts.ScriptTarget | ts.CreateSourceFileOptions) => {
    const content = files.get(file) ?? libText(file);
    return content === undefined ? undefined : ts.createSourceFile(file, content, settings);
  };
  const program = ts.createProgram({
    rootNames: [...files.keys()],
    options,
    host: {
      getSourceFile: source,
      getDefaultLibFileName: () => `${libFolder}/lib.es2022.d.ts`,
      getDefaultLibLocation: () => libFolder,
      fileExists: (file) => files.has(file) || libText(file) !== undefined,
      readFile: (file) => files.get(file) ?? libText(file),
      writeFile: () => {},
      getCurrentDirectory: () => "/",
      getCanonicalFileName: (file) => file,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
    },
  });
  const checker = program.getTypeChecker();
  const stateOf = (file: string): ts.Type => {
    const own = program.getSourceFile(file);
    const module = own && checker.getSymbolAtLocation(own);
    const state = module && checker.getExportsOfModule(module).find(({ name }) => name === "State");
    assert.ok(state, file);
    return checker.getDeclaredTypeOfSymbol(state);
  };
  return pairs.map((_, index) => checker.isTypeAssignableTo(stateOf(`/${index}-0.d.ts`), stateOf(`/${index}-1.d.ts`)));
}

/** As a release has it: declarations that need nothing else. */
function text(shape: Shape): string {
  const whole = snapshotText("m", 1, { name: "P", state: shape, calls: [], casts: [], infos: [] });
  return whole.slice(whole.indexOf("\n\n") + 2);
}

function nodes(root: Shape): Side {
  const seen = new Set<Shape>([root]);
  for (const shape of seen) for (const child of children(shape)) seen.add(child);
  return [...seen];
}

function has(side: Side, kind: Shape["kind"]): boolean {
  return side.some((shape) => shape.kind === kind);
}

function isPlatform(shape: Shape): boolean {
  return shape.kind === "builtin" && shape.from === "" && shape.args.length === 0;
}

function isNumeric(shape: Shape): boolean {
  return isPrimitive(shape, "number") || (shape.kind === "literal" && typeof shape.value === "number");
}

function hasSymbolKey(shape: Shape): boolean {
  return fieldsOf(shape).some(({ name }) => name.startsWith("["));
}

function fieldsOf(shape: Shape): readonly Field[] {
  return shape.kind === "object" || shape.kind === "class" ? shape.fields : [];
}

function hasOptional(shape: Shape): boolean {
  const optional = (each: { readonly optional: boolean }) => each.optional;
  return fieldsOf(shape).some(optional) || (shape.kind === "tuple" && shape.slots.some(optional));
}
