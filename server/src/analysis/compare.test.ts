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

/** Types that are easily written so that they read back as something else. */
const hardTexts = [
  "enum M { A, B = 5, C } export interface State { m: M; s: M.A | M.C; n: M | null; o?: M.B }",
  'enum M { "a-b" = "x", C = "y" } export interface State { m: M | "z"; c: M.C[] }',
  "const enum M { A = -1, B = 1 << 3 } export interface State { m: M }",
  "export interface State { n: -1 | 0 | 1; b: 10n | -5n; t: `a${number}b${string}`; u: `${'x' | 'y'}-${bigint}` }",
  "export interface State { f: (a: string, b?: number, ...rest: boolean[]) => void; g: { (a: 1): 2; (b: 3): 4 }; h: (() => void)[]; i: Function; m(): string }",
  "export interface State { t: [a: string, b?: number, ...c: boolean[]]; u: readonly [string, ...(number | null)[]]; v: readonly (readonly [1, 2])[][]; w: [] }",
  "export interface State { [key: string]: number | (() => void); readonly a: 1; 'b-c': 2; 3: 4 }",
  "export interface State { a?: string; b?: string | undefined; c?: string | null; d: string | undefined; e?: never }",
  "class Q<T> { #x = 1; private y?: T; protected z: T[] = []; static s = 1; get g() { return 1 } m(): this { return this } } export interface State { q: Q<string>; r: Q<number>; s: Q<string> | null }",
  "class E extends Error { code = 1 } class F extends E { more = 2 } export interface State { e: E; f: F; g: RangeError }",
  "interface R<T> { v: T; next: R<T> | null } export interface State { a: R<number>; b: R<string>; c: Record<'x' | 'y', R<number>>; d: Partial<R<bigint>> }",
  "declare const k: unique symbol; export interface State { [k]: typeof k; s: symbol; u: string & { [k]: 1 }; w: (number & { __brand: 'N' })[] }",
  "export interface State { m: ReadonlyMap<string, Set<Date>>; w: WeakMap<object, RegExp>; p: Promise<Uint8Array>; a: ArrayBuffer; e: AggregateError; i: Iterable<number> }",
  "export type State = { k: 'a' } | { k: 'b'; n: number } | null | undefined | string",
  "type L = { head: number; tail: L } | null; export type State = L",
  "export type State = number",
  "export type State = readonly [string, State[]]",
  "export type State = Map<string, { n: number }>",
  "export type State = ReadonlySet<{ n: Date }>",
  "type M = Map<string, State>; export type State = { m: M; n: M | null }",
  "export class State { a = 1 }",
  "export enum State { A, B }",
  "export interface State { o: {}; p: object; q: unknown; r: any; s: never[]; t: Object; v: void }",
  "type Deep<T> = { readonly [K in keyof T]: T[K] extends object ? Deep<T[K]> : T[K] }; interface X { a: { b: X | null; c: number } } export interface State { x: Deep<X> }",
  "interface State_ { self: State_[] } export interface State extends State_ { Protocol: 1; Pid: 2 } ",
  "interface B<T> { v: T; brand<K extends string>(): this & { tag: K }; refine<R>(): this & Record<'r', R>; both<A>(): [this & A, this & { a: A }]; opt(): B<T | null> } export interface State { b: B<number> }",
  "declare const o: { a: 1; b: { c: string } }; export interface State { p: Pick<typeof o, 'a'>; q: Partial<typeof o>; r: typeof o & { d: 2 } }",
  "export type State = ReturnType<typeof make>; function make() { return { a: 1, b: [new Map<string, Date>()] as const, c: null as string | null } }",
];

describe("what is easily lost reads back as the same shape", () => {
  for (const text of hardTexts) {
    for (const options of [{}, { exactOptionalPropertyTypes: true }]) {
      test(`${text}${Object.keys(options).join("")}`, () => {
        const { compare, release, snapshot } = project(options);
        const module = compare(text, 1);
        const parsed = parseSnapshot(snapshot(), module.id, 1);
        assert.equal(parsed.kind === "ok" && shapeHash(parsed.shapes.state), module.shape, snapshot());
        release(text, 1);
        const again = compare(text, 2);
        assert.deepEqual([again.state.up, again.state.down, again.state.changes], ["compatible", "compatible", []]);
      });
    }
  }
});

test("what may be absent but not undefined takes an undefined that its own type allows", () => {
  for (const [type, up] of [
    ["unknown", "compatible"],
    ["number | undefined", "compatible"],
    ["number", "incompatible"],
  ] as const) {
    const { compare, release } = project({ exactOptionalPropertyTypes: true });
    release("export interface State { b: undefined }", 1);
    assert.equal(compare(`export interface State { b?: ${type} }`, 2).state.up, up, type);
  }
});

describe("changes that are easily missed", () => {
  const lru = { "node_modules/lru/index.d.ts": "export declare class Lru<K, V> { private readonly entries: [K, V][] }" };
  for (const [name, old, now, up, beside] of [
    [
      "a state that is a map",
      "export type State = Map<string, { n: number }>",
      "export type State = Map<string, { n: string }>",
      "incompatible",
    ],
    [
      "what a package's class holds",
      'import type { Lru } from "lru"; export interface State { c: Lru<string, { n: number }> }',
      'import type { Lru } from "lru"; export interface State { c: Lru<string, { n: string }> }',
      "incompatible",
      lru,
    ],
    [
      "one of two variants with the same tag",
      "export interface State { s: { k: 'a'; x: number } | { k: 'a'; y: string } | { k: 'b' } }",
      "export interface State { s: { k: 'a'; x: number; z: number } | { k: 'a'; y: string } | { k: 'b' } }",
      "incompatible",
    ],
  ] as const) {
    test(name, () => {
      const { compare, release } = project();
      release(old, 1, beside);
      const { state } = compare(now, 2, beside);
      assert.equal(state.up, up);
      assert.notDeepEqual(state.changes, []);
    });
  }

  test("a pid under a name of its own is no change", () => {
    const { compare, release } = project();
    const head = 'import type { Pid } from "instar"; ';
    release(`${head}export interface State { one: Pid<Case>; more: Pid<Case>[] }`, 1);
    const { state } = compare(
      `${head}type Other = Pid<Case>; type Of<A, P> = Pid<P>; export interface State { one: Other; more: Of<1, Case>[] }`,
      2,
    );
    assert.deepEqual([state.up, state.down, state.changes], ["compatible", "compatible", []]);
  });
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
