/** What names stand for, scope by scope. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ts } from "../typescript.ts";
import { FileNames, type Meaning } from "./file-names.ts";

/** Each text has one `HERE` or more, written `HERE(name)`; what `name` means there. */
const cases: Record<string, readonly [text: string, ...meanings: string[]]> = {
  "the platform's": ["HERE(setTimeout);", "global setTimeout"],
  "by way of globalThis": ["HERE(globalThis.setTimeout); HERE(globalThis['setTimeout']);", "global setTimeout", "global setTimeout"],
  "an object of the file's that is called globalThis": ["const globalThis = {}; HERE(globalThis.setTimeout);", "nothing"],
  "imported by name": ["import { setTimeout as later } from 'node:timers'; HERE(later);", "import node:timers setTimeout"],
  "imported as default": ["import on from './on.ts'; HERE(on);", "import ./on.ts default"],
  "imported as a whole": [
    "import * as timers from 'timers'; HERE(timers); HERE(timers.setTimeout);",
    "import timers *",
    "import timers setTimeout",
  ],
  "the platform's module as default": ["import fs from 'node:fs'; HERE(fs.watch);", "import node:fs watch"],
  "a package's default is an object of its own": ["import bus from 'bus'; HERE(bus.on);", "nothing"],
  "required by TypeScript's syntax": ["import fs = require('node:fs'); HERE(fs.watch);", "import node:fs watch"],
  "a function of the file, before it is declared": ["HERE(setTimeout); function setTimeout() {}", "top setTimeout"],
  "a class": ["class Socket {} HERE(Socket);", "top Socket"],
  "an enum": ["enum Mode { on } HERE(Mode);", "top Mode"],
  "a namespace": ["namespace process { export const on = 1; } HERE(process);", "top process"],
  "a parameter": ["function run(setTimeout: unknown) { HERE(setTimeout); }", "local setTimeout"],
  "a destructured parameter": ["const run = ({ on: { at: [setTimeout] } }: any) => HERE(setTimeout);", "local setTimeout"],
  "the rest of a parameter": ["const run = ({ a, ...setTimeout }: any) => HERE(setTimeout);", "local setTimeout"],
  "a property that is renamed is no name": ["const run = ({ setTimeout: later }: any) => HERE(setTimeout);", "global setTimeout"],
  "a parameter's default sees the other parameters": ["function run(a: any, b = HERE(a)) {}", "local a"],
  "a parameter's default does not see the body": [
    "function run(a = HERE(setTimeout)) { var setTimeout = a; HERE(setTimeout); }",
    "global setTimeout",
    "local setTimeout",
  ],
  "a block's": ["{ const setTimeout = 1; HERE(setTimeout); } HERE(setTimeout);", "local setTimeout", "global setTimeout"],
  "var belongs to the function": [
    "function run() { if (1) { var setTimeout = 1; } HERE(setTimeout); } HERE(setTimeout);",
    "local setTimeout",
    "global setTimeout",
  ],
  "let does not": ["function run() { if (1) { let setTimeout = 1; } HERE(setTimeout); }", "global setTimeout"],
  "var in a function within is that one's": ["function run() { (() => { var on = 1; })(); HERE(on); }", "global on"],
  "a loop's": ["for (const on of []) { HERE(on); } HERE(on); for (let i = 0; ; ) HERE(i);", "local on", "global on", "local i"],
  "a catch's": ["try {} catch ({ on }) { HERE(on); } HERE(on);", "local on", "global on"],
  "a switch's": ["switch (1) { case 1: const on = 1; case 2: HERE(on); }", "local on"],
  "a function expression by its own name": ["const a = function on() { HERE(on); }; HERE(on);", "local on", "global on"],
  "a parameter of the name of its function": ["const a = function on(on: number) { HERE(on); };", "parameter on"],
  "a class expression by its own name": ["const a = class on { b = HERE(on); }; HERE(on);", "local on", "global on"],
  "members are no names": ["class A { on = 1; run() { HERE(on); } }", "global on"],
  "a static block's": ["class A { static { var on = 1; HERE(on); } } HERE(on);", "local on", "global on"],
  "a computed key": ["const key = 'a'; const a = { [HERE(key)]() { const key = 1; } };", "top key"],
  "a method's short form": ["const a = { on() { HERE(on); } };", "global on"],
  "a generator's": ["function* on() { yield HERE(on); }", "top on"],
  "a label is no name": ["on: for (;;) { HERE(on); break on; }", "global on"],
  "a labelled declaration": ["on: var here = 1; HERE(here);", "top here"],
  "in JSX": ["const A = (on: any) => <p title={HERE(on)}>{HERE(of)}</p>;", "local on", "global of"],
  "another actor in the file": [
    "const inner = { init: ({ on }: any) => HERE(on) }; export default actor({ init: () => HERE(on) });",
    "local on",
    "global on",
  ],
  "types are no names": ["type on = 1; interface of {} HERE(on); HERE(of);", "global on", "global of"],
  "what is not a name": ["HERE(a.b.c); HERE(1); HERE(a());", "nothing", "nothing", "nothing"],
};

/** The same for what stands behind constants. */
const origins: Record<string, readonly [text: string, ...meanings: string[]]> = {
  "a constant": ["const later = setTimeout; HERE(later);", "global setTimeout"],
  "a constant of a constant": ["const a = globalThis.setTimeout; const b = a; HERE(b);", "global setTimeout"],
  "taken out of the platform": ["const { setTimeout: later } = globalThis; HERE(later);", "global setTimeout"],
  "taken out of a module": [
    "import * as timers from 'node:timers'; const { setTimeout } = timers; HERE(setTimeout);",
    "import node:timers setTimeout",
  ],
  "a variable may be another one meanwhile": ["let later = setTimeout; HERE(later);", "top later"],
  "a constant in a circle": ["const a = b; const b = a; HERE(a);", "top *"],
  "a constant that is something new": ["const later = () => {}; HERE(later);", "top later"],
  "with a default": ["const { later = 1 } = options; HERE(later);", "top later"],
};

describe("names of a file", () => {
  for (const [name, [text, ...expected]] of Object.entries(cases))
    test(name, () => assert.deepEqual(meanings(text, "meaningOf"), expected));
  for (const [name, [text, ...expected]] of Object.entries(origins))
    test(`behind ${name}`, () =>
      assert.deepEqual(
        meanings(text, "originOf").map((each) => (expected[0] === "top *" ? each.replace(/\w$/, "*") : each)),
        expected,
      ));
});

function meanings(text: string, ask: "meaningOf" | "originOf"): readonly string[] {
  const source = ts.createSourceFile("/a.tsx", text, ts.ScriptTarget.ESNext, true);
  const names = new FileNames(source);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === "HERE" && node.arguments[0] !== undefined)
      found.push(textOf(names[ask](node.arguments[0])));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function textOf(meaning: Meaning | undefined): string {
  if (meaning === undefined) return "nothing";
  if (meaning.kind === "import") return `import ${meaning.from} ${meaning.name}`;
  if (meaning.kind === "global") return `global ${meaning.name}`;
  if (meaning.top) return `top ${meaning.name}`;
  return `${ts.isParameter(meaning.declaration) && meaning.name === "on" && ts.isFunctionExpression(meaning.declaration.parent) ? "parameter" : "local"} ${meaning.name}`;
}
