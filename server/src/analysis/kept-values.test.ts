/** What is said of the platform's types in a state, as Node's and the language's own declarations have them. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { memoryHost } from "../../../test/support/memory-host.ts";
import { createAnalyzer } from "./analyze.ts";

const rules = ["function-in-state", "class-instance-in-state", "private-field-in-state", "pending-promise-in-state", "handle-in-state"];

/** By rule, the types that it speaks of; null for those of which none does. */
const types: readonly (readonly [rule: string | null, ...types: string[]])[] = [
  [
    null,
    "Date",
    "RegExp",
    "Error",
    "URL",
    "Buffer",
    "Uint8Array",
    "Map<string, Date>",
    "Iterable<string>",
    "ArrayLike<number>",
    "NodeJS.Timeout",
    "NodeJS.Immediate",
  ],
  [
    "pending-promise-in-state",
    "Promise<string>",
    "PromiseLike<string>",
    "Generator<number>",
    "AsyncGenerator<number>",
    "Iterator<number>",
    "IterableIterator<number>",
    "AbortController",
    "AbortSignal",
  ],
  [
    "handle-in-state",
    'import("node:net").Socket',
    'import("node:http").Server',
    'import("node:fs").FSWatcher',
    'import("node:fs/promises").FileHandle',
  ],
  [
    "handle-in-state",
    'import("node:worker_threads").Worker',
    'import("node:child_process").ChildProcess',
    'import("node:stream").Readable',
  ],
  ["function-in-state", "() => void", "Function", "new () => Date", "{ run(): void }", "[string, (n: number) => string]"],
];

test("types of the platform", () => {
  const all = types.flatMap(([rule, ...texts]) => texts.map((text) => ({ rule, text })));
  const fields = all.map(({ text }, index) => `  f${index}: ${text};`);
  const files = {
    "/p/package.json": "{}",
    "/p/tsconfig.json": JSON.stringify({
      compilerOptions: { strict: true, target: "es2022", lib: ["es2023"], module: "nodenext", types: ["node"] },
    }),
    "/p/src/all.actor.ts": `import { actor } from "instar";\ninterface State {\n${fields.join("\n")}\n}\ninterface All { init(): State }\nexport default actor<All>({ vsn: 1, init: () => null! });\n`,
    ...declarations("@types/node"),
    ...declarations("undici-types"),
  };
  const { findings } = createAnalyzer(memoryHost(files), { root: "/p" }).analyze() ?? { findings: [] };
  const ofKept = findings.filter(({ rule }) => rules.includes(rule));
  const said = all.map(({ text }, index) => {
    const at = ofKept.filter(({ range }) => range.start.line === index + 3);
    return { rule: [...new Set(at.map(({ rule }) => rule))].join() || null, text };
  });
  assert.deepEqual(said, all);
});

function declarations(name: string, folder = ""): Record<string, string> {
  const at = new URL(`../../../node_modules/${name}/${folder}`, import.meta.url);
  return Object.fromEntries(
    readdirSync(at, { withFileTypes: true }).flatMap((entry): [string, string][] =>
      entry.isDirectory()
        ? Object.entries(declarations(name, `${folder}${entry.name}/`))
        : /\.d\.ts$|^package\.json$/.test(entry.name)
          ? [[`/p/node_modules/${name}/${folder}${entry.name}`, readFileSync(new URL(entry.name, at), "utf8")]]
          : [],
    ),
  );
}
