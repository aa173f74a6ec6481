/** What modules of a project can import, and what each import gives: CommonJS and ES modules, JSON, Node's own, and each through the others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { answering, loaded } from "../../../test/support/loaded-project.ts";
import type { DevError } from "./dev-error.ts";

/** A package's files, by the names in it. */
const packaged = (name: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`node_modules/${name}/${file}`, text]));

const packages = {
  ...packaged("esm-only", {
    "package.json": '{ "type": "module", "exports": { ".": "./main.js", "./sub": "./deep/sub.js" } }',
    "main.js":
      'import { b } from "./b.js"; const { later } = await import("./later.js"); export let count = 0; export const up = () => ++count; export const both = () => b() + later; export default class Thing {}',
    "b.js": 'import { up } from "./main.js"; export const b = () => typeof up;',
    "later.js": 'export const later = "!";',
    "deep/sub.js": "export const sub = import.meta.url.slice(-11);",
  }),
  ...packaged("hidden-names", {
    "package.json": '{ "main": "main.js" }',
    "main.js": "const all = { default: 'own' }; for (const name of ['chunk', 'flat']) all[name] = (n) => name + n; module.exports = all;",
  }),
  ...packaged("seen-names", { "package.json": "{}", "index.js": "exports.one = 1; exports.two = () => 2;" }),
  ...packaged("is-function", {
    "package.json": "{}",
    "index.js": "module.exports = function make(n) { return n + 1; }; module.exports.extra = 'extra';",
  }),
  ...packaged("transpiled", {
    "package.json": "{}",
    "index.js": "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'the default'; exports.named = 'named';",
  }),
  ...packaged("both-ways", {
    "package.json": '{ "exports": { "import": "./main.mjs", "require": "./main.cjs" } }',
    "main.mjs": 'export const way = "import";',
    "main.cjs": 'exports.way = "require";',
  }),
  ...packaged("in-a-circle", {
    "package.json": "{}",
    "index.js": "exports.name = 'index'; exports.other = require('./other.js').seen; ",
    "other.js": "exports.seen = 'saw ' + require('./index.js').name;",
  }),
  ...packaged("@scope/data", {
    "package.json": "{}",
    "data.json": '{ "n": [1, 2] }',
    "index.js": "exports.n = require('./data.json').n.length;",
  }),
  ...packaged("throws", { "package.json": "{}", "index.js": "throw new Error('no database');" }),
  ...packaged("throws-esm", {
    "package.json": '{ "type": "module" }',
    "index.js": "export const a = 1; throw new TypeError('not today');",
  }),
};

