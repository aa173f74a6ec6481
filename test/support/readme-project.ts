/**
 * The examples of a Markdown page as a project in a temporary folder. A block of TypeScript whose first line is a comment with a file's
 * name is that file, and each other one is a script. In scripts, a line that ends with `; // → value` claims that its expression has that
 * value, and `; // → throws CODE` that it fails with that code. Lines keep their numbers, so errors name the line of the page.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { repository } from "./temporary-project.ts";

export interface Example {
  /** From the project's root. */
  readonly file: string;
  /** Of the page, counted from 1. */
  readonly line: number;
  readonly isScript: boolean;
  readonly text: string;
}

export function examplesOf(markdown: string): Example[] {
  const examples: Example[] = [];
  const lines = markdown.split("\n");
  for (let at = lines.indexOf("```ts"); at !== -1; at = lines.indexOf("```ts", at + 1)) {
    const code = lines.slice(at + 1, lines.indexOf("```", at + 1));
    const name = /^\/\/ ([\w./-]+\.ts)$/.exec(code[0] ?? "")?.[1];
    const isScript = name === undefined;
    // At least one line stands before the first of a block, and that one is for the import of the helpers.
    const before = [isScript ? 'import { claim, claimThrows } from "../claims.ts";' : "", ...Array.from({ length: at }, () => "")];
    const text = [...before, ...(isScript ? code.map(claimed) : code), ""].join("\n");
    examples.push({ file: name ?? `src/line-${at + 2}.ts`, line: at + 2, isScript, text });
  }
  return examples;
}

/** How many claims a page makes, so that a test can see that they have not been overlooked. */
export function claimsIn(examples: readonly Example[]): number {
  return examples.reduce((count, { text }) => count + [...text.matchAll(/^\s*(?:await )?claim(?:Throws)?\(/gm)].length, 0);
}

function claimed(line: string): string {
  const [, indent = "", expression, value] = /^(\s*)(.+); \/\/ → (.+)$/.exec(line) ?? [];
  if (expression === undefined || value === undefined) return line;
  const [, code] = /^throws (INSTAR_\w+)$/.exec(value) ?? [];
  if (code !== undefined) return `${indent}await claimThrows(async () => { ${expression}; }, "${code}");`;
  return `${indent}claim(${expression}, ${value});`;
}

/** @returns its root, which is removed when the test ends */
export function readmeProject(test: TestContext, examples: readonly Example[]): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "instar-readme-")));
  test.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  write("package.json", JSON.stringify({ name: "readme", private: true, type: "module" }));
  write(
    "tsconfig.json",
    JSON.stringify({ extends: join(repository, "tsconfig.json"), compilerOptions: { typeRoots }, include: ["**/*.ts"] }),
  );
  write("claims.ts", claims);
  for (const { file, text } of examples) write(file, text);
  linkSources(join(root, "node_modules/instar"));
  return root;
}

const typeRoots = [join(repository, "node_modules/@types")];

const claims = `
import assert from "node:assert/strict";
export function claim(actual: unknown, expected: unknown): void {
  assert.deepEqual(actual, expected);
}
export async function claimThrows(work: () => unknown, code: string): Promise<void> {
  await assert.rejects(async () => void (await work()), (error: { readonly code?: unknown }) => {
    assert.equal(error.code, code, String(error));
    return true;
  });
}
`;

/** The package as it is published, but from its sources. */
function linkSources(folder: string): void {
  const published = JSON.parse(readFileSync(join(repository, "runtime/package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, { readonly types?: string }>>;
  };
  mkdirSync(folder, { recursive: true });
  const exports = Object.fromEntries(sourcesOf(published.exports));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "instar", type: "module", exports }));
  symlinkSync(join(repository, "runtime/src"), join(folder, "src"), "junction");
}

/** The entries of a package with their sources: `./dev` and `./src/dev/index.ts`. */
export function sourcesOf(exports: Readonly<Record<string, { readonly types?: string }>>): [string, string][] {
  return Object.entries(exports).flatMap(([entry, { types }]) =>
    types === undefined ? [] : [[entry, types.replace("./dist/", "./src/").replace(/\.d\.ts$/, ".ts")] as [string, string]],
  );
}
