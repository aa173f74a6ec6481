/** What a module keeps beside its actor's state, and what only looks like it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";
import { words } from "./words.ts";

/** What is found: name, kind, and who writes. */
const kept: Record<string, readonly [text: string, ...found: string[]]> = {
  "a counter": ["let count = 0;\nexport function next() { return ++count; }", "count variable next"],
  assigned: ["let last: string | null = null;\nexport const set = (text: string) => { last = text; };", "last variable set"],
  "added to": ["var sum = 0;\nexport function add(n: number) { sum += n; }", "sum variable add"],
  destructured: ["let [one, two] = [1, 2];\nexport function swap() { [one, two] = [two, one]; two = 3; }", "one variable swap"],
  "in a handler": [
    "let joined = 0;\nexport default actor({ casts: { join: ({ next }) => { joined++; return next(); } } });",
    "joined variable casts.join",
  ],
  "a list": ["const all: string[] = [];\nexport function add(text: string) { all.push(text); }", "all container add"],
  "a map that is also emptied": [
    "const sessions = new Map();\nexport function end(id) { if (sessions.has(id)) sessions.delete(id); }",
    "sessions container end",
  ],
  "an object": ["const stats = { hits: 0 };\nexport function hit() { stats.hits++; }", "stats container hit"],
  "an object by a key": ["const stats = {};\nexport function hit(key) { stats[key] = 1; }", "stats container hit"],
  "without a prototype, and of a known length": [
    "const a = Object.create(null), b = new Uint8Array(8);\nexport function set() { a.x = 1; b[0] = 1; }",
    "a container set",
    "b container set",
  ],
  "of functions": [
    "const handlers: Map<string, () => void> = new Map();\nexport function on(name, f) { handlers.set(name, f); }",
    "handlers container on",
  ],
  "a cache": [
    "const cache = new Map();\nexport function load(id) { if (!cache.has(id)) cache.set(id, make(id)); return cache.get(id); }",
    "cache container load cache",
  ],
  "a cache in an object": [
    "const cache = {};\nexport function load(id) { return cache[id] || (cache[id] = make(id)); }",
    "cache container load cache",
  ],
  "made after what returns otherwise": [
    "let made;\nexport function get(again) { if (again) return made; made = make(); return made; }",
    "made variable get",
  ],
  "made once, and counted": ["let made;\nexport function get() { if (!made) made = make(); made += 1; return made; }", "made variable get"],
  "in a generator, a method and a default": [
    "let a = 0, b = 0, c = 0;\nexport function* run() { a++; }\nexport class B { run() { b++; } }\nexport function d(x = c++) {}",
    "a variable run",
    "b variable ",
    "c variable d",
  ],
  "by a function that the module calls, and another one later": [
    "const all = [];\nfunction fill() { all.push(1); }\nfill();\nexport function more() { fill(); }",
    "all container fill",
  ],
  "by a function that the module hands on": [
    "const all = [];\nfunction fill() { all.push(1); }\nfill();\nbus.on('more', fill);",
    "all container fill",
  ],
  "by what is set up while the module is loaded": [
    "let count = 0;\nlet waits = 0;\nfunction begin() { setInterval(() => { count++; }, 10); }\nbegin();\n(async () => { waits++; })();",
    "count variable begin",
    "waits variable ",
  ],
};

const silent: Record<string, string> = {
  "filled by a function that is called where it stands":
    "const all = [];\n(() => { for (let i = 0; i < 9; i++) all.push(i); })();\nexport const get = (i) => all[i];",
  "filled in a loop over a list":
    "const codes = {};\n['a', 'b'].forEach((name, at) => { codes[name] = at; });\nexport const get = (name) => codes[name];",
  "filled by a function that the module calls once":
    "const all = [];\nlet sum = 0;\nfunction fill() { [1, 2].forEach((n) => all.push(n)); }\nconst count = () => { sum += all.length; };\nfill();\ncount();\nexport const get = (i) => all[i] + sum;",
  "never written": "let count = 0;\nexport const get = () => count;",
  "written while the module is loaded": "let count = 0;\ncount = 1;\nfor (const each of [1]) count += each;",
  "a table": "const names = new Map([[1, 'one']]);\nexport const get = (n) => names.get(n);",
  "a local one of the same name": "let count = 0;\nexport function run() { let count = 1; count++; return count; }",
  "a parameter of the same name": "const all = [];\nexport function run(all) { all.push(1); }",
  "made when it is asked for": "let made;\nexport function get() { return made ??= make(); }",
  "made when it is missing":
    "let made: string | undefined;\nexport function get() { if (made === undefined) made = make(); return made; }\nexport function other() { if (!made) { made = make(); } return made; }",
  "made when there was nothing to return":
    "let made: string | undefined;\nlet begun = false;\nexport function get() { if (made !== undefined) return made; made = make(); return made; }\nexport function begin() { if (begun) { return; } begun = true; make(); }",
  "kept with its object": "const seen = new WeakMap();\nexport function see(o) { seen.set(o, 1); }",
  "a timer":
    "let timer: unknown;\nexport function later() { clearTimeout(timer); timer = setTimeout(() => {}, 10); }\nexport function stop() { timer = undefined; }",
  "declared elsewhere": "declare let count: number;\nexport const get = () => count;",
  "an object of a package":
    'import { App } from "app";\nconst app = new App();\nconst other = App.make();\nexport function set() { app.set("a", 1); other.push(1); }',
  "a class of the file with such a method":
    "class Router { add() {} }\nconst router = new Router();\nexport function add() { router.add(); }",
  "of the class": "export class A { count = 0; add() { this.count++; } }",
};

describe("variables of a module", () => {
  for (const [name, [text, ...expected]] of Object.entries(kept)) {
    test(name, () => {
      assert.deepEqual(found(text), expected);
      assert.ok(words.moduleVariables.mayHold(text));
    });
  }
  for (const [name, text] of Object.entries(silent)) test(`not: ${name}`, () => assert.deepEqual(found(text), []));

  test("ordinary files are not even parsed", () => {
    const texts = [
      "const names = new Map();\nexport const get = (n) => names.get(n);",
      "export function sum(all) {\n  let sum = 0;\n  for (const each of all) sum += each;\n  return sum;\n}",
      "const defaults = { a: 1 };\nexport const all = (given) => ({ ...defaults, ...given });",
    ];
    for (const text of texts) assert.equal(words.moduleVariables.mayHold(text), false, text);
  });
});

function found(text: string): readonly string[] {
  return (collectBodies("/a.ts", text, ["moduleVariables"]).moduleVariables ?? []).map(({ name, kind, by, cache }) =>
    [name, kind, typeof by === "string" ? by : (by ?? ["top"]).join("."), ...(cache ? ["cache"] : [])].join(" "),
  );
}
