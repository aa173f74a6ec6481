/**
 * House conventions as tests: what CONTRIBUTING.md asks of a file is checked here, so that a reviewer never has to. Each failure names the
 * file and what is missing.
 */
import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)));
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const sources = files.filter((file) => /^(runtime|server|client|test|bench|examples)\/.*\.m?ts$/.test(file) && !/fixtures\//.test(file));
const texts = files.filter((file) => /\.(ts|mjs|json|md|ya?ml|sh)$|^\.ci\//.test(file) && !file.endsWith("package-lock.json"));
const rules = files.filter((file) => /^server\/src\/analysis\/rules\/[a-z-]+\.ts$/.test(file) && !/\/all\.ts$|\.test\.ts$/.test(file));

test("every source file opens with a comment that says what it is for", () => {
  expectNone(sources.filter((file) => !/^(#!.*\n)?(\/\*\*|\/\/ )/.test(read(file))));
});

test("file names are kebab-case", () => {
  expectNone(sources.filter((file) => !/(^|\/)[a-z0-9]+([-.][a-z0-9]+)*\.m?ts$/.test(file)));
});

test("no file holds a path of one machine or a registry's host", () => {
  const traces = /(^|[^.\w-])\/(work|root|farm|home\/[a-z]+)\/|registry\.npmjs|deb\.debian/m;
  expectNone(texts.filter((file) => file !== "test/tidy.test.ts" && traces.test(read(file))));
});

test("the lock files hold no download addresses", () => {
  expectNone(files.filter((file) => file.endsWith("package-lock.json") && /"resolved": "https?:/.test(read(file))));
});

test("type checks are never switched off", () => {
  const switches = /@ts-(ignore|nocheck)|\bas any\b/;
  expectNone(sources.filter((file) => file !== "test/tidy.test.ts" && switches.test(read(file))));
});

test("tests neither sleep nor run alone", () => {
  const tests = sources.filter((file) => file.endsWith(".test.ts") && file !== "test/tidy.test.ts");
  expectNone(tests.filter((file) => /await (sleep|delay|setTimeout)\(|\.only\(|only: true/.test(read(file))));
});

test("every rule is one room: rule, page and a line in the registry", () => {
  const registry = read("server/src/analysis/rules/all.ts");
  for (const file of rules) {
    const id = /([a-z-]+)\.ts$/.exec(file)?.[1] ?? "";
    const page = file.replace(/\.ts$/, ".md");
    assert.ok(files.includes(page), `${file} has no page ${page}`);
    const paragraphs = read(page).split("\n\n");
    assert.match(paragraphs[0] ?? "", new RegExp(`\\b${id}\\b`), `${page}: the first line names the rule`);
    const source = read(file);
    assert.ok(source.includes(`"${id}"`), `${file}: the rule's id equals the file's name`);
    const description = (paragraphs[1] ?? "").replaceAll("\n", " ").trim();
    assert.ok(source.includes(JSON.stringify(description)), `${page}: the second paragraph equals the rule's description: ${description}`);
    assert.ok(registry.includes(`./${id}.ts`), `rules/all.ts does not register ${id}`);
  }
  const pages = files.filter((file) => /^server\/src\/analysis\/rules\/.*\.md$/.test(file));
  expectNone(pages.filter((page) => !rules.includes(page.replace(/\.md$/, ".ts")) && !/AGENTS|README/.test(page)));
});

test("links between documents lead somewhere", () => {
  const broken = files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
        .map((match) => normalize(join(dirname(file), match[1] ?? "")))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${file} → ${target}`),
    );
  expectNone(broken);
});

test("ARCHITECTURE.md's code map names every folder of sources", () => {
  const map = read("ARCHITECTURE.md");
  const folders = new Set(sources.filter((file) => file.includes("/src/") && !file.startsWith("examples/")).map((file) => dirname(file)));
  expectNone([...folders].filter((folder) => !map.includes(`${folder}/`)));
});

test("one file of the analysis names the compiler's package", () => {
  const doors = sources.filter(
    (file) => /^(server|client)\/src\//.test(file) && /from "(ts-morph|@ts-morph\/common|typescript)"/.test(read(file)),
  );
  assert.deepEqual(doors, ["server/src/analysis/typescript.ts"]);
});

test("every error code is documented for its users", () => {
  const documented = ["runtime/README.md", "docs/protocol.md"]
    .filter((file) => files.includes(file))
    .map(read)
    .join("\n");
  const codes = new Set(
    sources
      .filter((file) => file.startsWith("runtime/src/") && !file.endsWith(".test.ts"))
      .flatMap((file) => [...read(file).matchAll(/"(INSTAR_[A-Z_]+)"/g)].map((match) => match[1] ?? "")),
  );
  expectNone([...codes].filter((code) => !documented.includes(code)));
});

function expectNone(offenders: readonly string[]): void {
  assert.deepEqual([...offenders], []);
}
