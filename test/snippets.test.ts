/** The snippets, as VS Code expands them where a person only presses Tab: modules that the compiler takes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readmeProject } from "./support/readme-project.ts";
import { repository } from "./support/temporary-project.ts";

interface Snippet {
  readonly prefix: string;
  readonly description: string;
  readonly body: readonly string[];
}

const snippets = JSON.parse(readFileSync(join(repository, "snippets/typescript.json"), "utf8")) as Readonly<Record<string, Snippet>>;
const expanded = Object.fromEntries(Object.values(snippets).map(({ prefix, body }) => [prefix, expand(body.join("\n"))]));

test("what the snippets write compiles, and is what their names say", (context) => {
  assert.deepEqual(Object.keys(expanded), ["actor", "supervisor", "codeChange", "stateMachine"]);
  const { actor, supervisor, codeChange, stateMachine } = expanded as Record<string, string>;
  const changed = `
    interface StateV1 { readonly count: number }
    ${actor!.replace("vsn: 1,", "vsn: 2,").replace(/\}\);\s*$/, `  ${codeChange}\n});`)}`;
  const root = readmeProject(
    context,
    Object.entries({ counter: actor!, changed, light: stateMachine! })
      .map(([name, text]) => ({ file: `src/${name}.actor.ts`, line: 1, isScript: false, text }))
      .concat({ file: "src/app.ts", line: 1, isScript: false, text: supervisor! }),
  );
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  // Throws with what the compiler says.
  execFileSync(process.execPath, [tsc, "--noEmit", "-p", root], { encoding: "utf8", stdio: ["ignore", "inherit", "inherit"] });
});

/** The first of each choice, the default of each placeholder, and the file's name where a variable stands. */
function expand(body: string): string {
  const simple = body
    .replaceAll(/\$\{TM_FILENAME_BASE\/[^\n]*?pascalcase\}\/\}/g, "Counter")
    .replaceAll(/\$\{\d+\|([^,|]+)[^|]*\|\}/g, "$1")
    .replaceAll(/\$\d+/g, "");
  // From the inside, since placeholders hold placeholders.
  const inner = /\$\{\d+:([^${}]*)\}/g;
  return inner.test(simple) ? expand(simple.replaceAll(inner, "$1")) : simple;
}
