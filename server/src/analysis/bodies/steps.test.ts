/** What steps do is looked up again where a file that they call has changed, and is the same in whatever order files come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FixtureProject } from "../../../../test/support/fixture.ts";

const actor = (body: string, head = "") => `import { actor } from "instar";
${head}
export interface State { readonly n: number }
export interface Room { init(): State }
export default actor<Room>({
  vsn: 2,
  init: () => ({ n: 0 }),
  codeChange: { 1: { up: (old: State): State => ${body}, down: (state: State): State => state } },
});
`;

const found = (project: FixtureProject): readonly string[] =>
  project
    .findings()
    .filter(({ rule }) => rule.startsWith("code-change-"))
    .map(({ rule, severity, range }) => `${rule} ${severity} ${range.start.line}`);

test("a function of another file is looked at again when that file changes", () => {
  const project = new FixtureProject();
  project.write("src/room.actor.ts", actor("({ n: stamp(old.n) })", `import { stamp } from "./all.ts";`));
  assert.deepEqual(found(project), []);
  project.write("src/all.ts", `export * from "./time/index.js";`);
  project.write("src/time/index.ts", "export const stamp = (n: number): number => n + 1;");
  assert.deepEqual(found(project), []);
  project.write("src/time/index.ts", "const now = (): number => Date.now();\nexport const stamp = (n: number): number => n + now();");
  assert.deepEqual(found(project), ["code-change-impure error 8"]);
  project.write("src/time/index.ts", "export const stamp = (n: number): number => n + 2;");
  assert.deepEqual(found(project), []);
});

test("functions that call each other across files come to an end", () => {
  const project = new FixtureProject();
  project.write("src/one.ts", `import { two } from "./two.ts";\nexport function one(n: number): number { return n > 0 ? two(n - 1) : n; }`);
  project.write(
    "src/two.ts",
    `import { one } from "./one.ts";\nexport function two(n: number): number { return n > 1 ? one(n - 1) : performance.now(); }`,
  );
  project.write("src/room.actor.ts", actor("({ n: one(old.n) })", `import { one } from "./one.ts";`));
  assert.deepEqual(found(project), ["code-change-imports-live-code info 8", "code-change-impure error 8"]);
});

test("a table that is spread is looked into", () => {
  const project = new FixtureProject();
  const table =
    "const steps = { 1: { up, down: (state: State): State => state } };\nfunction up(old: State): State { return { n: old.n + Date.now() }; }";
  project.write("src/room.actor.ts", actor("old", table).replace(/codeChange: \{.*\}/, "codeChange: { ...steps }"));
  assert.deepEqual(found(project), ["code-change-impure error 3"]);
});

const silent: Readonly<Record<string, readonly [body: string, head?: string]>> = {
  "a name that is not finished": ["({ n: Date. })"],
  "a step without an end": ["{ return { n: old.n"],
  "an import of nothing": ["({ n: missing(old.n) })", `import { missing } from "./missing.ts";`],
  "a date of the state": ["({ n: new Date(old.n).getTime() })"],
  "a local that is called fetch": ["{ const fetch = (n: number): State => ({ n }); return fetch(old.n); }"],
  "a parameter that is called process": ["((process: State): State => ({ n: process.n }))(old)"],
  "an error that is caught": ["{ try { return { n: JSON.parse(String(old.n)) as number }; } catch { return { n: old.n }; } }"],
  "a copy": ["{ const next = structuredClone(old) as { n: number }; next.n += 1; return next; }"],
};

for (const [name, [body, head]] of Object.entries(silent))
  test(`silent: ${name}`, () => {
    const project = new FixtureProject();
    project.write("src/room.actor.ts", actor(body, head));
    assert.deepEqual(found(project), []);
  });
