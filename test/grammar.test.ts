/**
 * The grammar's scopes, over VS Code's own TypeScript grammar. Under a line of code, carets say which scope the text above them has;
 * `!` before a scope says that it does not have it.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const require = createRequire(import.meta.url);
const root = new URL("../", import.meta.url);

const manifest = JSON.parse(await readFile(new URL("package.json", root), "utf8")) as {
  contributes: { grammars: { scopeName: string; path: string; injectTo?: string[] }[] };
};

test("the parts of an actor module are marked", async () => {
  await check(`
import { actor, type Pid } from "instar";
         ^^^^^ !storage.type.actor.instar
export default actor<Room>({
               ^^^^^ storage.type.actor.instar
                     ^^^^ entity.name.type.ts
  vsn: 2,
  ^^^ keyword.other.section.instar
       ^ constant.numeric.decimal.ts
  init: (topic) => ({ topic, vsn: 1, members: [] }),
  ^^^^ keyword.other.section.instar
         ^^^^^ variable.parameter.ts
                             ^^^ !keyword.other.section.instar
  calls: {
  ^^^^^ keyword.other.section.instar
    init: ({ state, reply }) => reply(state.members.length),
    ^^^^ !keyword.other.section.instar
    ^^^^ meta.object-literal.key.ts
    size: async ({ reply }) => { const calls = { casts: 1 }; return reply(calls.casts); },
                                                 ^^^^^ !keyword.other.section.instar
          ^^^^^ storage.modifier.async.ts
  },
  casts: {}, infos: { tick: ({ next }) => next() },
  ^^^^^ keyword.other.section.instar
             ^^^^^ keyword.other.section.instar
  terminate({ state }, reason) { const down = 1; },
  ^^^^^^^^^ keyword.other.section.instar
                                       ^^^^ !keyword.other.section.instar
                                       ^^^^ variable.other.constant.ts
  codeChange: {
  ^^^^^^^^^^ keyword.other.section.instar
    1: {
    ^ constant.numeric.decimal.ts
      up: (old: StateV1): State => ({ topic: "", up: old.members }),
      ^^ keyword.other.section.instar
                                                 ^^ !keyword.other.section.instar
                ^^^^^^^ entity.name.type.ts
      down: irreversible("the title is gone"),
      ^^^^ keyword.other.section.instar
            ^^^^^^^^^^^^ keyword.control.irreversible.instar
                          ^^^^^ string.quoted.double.ts
      messages: { say: drop("irreversible(1)") },
      ^^^^^^^^ keyword.other.section.instar
                       ^^^^ keyword.control.drop.instar
                             ^^^^^^^^^^^^ !keyword.control.irreversible.instar
    },
  },
});
const codeChange = { vsn: 1, up: drop(1) };
                     ^^^ !keyword.other.section.instar
                                 ^^^^ !keyword.control.drop.instar
                                 ^^^^ entity.name.function.ts
`);
});

test("a step may be written as methods, and the module over several lines", async () => {
  await check(`
export default actor<Counter>(
               ^^^^^ storage.type.actor.instar
  // What it counts.
     ^^^^ comment.line.double-slash.ts
  {
    vsn: 1, // calls: none
    ^^^ keyword.other.section.instar
            ^^^^^^^^ comment.line.double-slash.ts
    async init() { return { count: 0 }; },
          ^^^^ keyword.other.section.instar
    codeChange: { 1: { up(old) { return old; }, down(state) { return state; } } },
                       ^^ keyword.other.section.instar
                                                ^^^^ keyword.other.section.instar
  },
);
function after() {}
^^^^^^^^ storage.type.function.ts
`);
});

test("the parts of a state machine are marked", async () => {
  await check(`
export default stateMachine<Door>({
               ^^^^^^^^^^^^ storage.type.actor.instar
  vsn: 1,
  ^^^ keyword.other.section.instar
  states: {
  ^^^^^^ keyword.other.section.instar
    locked: { casts: { turn: ({ goto }) => goto("open") } },
              ^^^^^ !keyword.other.section.instar
    any: {},
    ^^^ !keyword.other.section.instar
  },
  any: { infos: { tick: ({ keep }) => keep() } },
  ^^^ keyword.other.section.instar
         ^^^^^ !keyword.other.section.instar
});
`);
});

test("a supervisor is marked, and what only looks like an actor module is not", async () => {
  await check(`
export default supervisor({ strategy: "one_for_one", children: [child(room, { id: "tea" })] });
               ^^^^^^^^^^ storage.type.supervisor.instar
                            ^^^^^^^^ meta.object-literal.key.ts
function actor(init: number) { return { vsn: 1 }; }
         ^^^^^ !storage.type.actor.instar
         ^^^^^ entity.name.function.ts
theatre.actor({ vsn: 1 });
        ^^^^^ !storage.type.actor.instar
                ^^^ !keyword.other.section.instar
const text = "actor({ vsn: 1 })";
              ^^^^^ !storage.type.actor.instar
// actor({ vsn: 1 })
   ^^^^^ !storage.type.actor.instar
const other = play({ vsn: 1, calls: {} });
                     ^^^ !keyword.other.section.instar
interface Room { calls: { size(): number }; init(topic: string): void }
                 ^^^^^ !keyword.other.section.instar
`);
});

test("it is injected into TypeScript with JSX as well", async () => {
  await check(
    `
export default actor<Room>({ vsn: 2, calls: {} });
               ^^^^^ storage.type.actor.instar
                             ^^^ keyword.other.section.instar
                                     ^^^^^ keyword.other.section.instar
const after = <b>bold</b>;
               ^ entity.name.tag.tsx
`,
    "source.tsx",
  );
});

test("a module that is cut off marks what is there and harms nothing", async () => {
  await check(`
export default actor<Room>({
  vsn: 
  ^^^ keyword.other.section.instar
  calls: {
  ^^^^^ keyword.other.section.instar
    size: (
`);
});

test("a plan is marked by what it means", async () => {
  await check(
    `
Upgrade plan of src/room.actor in the runtime dev, made at 10:20:30
^^^^^^^^^^^^ entity.name.section.instar-plan
Stale: src/room.actor.ts was written since. Refresh it before you act on it.
^^^^^^ markup.bold.instar-plan
       ^^^^^^^^^^^^^^^^^ markup.changed.stale.instar-plan
An upgrade would go like this. Nothing was begun; a rehearsal also runs the steps.
^^^^^^^^^^ markup.inserted.headline.instar-plan
An upgrade would be refused. Nothing was begun.
^^^^^^^^^^ markup.deleted.headline.instar-plan
Strategy: restart
^^^^^^^^ entity.name.section.instar-plan
          ^^^^^^^ keyword.control.strategy.instar-plan
  hot         no state is lost; 2 processes wait for a moment
  ^^^ keyword.control.strategy.instar-plan
              ^^^^^^^^^^^^^^^^ markup.inserted.instar-plan
  restart     2 processes lose their states: 2 of src/room.actor; they end and are started anew
  ^^^^^^^ keyword.control.strategy.instar-plan
                          ^^^^^^^^^^^^^^^^^ !markup.inserted.instar-plan
                                                  ^^^^^^^^^^^^^^ entity.name.type.module.instar-plan
Modules, in this order
^^^^^^^ markup.heading.instar-plan
  1.  src/room.actor  1 → 2  steps: 1 up
      ^^^^^^^^^^^^^^ entity.name.type.module.instar-plan
                      ^^^^^ constant.numeric.version.instar-plan
                             ^^^^^ keyword.other.instar-plan
                                    ^^^^ entity.name.function.step.instar-plan
Findings against it
  src/room.actor.ts:21:3 error state-changed-no-code-change There is no step.
  ^^^^^^^^^^^^^^^^^^^^^^ markup.underline.link.instar-plan
  ^^^^^^^^^^^^^^ !entity.name.type.module.instar-plan
                         ^^^^^ invalid.illegal.severity.instar-plan
Rehearsal at 10:20:30
  expected pause  3.50 ms, in which 2 states and their messages are converted
                  ^^^^^^^ constant.numeric.duration.instar-plan
    tea    <0.2>  2 → 3  1.50 ms  3 queued  lossless
           ^^^^^ constant.other.pid.instar-plan
                                            ^^^^^^^^ markup.inserted.instar-plan
      before { after: 1 }
      ^^^^^^ keyword.other.instar-plan
             ^^^^^^^^^^^^ string.unquoted.state.instar-plan
    <0.3>         2 → 3  2.00 ms            not lossless
                                            ^^^^^^^^^^^^ markup.deleted.instar-plan
`,
    "text.instar-plan",
  );
});

test("a report is marked in the same way", async () => {
  await check(
    `
Failed. Everything is as it was.
^^^^^^^ markup.deleted.headline.instar-plan
Committed in 12 ms: the new code serves.
^^^^^^^^^ markup.inserted.headline.instar-plan
Errors
^^^^^^ markup.heading.instar-plan
  INSTAR_CODE_CHANGE_FAILED in src/room.actor, process tea <0.2> at src/room.actor.ts:3:5
  ^^^^^^^^^^^^^^^^^^^^^^^^^ invalid.illegal.code.instar-plan
                               ^^^^^^^^^^^^^^ entity.name.type.module.instar-plan
                                                           ^^^^^ constant.other.pid.instar-plan
                                                                    ^^^^^^^^^^^^^^^^^^^^^ markup.underline.link.instar-plan
    Error: it threw
    ^^^^^ !markup.heading.instar-plan
`,
    "text.instar-plan",
  );
});

test("the state of a process is marked as the literal that it is, with pids in it", async () => {
  await check(
    `
// <0.2> (src/room.actor) of dev, at 10:20:30
^^ punctuation.definition.comment.ts
{ title: 'lobby', members: [ <0.3>, <0.4> ], posted: 12 }
  ^^^^^ meta.object-literal.key.ts
         ^^^^^^^ string.quoted.single.ts
                             ^^^^^ constant.other.pid.instar-state
                                    ^^^^^ constant.other.pid.instar-state
                                                     ^^ constant.numeric.decimal.ts
`,
    "source.instar-state",
  );
});

async function check(annotated: string, scopeName = "source.ts"): Promise<void> {
  const grammar = await load(scopeName);
  let stack = textmate.INITIAL;
  let tokens: textmate.IToken[] = [];
  let code = "";
  let checked = 0;
  for (const line of annotated.split("\n").slice(1)) {
    const note = /^( *)(\^+) (!?)([\w.-]+)$/.exec(line);
    if (note === null) {
      code = line;
      const result = grammar.tokenizeLine(line, stack);
      ({ tokens } = result);
      stack = result.ruleStack;
      continue;
    }
    const [, indent, carets, not, scope] = note as unknown as [string, string, string, string, string];
    for (let column = indent.length; column < indent.length + carets.length; column++) {
      const scopes = tokens.find(({ startIndex, endIndex }) => startIndex <= column && column < endIndex)?.scopes ?? [];
      const has = scopes.flatMap((one) => one.split(" ")).includes(scope);
      assert.equal(has, not === "", `"${code[column]}" in\n${code}\n${line}\nhas the scopes ${scopes.join(" ")}`);
    }
    checked++;
  }
  assert.ok(checked > 0, "the fixture has no carets");
}

async function load(scopeName: string): Promise<textmate.IGrammar> {
  const grammar = await (await registry()).loadGrammar(scopeName);
  assert.ok(grammar);
  return grammar;
}

let shared: Promise<textmate.Registry> | undefined;

function registry(): Promise<textmate.Registry> {
  shared ??= (async () => {
    const wasm = await readFile(require.resolve("vscode-oniguruma/release/onig.wasm"));
    await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
    const { grammars } = manifest.contributes;
    const typescript: Record<string, string> = { "source.ts": "typescript", "source.tsx": "tsx" };
    return new textmate.Registry({
      onigLib: Promise.resolve({
        createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
        createOnigString: (text) => new oniguruma.OnigString(text),
      }),
      async loadGrammar(name) {
        const own = grammars.find((grammar) => grammar.scopeName === name);
        const path =
          own !== undefined
            ? new URL(own.path, root)
            : name in typescript
              ? require.resolve(`tm-grammars/grammars/${typescript[name]}.json`)
              : null;
        return path === null ? null : textmate.parseRawGrammar(await readFile(path, "utf8"), `${name}.json`);
      },
      getInjections: (name) => grammars.filter(({ injectTo }) => injectTo?.includes(name)).map((grammar) => grammar.scopeName),
    });
  })();
  return shared;
}
