/** The examples in the pages of what only `instar prove` finds: those that are marked with `proves` are found, and no others; and what the project says of findings counts there, too. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as rules from "../../server/src/analysis/rules/all.ts";
import { parsePage } from "../support/fixture.ts";
import { counted, type Proof, prove, same, source, step } from "../support/prove.ts";
import { releasedProject } from "../support/released-project.ts";

const alone = Object.values(rules).filter((rule) => rule.proof === true && !("check" in rule || "checkModule" in rule));

test("the pages show what is found", async (t) => {
  const examples = alone.flatMap(({ id }) => {
    const url = new URL(`../../server/src/analysis/rules/${id}.md`, import.meta.url);
    const { fixtures, text } = parsePage(readFileSync(url, "utf8"));
    const lines = text.split("\n");
    return fixtures.map(({ name, blocks }, index) => {
      const file = `src/${id}/${index}.actor.ts`;
      const code = (version: string) => blocks.find((block) => block.version === version)?.code ?? "";
      const isFound = blocks.some(({ first }) => lines[first - 1]?.endsWith(" proves") === true);
      return { id, name, file, old: code("old"), now: code("new"), isFound };
    });
  });
  const project = await releasedProject(t, Object.fromEntries(examples.map(({ file, old }) => [file, old])));
  project.write(Object.fromEntries(examples.map(({ file, now }) => [file, now])));
  const found = new Set<string>();
  // What hangs would use up the time of all others; a short limit for all is one for each step as well.
  const hangs = ({ id, isFound }: { readonly id: string; readonly isFound: boolean }): boolean => isFound && id === "code-change-hangs";
  for (const [files, timeout] of [
    [examples.filter(hangs), "30"],
    [examples.filter((each) => !hangs(each)), "600"],
  ] as const) {
    const args = ["--format", "json", "--seed", "7", "--runs", "50", "--timeout", timeout];
    const { stdout } = await prove(project, ...args, ...files.map(({ file }) => file));
    for (const { rule, module } of (JSON.parse(stdout) as Proof).findings) found.add(`${module}.ts ${rule}`);
  }
  assert.deepEqual(
    examples.map(({ id, name, file }) => `${id}: ${name}: ${found.has(`${file} ${id}`)}`),
    examples.map(({ id, name, isFound }) => `${id}: ${name}: ${isFound}`),
  );
});

test("comments and the configuration say which findings of proofs are meant, and what they weigh", async (t) => {
  const files = ["src/meant.actor.ts", "src/lighter.actor.ts", "src/other.actor.ts"] as const;
  const project = await releasedProject(t, Object.fromEntries(files.map((file) => [file, source({ vsn: 1, state: counted })])));
  const now = source({ vsn: 2, state: counted, codeChange: step("(old: any) => ({ n: old.n.bad.x })", same) });
  project.write({
    [files[0]]: now.replace("      up:", "      // instar-ignore code-change-throws: nobody is at version 1\n      up:"),
    [files[1]]: now,
    [files[2]]: now.replace("old.n.bad.x", "NaN"),
    "instar.config.json": JSON.stringify({ rules: { "code-change-throws": "info", "code-change-round-trip-fails": "off" } }),
  });
  const { stdout, code } = await prove(project, "--format", "json", "--seed", "7");
  const { findings } = JSON.parse(stdout) as Proof;
  assert.deepEqual(
    findings.map(({ module, rule, severity }) => `${module} ${rule} ${severity}`),
    ["src/lighter.actor code-change-throws info"],
  );
  assert.equal(code, 0);
});
