/** What is read out of a configuration without the compiler is what the compiler makes of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryHost } from "../../../test/support/memory-host.ts";
import { CheckedProject } from "./checked-project.ts";
import { plainSettings } from "./plain-settings.ts";

const options = [
  { target: "es2022" },
  { target: "ES6", lib: ["ES5"] },
  { target: "es5" },
  { target: "esnext", lib: ["dom", "es2020"] },
  { module: "nodenext", target: "es2024" },
  { module: "Node16", target: "es2022", moduleResolution: "node16" },
  { module: "esnext", moduleResolution: "bundler", target: "es2022", exactOptionalPropertyTypes: true },
  { module: "preserve", target: "es2022", strict: false },
  { module: "commonjs" },
  { target: "es2022", paths: { "#shared/*": ["./shared/*"] } },
  { target: "es2022", paths: { "ins*": ["./shared/*"] } },
  { target: "es2022", baseUrl: "." },
  { target: "es2022", rootDirs: ["a", "b"] },
  { target: "es2022", moduleSuffixes: [".ios", ""] },
  { target: "es2022", lib: [] },
  {},
];

describe("options", () => {
  for (const compilerOptions of options)
    test(JSON.stringify(compilerOptions), () => compare(JSON.stringify({ compilerOptions, include: ["src"] }, null, 2)));
});

describe("spellings", () => {
  const texts = {
    comments:
      '{\n  // a comment\n  "compilerOptions": {\n    /* "target": "es5", */\n    "target": "es2022", // "x": 1\n    "outDir": "a//b",\n  },\n}',
    empty: "{}",
  };
  for (const [name, text] of Object.entries(texts)) test(name, () => compare(text));
});

test("without a configuration", () => compare(undefined));

test("what refers to others, or is wrong, is left to the compiler", () => {
  for (const text of [
    '{ "extends": "./base.json" }',
    '{ "references": [] }',
    "{",
    "",
    '{ "compilerOptions": { "target": "es1" } }',
    '{ "compilerOptions": { "lib": ["es2015.promise"] } }',
    '{ "compilerOptions": { "paths": null } }',
  ])
    assert.equal(plainSettings(memoryHost({ "/p/tsconfig.json": text }), "/p/src/a.ts"), undefined, text);
});

function compare(text: string | undefined): void {
  const host = memoryHost(text === undefined ? { "/p/src/a.ts": "" } : { "/p/tsconfig.json": text, "/p/src/a.ts": "" });
  const plain = plainSettings(host, "/p/src/a.ts");
  assert.ok(plain !== undefined);
  assert.deepEqual(plain, new CheckedProject(host, "/p").settings("/p/src/a.ts"));
}