const imports: readonly {
  readonly name: string;
  readonly head: string;
  readonly value: string;
  readonly gives: unknown;
  readonly more?: Record<string, string>;
}[] = [
  {
    name: "an ESM-only package, its default class, a path in it, top-level await and a cycle in it",
    head: 'import Thing, { both } from "esm-only"; import { sub } from "esm-only/sub";',
    value: "[Thing.name, both(), sub]",
    gives: ["Thing", "function!", "deep/sub.js"],
  },
  {
    name: "live bindings of an ES module",
    head: 'import { count, up } from "esm-only"; import * as all from "esm-only";',
    value: "[count, up(), count, all.count, Object.keys(all).toSorted()]",
    gives: [0, 1, 1, 1, ["both", "count", "default", "up"]],
  },
  {
    name: "a CommonJS package by names that Node's lexer cannot see",
    head: 'import { chunk } from "hidden-names"; import all, { flat } from "hidden-names";',
    value: "[chunk(1), flat(2), all.chunk(3)]",
    gives: ["chunk1", "flat2", "chunk3"],
  },
  {
    name: "a CommonJS package by names that it can see, as a whole, and by default",
    head: 'import { one } from "seen-names"; import * as all from "seen-names"; import seen from "seen-names";',
    value: "[one, all.two(), seen.one]",
    gives: [1, 2, 1],
  },
  {
    name: "a CommonJS package that is a function",
    head: 'import make, { extra } from "is-function";',
    value: "[make(1), extra]",
    gives: [2, "extra"],
  },
  {
    // As in Node: the default import is `module.exports`, whatever a transpiler meant by it.
    name: "a transpiled CommonJS package",
    head: 'import whole, { named } from "transpiled";',
    value: "[whole.default, named]",
    gives: ["the default", "named"],
  },
  {
    name: "a package of both kinds, by the conditions of an import",
    head: 'import { way } from "both-ways";',
    value: "way",
    gives: "import",
  },
  {
    name: "a cycle within a CommonJS package, and a package with a scope that reads JSON",
    head: 'import { other } from "in-a-circle"; import { n } from "@scope/data";',
    value: "[other, n]",
    gives: ["saw index", 2],
  },
  {
    name: "JSON of the project and of a package, with and without an attribute",
    head: `import data, { n } from "./data.json"; import again from "./data.json" with { type: "json" };
      import theirs from "@scope/data/data.json" with { type: "json" };`,
    value: "[data, n, again === data, theirs.n]",
    gives: [{ n: 3 }, 3, true, [1, 2]],
    more: { "src/data.json": '{ "n": 3 }' },
  },
  {
    name: "Node's own modules, with and without the prefix",
    head: 'import fs, { existsSync } from "fs"; import * as path from "node:path"; import { setTimeout as sleep } from "node:timers/promises";',
    value: "[fs.existsSync === existsSync, path.posix.join('a', 'b'), typeof sleep]",
    gives: [true, "a/b", "function"],
  },
  {
    name: "dynamic imports of packages, JSON and modules",
    head: "",
    value: `Promise.all([import("esm-only"), import("hidden-names"), import("./late"), import("./data.json")])
      .then(([esm, hidden, late, data]) => [esm.both(), hidden.chunk(1), late.word, late.default, data.default])`,
    gives: ["function!", "chunk1", "late", 5, { n: 3 }],
    more: { "src/late.ts": 'export const word = "late"; export default 5;', "src/data.json": '{ "n": 3 }' },
  },
  {
    name: "CommonJS of the project, which requires TypeScript, packages and JSON; and an .mjs that imports it",
    head: 'import old from "./old.cjs"; import { named } from "./old.cjs"; import { through } from "./new.mjs";',
    value: "[old.all, named, through]",
    gives: [["typed", 1, 3, "old.cjs"], "named", "named through"],
    more: {
      "src/old.cjs":
        'const { typed } = require("./typed"); exports.all = [typed, require("seen-names").one, require("./data.json").n, __filename.slice(-7)]; exports.named = "named";',
      "src/new.mjs": 'import { named } from "./old.cjs"; export const through = `${named} through`;',
      "src/typed.ts": 'export const typed: string = "typed";',
      "src/data.json": '{ "n": 3 }',
    },
  },
  {
    name: "export * and export * as, of modules and packages",
    head: 'import { one, ns, typed, two } from "./all";',
    value: "[one, ns.one, typed, two()]",
    gives: [1, 1, "typed", 2],
    more: {
      "src/all.ts": 'export * from "seen-names"; export * as ns from "seen-names"; export * from "./typed";',
      "src/typed.ts": 'export const typed = "typed";',
    },
  },
];

for (const { name, head, value, gives, more = {} } of imports) {
  test(`imports: ${name}`, async (t) => {
    const { ask } = await loaded(t, { ...packages, "src/app.ts": answering(value, "", head), ...more });
    assert.deepEqual(await ask("src/app"), gives);
  });
}

const faults: readonly { readonly name: string; readonly head: string; readonly code: string; readonly message: RegExp }[] = [
  {
    name: "a package that is not installed",
    head: 'import { x } from "not-there"; x();',
    code: "INSTAR_UNRESOLVED_IMPORT",
    message: /^the package "not-there", which .*app\.ts imports, cannot be found: .* Install it/,
  },
  {
    name: "a path that a package does not export",
    head: 'import { x } from "esm-only/secret"; x();',
    code: "INSTAR_UNRESOLVED_IMPORT",
    message: /secret.* cannot be found/s,
  },
  {
    name: "a CommonJS package that throws",
    head: 'import "throws";',
    code: "INSTAR_EVALUATION_FAILED",
    message: /^the package "throws", which .*app\.ts imports, threw while it was loaded: Error: no database\./,
  },
  {
    name: "an ESM package that throws",
    head: 'import { a } from "throws-esm"; a;',
    code: "INSTAR_EVALUATION_FAILED",
    message: /threw while it was loaded: TypeError: not today\./,
  },
  {
    name: "something that is no actor where one is expected",
    head: 'import room from "./plain"; import { child } from "instar"; child(room as never, { id: "a", args: [] } as never);',
    code: "INSTAR_NOT_A_HANDLE",
    message: /app\.ts threw while it was evaluated: .*expected the result of actor/,
  },
];

for (const { name, head, code, message } of faults) {
  test(`imports: ${name} is an error with its place`, async (t) => {
    const project = loaded(t, { ...packages, "src/app.ts": answering("0", "", head), "src/plain.ts": "export default { vsn: 1 };" });
    await assert.rejects(project, (error: DevError) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.match(error.place?.file ?? "", /src\/app\.ts$/);
      return true;
    });
  });
}

test("imports: what a package throws when it is imported dynamically, the importer gets", async (t) => {
  const { ask } = await loaded(t, {
    ...packages,
    "src/app.ts": answering(
      'Promise.allSettled([import("throws"), import("not-there")]).then((all) => all.map((one) => one.status === "rejected" && one.reason.code))',
    ),
  });
  assert.deepEqual(await ask("src/app"), ["INSTAR_EVALUATION_FAILED", "INSTAR_UNRESOLVED_IMPORT"]);
});
