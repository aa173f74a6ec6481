/** The problem matcher `$instar` reads what `instar check` prints, from wherever the task is run. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { counter } from "./support/counter.ts";
import { runCli } from "./support/run-cli.ts";
import { repository, temporaryProject } from "./support/temporary-project.ts";

interface Pattern {
  readonly regexp: string;
  readonly file?: number;
  readonly line?: number;
  readonly column?: number;
  readonly severity?: number;
  readonly code?: number;
  readonly message?: number;
}

const manifest = JSON.parse(readFileSync(`${repository}/package.json`, "utf8")) as {
  contributes: { problemMatchers: [{ pattern: readonly [Pattern, Pattern] }] };
};
const [{ pattern }] = manifest.contributes.problemMatchers;

/** As VS Code reads it: the first line of a problem, and the message on the next. */
function matched(output: string): unknown[] {
  const lines = output.split("\n");
  return lines.flatMap((line, at) => {
    const first = new RegExp(pattern[0].regexp).exec(line);
    const second = new RegExp(pattern[1].regexp).exec(lines[at + 1] ?? "");
    if (first === null || second === null) return [];
    const [where, what] = pattern;
    const group = (index: number | undefined): string | undefined => first[index ?? -1];
    return [
      [group(where.file), group(where.line), group(where.column), group(where.severity), group(where.code), second[what.message ?? -1]],
    ];
  });
}

const file = "src/my counter.actor.ts";
const wrong = counter.replace("vsn: 1", "vsn: 1, codeChange: { 5: { up: (old: never) => old, down: (old: never) => old } }");

for (const [from, args, path] of [
  ["the project", [], file],
  ["a folder above it", ["--project", "rooms"], `rooms/${file}`],
] as const)
  test(`findings are matched where the task runs in ${from}`, async (context) => {
    const folder = temporaryProject(context, { [`rooms/${file}`]: wrong, "rooms/package.json": '{ "name": "rooms" }' });
    const cwd = args.length === 0 ? folder.path("rooms") : folder.root;
    const checked = await runCli([...args, "check"], { cwd });
    const found = matched(checked.stdout);
    assert.ok(checked.code === 1, checked.stderr + checked.stdout);
    assert.equal(found.length, Number(/^(\d+) (?:error|warning)/m.exec(checked.stdout)?.[1]), checked.stdout);
    for (const each of found) {
      const [at, line, column, severity, code, message] = each as string[];
      assert.equal(at, path);
      assert.match(`${line}:${column}`, /^\d+:\d+$/);
      assert.match(severity ?? "", /^(error|warning)$/);
      assert.match(code ?? "", /^[a-z-]+$/);
      assert.notEqual(message, undefined);
    }
  });
