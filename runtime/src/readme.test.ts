/** The README is true: its examples are one project that type-checks and runs, it documents every export, and every error code. */
import assert from "node:assert/strict";
import { execFile, type ExecFileException } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { claimsIn, examplesOf, readmeProject, sourcesOf } from "../../test/support/readme-project.ts";
import { errorCodes } from "./exit.ts";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const readme = read("../README.md");
const examples = examplesOf(readme);

describe("the examples", { concurrency: 2 }, () => {
  test("there are some, they claim something, and no file has two texts", () => {
    assert.ok(examples.length > 25 && claimsIn(examples) > 30, `${examples.length} examples, ${claimsIn(examples)} claims`);
    const files = examples.map(({ file }) => file);
    assert.deepEqual(files, [...new Set(files)]);
  });

  test("fit together under the compiler's strict checks", async (t) => {
    const root = readmeProject(t, examples);
    const { output } = await run(
      [join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc"), "-p", "."],
      root,
    );
    // What is wrong in the sources is the business of another check.
    const wrong = output.split("\n").filter((line) => /^(src|next|test)\//.test(line));
    assert.deepEqual(wrong, []);
  });

  for (const { file, line, isScript } of examples) {
    if (!isScript && !file.endsWith(".test.ts")) continue;
    test(`line ${line}${isScript ? "" : `, ${file}`} does what it says`, async (t) => {
      const root = readmeProject(t, examples);
      const { failed, output } = await run(["--import", tsx, file], root);
      assert.equal(failed, null, output);
    });
  }
});

interface Outcome {
  readonly failed: ExecFileException | null;
  readonly output: string;
}

/** Node with these arguments. */
function run(args: readonly string[], cwd: string): Promise<Outcome> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env, timeout: 60_000 }, (failed, stdout, stderr) =>
      resolve({ failed, output: stdout + stderr }),
    );
  });
}

const tsx = createRequire(import.meta.url).resolve("tsx");

test("an example that claims what is not so fails", async (t) => {
  const page = (expression: string): string => `A page.\n\n\`\`\`ts\n${expression}\n\`\`\`\n`;
  const fails = async (expression: string): Promise<boolean> => {
    const wrong = examplesOf(page(expression));
    return (await run(["--import", tsx, "src/line-4.ts"], readmeProject(t, wrong))).failed !== null;
  };
  const thrown = `throw Object.assign(new Error(), { code: "INSTAR_NOPROC" })`;
  const outcomes = [
    "1 + 1; // → 2",
    "1 + 1; // → 3",
    `${thrown}; // → throws INSTAR_NOPROC`,
    `${thrown}; // → throws INSTAR_OTHER`,
    "1; // → throws INSTAR_NOPROC",
  ];
  const failed: boolean[] = [];
  for (const expression of outcomes) failed.push(await fails(expression));
  assert.deepEqual(failed, [false, true, false, true, true]);
});

describe("every export", () => {
  const published = JSON.parse(read("../package.json")) as { readonly exports: Parameters<typeof sourcesOf>[0] };
  const code = [...readme.matchAll(/^```ts\n(.*?)^```|`([^`\n]+)`/gms)].map(([, block, span]) => block ?? span).join("\n");
  for (const [entry, source] of sourcesOf(published.exports)) {
    const specifier = entry.replace(/^\./, "instar");
    const { values, types } = exportsOf(read(join("..", source)));
    const imported = new Set(importsIn(readme, specifier));

    test(`of ${specifier}: there are some`, () => assert.ok(values.length > 0));
    test(`of ${specifier} that is a value is used in an example`, () => {
      assert.deepEqual(
        values.filter((name) => !imported.has(name)),
        [],
      );
    });
    test(`of ${specifier} that is a type is mentioned`, () => {
      assert.deepEqual(
        types.filter((name) => !new RegExp(`\\b${name}\\b`).test(code)),
        [],
      );
    });
  }
});

/** Of a file that has nothing but lists of exports. */
function exportsOf(source: string): { readonly values: readonly string[]; readonly types: readonly string[] } {
  const names = [...source.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, type = "", list = ""]) =>
    list
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "")
      .map((name) => type + name),
  );
  const isType = (name: string): boolean => name.startsWith("type ");
  return { values: names.filter((name) => !isType(name)), types: names.filter(isType).map((name) => name.slice("type ".length)) };
}

function importsIn(text: string, specifier: string): string[] {
  const imports = [...text.matchAll(/^import \{([^}]*)\} from "([^"]+)";$/gm)].filter(([, , from]) => from === specifier);
  return imports.flatMap(([, list = ""]) => list.split(",").map((name) => name.trim()));
}

test("its contents are its sections, in order", () => {
  const linked = [...readme.matchAll(/^- \[([^\]]+)\]\(#([\w-]+)\)$/gm)].map(([, title = "", anchor]) => ({ title, anchor }));
  const sections = [...readme.matchAll(/^## (.+)$/gm)].map(([, title = ""]) => title);
  const anchors = sections.map((title) => ({
    title,
    anchor: title
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  }));
  assert.deepEqual(linked, anchors);
});

test("each error code has one row, in order", () => {
  const rows = [...readme.matchAll(/^\| `(INSTAR_\w+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual(rows, [...errorCodes]);
});

test("each error code is used", () => {
  const sources = readdirSync(fileURLToPath(new URL(".", import.meta.url)))
    .filter((file) => file.endsWith(".ts") && !/\.test(-d)?\.ts$/.test(file) && file !== "exit.ts")
    .map((file) => read(file))
    .join("\n");
  for (const code of errorCodes) assert.ok(sources.includes(`"${code}"`), `${code} is used nowhere`);
});
