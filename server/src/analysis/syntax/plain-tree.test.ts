/** Without the compiler, what is read is exactly what the compiler's parser gives: no error is overlooked, and nothing is taken for something else. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { generator, randomModules } from "../../../../test/support/random-modules.ts";
import { readOutline } from "../read-outline.ts";
import { ts } from "../typescript.ts";
import { compilerTree } from "./compiler-tree.ts";
import { plainTree } from "./plain-tree.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const sources = ["server/src", "runtime/src", "client/src", "test/support", "test/cli", "examples", "bench"].flatMap((folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/(^|\/)(node_modules|dist|\.instar)\//.test(name))
    .map((name) => `${root}${folder}/${name}`),
);

/** @returns whether it could be read. */
function compare(file: string, text: string): boolean {
  const tree = plainTree(file, text);
  if (tree === undefined) return false;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext) as ts.SourceFile & {
    readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[];
  };
  const [problem] = source.parseDiagnostics;
  assert.equal(
    problem,
    undefined,
    `${file}: ${JSON.stringify(problem?.messageText)} at ${text.slice(problem?.start ?? 0).slice(0, 80)}\n${text}`,
  );
  const [plain, full] = [readOutline(file, tree), readOutline(file, compilerTree(source, null))];
  assert.equal(JSON.stringify(plain.outline), JSON.stringify(full.outline), `${file}\n${text}`);
  assert.deepEqual(plain.places, full.places);
  return true;
}

test("the sources of this repository", () => {
  const left = sources.filter((file) => !compare(file, readFileSync(file, "utf8")));
  // What it leaves to the compiler is unusual.
  assert.ok(left.length < sources.length * 0.1, `${left.length} of ${sources.length}: ${left.join("\n")}`);
});

test("random modules are all read without the compiler", () => {
  for (let seed = 0; seed < 20; seed += 1)
    for (const [name, text] of Object.entries(randomModules(seed, { actors: 4, shared: 4 }))) assert.ok(compare(`/p/${name}`, text), text);
});

/** What the compiler complains of, or takes for something else than it looks like at first. */
const traps = [
  "const a = [new Map<unknown,, string>([])];",
  "f<<typeof a>>(true);",
  "f<<A | null>(b);",
  "f(A<B>\n  g(1));",
  "f(a < { b: c } > (d));",
  "const a = f(b < c, d, { e: f() } > (g));",
  "async function f() { await new import('x')(1); }",
  "class A { get readonly id(): string { return ''; } }",
  "class A { set set a(b) {} }",
  "class A { #a = 1; b() { return this?.#a; } }",
  "class A { #a = 1; b(c?: { d: A }) { return c?.d.#a; } }",
  "interface A { b: 1; get\n c(): 2 }",
  "interface A { b: 1; export\n c: 2 }",
  "type A = [a: string, super: string];",
  "type A = [enum?: 1];",
  "type A = [unknown\n?];",
  "global\nexport const a = 1;",
  "export type as = 1;",
  "for (const a! of b) f(a);",
  "f(a < (b > in c));",
  "f(a < (b > d => e));",
  "f(a < (b > async));",
  "f(a < b[(c > 1)]);",
  "f(a < (b) => c > 1);",
  "f(a < (b extends c > 1));",
];

test("what is nearly right", () => {
  for (const text of traps) compare("/p/a.ts", text);
});

test("comparisons and type arguments are told apart", () => {
  for (const text of [
    "for (let a = 0; a < b.length; a += 1) f(a < (b + c) * d, a < this.b, a < -b, c[a] > d);",
    "export class A extends B<C> implements D<E> {}\nexport const a = new Map<string, B<C>>([]), b = f<A, B>(1), c = a < b, d = a < f(b);",
    "if (a.b * c < (d > 0 ? 6 : 5)) f(a < (b > c));",
    "const a = 1 << 2, b = a < 3 && c > 4, c = a < b || c < d;",
  ])
    assert.ok(compare("/p/a.ts", text), text);
});

describe("sources with something changed in them", () => {
  const seed = Number(process.env["SEED"] ?? 20_261_122);
  test(`seed ${seed}`, () => {
    const random = generator(seed);
    const tokens = /\s+|[A-Za-z_$][\w$]*|\d+|=>|\.\.\.|[^\s\w]/g;
    const texts = sources.map((file) => readFileSync(file, "utf8")).filter((text) => text.length < 8000);
    const words = [...new Set(texts.slice(0, 40).flatMap((text) => text.match(tokens) ?? []))];
    let read = 0;
    for (let round = 0; round < Number(process.env["ROUNDS"] ?? 1500); round += 1) {
      const parts = (texts[random(texts.length)] ?? "").match(tokens) ?? [];
      // A few of a file's statements, so that what is wrong is not always preceded by something that is left to the compiler.
      const from = parts.findIndex(
        (part, index) => index >= random(parts.length) - 1 && part.endsWith("\n") && !/^\s/.test(parts[index + 1] ?? ""),
      );
      const end = parts.findIndex(
        (part, index) => index > from + 40 + random(300) && part.endsWith("\n") && !/^[\s)\]}]/.test(parts[index + 1] ?? " "),
      );
      const piece = parts.slice(from + 1, end < 0 ? parts.length : end);
      for (let edit = random(3); edit > 0; edit -= 1) {
        const at = random(piece.length);
        const change = random(5);
        if (change === 0) piece.splice(at, 1);
        else if (change === 1) piece.splice(at, 0, words[random(words.length)] ?? "");
        else if (change === 2) piece.splice(at, 1, words[random(words.length)] ?? "");
        else if (change === 3) piece.splice(at, 0, ...parts.slice(random(parts.length)).slice(0, 1 + random(8)));
        else piece.splice(at, 1 + random(6));
      }
      if (compare("/p/a.ts", piece.join(""))) read += 1;
    }
    assert.ok(read > 100, `only ${read} could be read`);
  });
});
