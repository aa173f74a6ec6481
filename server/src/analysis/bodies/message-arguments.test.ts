/** Which arguments of messages can be made optional where they are written, and where that would be said. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";

const module = (protocol: string, handlers: string) =>
  `interface Room { init(): null; ${protocol} }\nexport default actor<Room>({ vsn: 1, init: () => null, ${handlers} });`;

const cases: Record<string, readonly [text: string, ...found: string[]]> = {
  "both are written out": [
    module("casts: { say(text: string, from: string): void };", "casts: { say: ({ next }, text, from) => next() }"),
    "casts.say[0] text?, handled",
    "casts.say[1] from?, handled",
  ],
  "a handler that does not look at it": [
    module("infos: { tick(count: number): void };", "infos: { tick: ({ next }) => next() }"),
    "infos.tick[0] count?",
  ],
  "what is there already": [
    module("casts: { say(text?: string): void };", "casts: { say({ next }, text = 'a') { return next(); } }"),
    "casts.say[0] text",
  ],
  "a handler with a name": [
    `const say = (context, text) => context.next();\n${module("casts: { say(text: string): void };", "casts: { say }")}`,
    "casts.say[0] text?, handled",
  ],
  "a handler that takes it apart": [module("casts: { say(line: Line): void };", "casts: { say: ({ next }, { text }) => next() }")],
  "a handler that takes all": [module("casts: { say(text: string): void };", "casts: { say: ({ next }, ...all) => next() }")],
  "any number of arguments": [module("casts: { say(...all: string[]): void };", "casts: { say: ({ next }, one) => next() }")],
  "several signatures": [
    module("calls: { get(a: string): string; get(a: number): number };", "calls: { get: ({ reply }, a) => reply(a) }"),
  ],
  "a handler from elsewhere": [`import { say } from "./say.ts";\n${module("casts: { say(text: string): void };", "casts: { say }")}`],
  "a protocol from elsewhere": [
    'import type { Room } from "./room.ts";\nexport default actor<Room>({ casts: { say: ({ next }, text) => next() } });',
  ],
  "no actor": ["interface Room { casts: { say(text: string): void } }"],
};

describe("messageArguments", () => {
  for (const [name, [text, ...expected]] of Object.entries(cases)) {
    test(name, () => {
      const found = collectBodies("/a.ts", text, ["messageArguments"]).messageArguments ?? [];
      assert.deepEqual(
        found.map(
          ({ section, message, index, name: argument, declared, handled }) =>
            `${section}.${message}[${index}] ${argument}${declared === null ? "" : "?"}${handled === null ? "" : ", handled"}`,
        ),
        expected,
      );
    });
  }
});
