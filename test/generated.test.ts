/** What is generated is what the rules, their pages and the schema say, and a new rule begins as one that passes. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { generatedFiles, generatedFolders } from "../scripts/generated-files.ts";
import { groups } from "../server/src/analysis/rule.ts";
import * as rules from "../server/src/analysis/rules/all.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

test("docs/rules and schemas are up to date: npm run generate", () => {
  const files = generatedFiles();
  const stale = [...files].filter(([file, text]) => !existsSync(join(root, file)) || readFileSync(join(root, file), "utf8") !== text);
  assert.deepEqual(
    stale.map(([file]) => file),
    [],
  );
  const there = generatedFolders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
  assert.deepEqual(there.toSorted(), [...files.keys()].toSorted());
});

test("every rule has a group, and nothing is left to fill in", () => {
  for (const { id, group } of Object.values(rules)) {
    assert.ok(group !== undefined && group in groups, `${id} has no group`);
    for (const kind of ["ts", "md"]) {
      const text = readFileSync(join(root, `server/src/analysis/rules/${id}.${kind}`), "utf8");
      assert.ok(!text.includes("TODO: fill in"), `${id}.${kind} is not filled in`);
    }
  }
});

test("the extension offers the schema for both places of a configuration", () => {
  const { contributes } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    contributes: { jsonValidation: { fileMatch: string; url: string }[] };
  };
  const shipped = readFileSync(join(root, ".vscodeignore"), "utf8").split("\n");
  for (const { url } of contributes.jsonValidation) {
    assert.ok(existsSync(join(root, url)), url);
    assert.ok(shipped.includes(`!${url.replace("./", "")}`), `${url} does not ship`);
  }
  assert.deepEqual(
    contributes.jsonValidation.map(({ fileMatch }) => fileMatch),
    ["instar.config.json", "package.json"],
  );
});

test("a new rule's room is formatted, passes as a skeleton, and says what to fill in", (context) => {
  const copy = mkdtempSync(join(tmpdir(), "instar-new-rule-"));
  context.after(() => rmSync(copy, { recursive: true, force: true }));
  for (const name of [
    "scripts",
    "server/src",
    "runtime/src",
    "test/rules.test.ts",
    "test/support",
    "package.json",
    "tsconfig.json",
    ".oxfmtrc.json",
  ])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const run = (args: readonly string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", ...args], {
      cwd: copy,
      encoding: "utf8",
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    });
  const made = run(["scripts/new-rule.ts", "made-for-a-test"]);
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stdout, /fill in/);
  const tested = run(["--test", "--test-name-pattern", "made-for-a-test|are the same rules", "test/rules.test.ts"]);
  assert.equal(tested.status, 0, tested.stdout);
  execFileSync(
    join(root, "node_modules/.bin/oxfmt"),
    ["--check", "server/src/analysis/rules/made-for-a-test.ts", "server/src/analysis/rules/all.ts"],
    { cwd: copy },
  );
  assert.match(run(["scripts/new-rule.ts", "made-for-a-test"]).stderr, /There is a rule made-for-a-test already/);
  assert.match(run(["scripts/new-rule.ts", "Oneword"]).stderr, /Usage: npm run new-rule <id>/);
});
