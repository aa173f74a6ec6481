/** Snapshots that are read without the compiler say what the compiler reads in them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryHost } from "../../../../test/support/memory-host.ts";
import { randomModules } from "../../../../test/support/random-modules.ts";
import { createAnalyzer } from "../analyze.ts";
import { snapshotShapes } from "../parse-snapshot.ts";
import { plainSnapshot } from "./plain-snapshot.ts";

/** @returns whether it could be read. */
function compare(text: string): boolean {
  const body = text.slice(text.indexOf("\n\n") + 2);
  const plain = plainSnapshot(body);
  if (plain !== undefined) assert.deepEqual(plain, snapshotShapes(body), text);
  return plain !== undefined;
}

const bodies: Record<string, string> = {
  "fields of every kind":
    'export interface State {\n  readonly a?: string;\n  "b-c": 1;\n  readonly: false;\n  readonly readonly?: null;\n  /** @exact */ d?: -2;\n  [Symbol.iterator]: () => void;\n  [tag]: typeof tag;\n}',
  containers:
    "export interface State {\n  a: readonly (string | null)[];\n  b: ReadonlyMap<string, Set<E.B>>;\n  c: readonly [x: E, y?: 12n];\n  d: [string, 1?, ...boolean[]];\n  [key: string]: unknown;\n}",
  "types that recurse": "export type State = Tree;\n\ntype Tree = { left: Tree | null; more: Tree[] } | Leaf[];\n\ntype Leaf = string;",
  "marks and functions":
    'export interface State {\n  id: string & { readonly __brand: "Id" };\n  f: (a: string, b?: (x: 1) => void, ...c: (1 | 2)[]) => Promise<E>;\n  g: ((a: 1) => 2) | null;\n  p: Pid<"Other">;\n}',
  "names for names": "export type State = Alias;\n\ntype Alias = Other[];\n\ntype Other = E.A | E.B;\n\ntype Third = readonly Alias[];",
};
const rest =
  '\n\n/** Protocol Room. */\nexport interface Protocol {\n  state: State;\n  calls: {\n    get(of: string, more?: Alias2): void;\n    "a b"(...all: string[]): { a: 1; b: Alias2 };\n  };\n  casts: {\n    put(arg0: E): void;\n  };\n}\n\ntype Alias2 = "a" | "b" | { readonly x: Alias2 } | undefined;\n\ndeclare enum E {\n  A = 1,\n  B = -2,\n  "C-D" = "x",\n}\n\ndeclare const tag: unique symbol;\n\n/** Reference to a process; opaque, told apart by the name of its protocol. */\ndeclare class Pid<Protocol> {\n  private readonly protocol: Protocol;\n}\n';

for (const [name, body] of Object.entries(bodies)) test(name, () => assert.ok(compare(`\n\n${body}${rest}`)));

test("the snapshots of random modules", () => {
  let read = 0;
  let all = 0;
  for (let seed = 0; seed < 12; seed += 1) {
    const files = Object.fromEntries(
      Object.entries(randomModules(seed, { actors: 4, shared: 4 })).map(([name, text]) => [`/p/${name}`, text]),
    );
    const analyzer = createAnalyzer(memoryHost(files), { root: "/p" });
    for (const module of analyzer.analyze()?.modules ?? []) {
      const snapshot = analyzer.snapshot(module);
      if (snapshot === undefined) continue;
      all += 1;
      if (compare(snapshot.text)) read += 1;
    }
  }
  // Classes and templates are left to the compiler.
  assert.ok(read > all / 2, `${read} of ${all}`);
});
