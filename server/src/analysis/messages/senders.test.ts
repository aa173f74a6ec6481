/** Who counts as the sender of a message: by what the type checker knows of the receiver, never by a name alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FixtureProject } from "../../../../test/support/fixture.ts";

const room = (messages: string, handlers: string) => `import { actor } from "instar";

export interface Room {
  init(): { readonly size: number };
  ${messages}
}

export default actor<Room>({ vsn: ${messages === "" ? 1 : 2}, init: () => ({ size: 0 }), ${handlers} });
`;

/** A file of the workspace beside the room, and whether it is said to send the new message. */
const cases: Record<string, { readonly code: string; readonly sends: "sent here" | "may be sent here" | null }> = {
  "a pid by its declared type": {
    code: `import type { Pid } from "instar";
import type { Room } from "./room.actor.ts";
export const clear = (room: Pid<Room>) => room.cast("clear");`,
    sends: "sent here",
  },
  "a pid that was started": {
    code: `import { start } from "instar";
import room from "./room.actor.ts";
export const clear = async () => (await start(room)).cast("clear");`,
    sends: "sent here",
  },
  "a name that may be nobody's": {
    code: `import { whereis } from "instar";
import type { Room } from "./room.actor.ts";
export const clear = () => whereis<Room>("room")?.cast("clear");`,
    sends: "sent here",
  },
  "one of two receivers": {
    code: `import type { Pid } from "instar";
import type { Room } from "./room.actor.ts";
interface Other { init(): null; casts: { clear(): void } }
export const clear = (either: Pid<Room> | Pid<Other>) => (either as Pid<Room>).cast("clear");`,
    sends: "sent here",
  },
  "nobody knows whom": {
    code: `export const clear = (room: any) => room.cast("clear");`,
    sends: "may be sent here",
  },
  "another actor's message": {
    code: `import type { Pid } from "instar";
interface Other { init(): null; casts: { clear(): void } }
export const clear = (other: Pid<Other>) => other.cast("clear");`,
    sends: null,
  },
  "an actor of the same name": {
    code: `import { actor, type Pid } from "instar";
export interface Room { init(): null; casts: { clear(): void; all(rooms: readonly Pid<Room>[]): void } }
export default actor<Room>({ vsn: 1, init: () => null, casts: {
  clear: ({ next }) => next(),
  all: ({ next }, rooms) => { for (const room of rooms) room.cast("clear"); return next(); },
} });`,
    sends: null,
  },
  "a method that is called the same": {
    code: `export const clear = (shows: { cast(name: string): void }) => shows.cast("clear");`,
    sends: null,
  },
  "a call of that name": {
    code: `import type { Pid } from "instar";
import type { Room } from "./room.actor.ts";
export const clear = (room: Pid<Room>) => room.withTimeout(100).call("size");`,
    sends: null,
  },
};

for (const [name, { code, sends }] of Object.entries(cases)) {
  test(name, () => {
    const project = new FixtureProject();
    project.write("instar.config.json", '{ "preset": "rolling" }');
    project.write("src/room.actor.ts", room("", "").replace("init: () => ({ size: 0 }), ", "init: () => ({ size: 0 }) "));
    project.release();
    const handlers = "calls: { size: ({ state, reply }) => reply(state.size) }, casts: { clear: ({ next }) => next({ size: 0 }) }";
    project.write("src/room.actor.ts", room("calls: { size(): number };\n  casts: { clear(): void };", handlers));
    project.write("src/sender.ts", code);
    const related = project
      .findings()
      .filter(({ rule, items = [] }) => rule === "new-message-to-old-receiver" && items.includes("casts.clear"))
      .flatMap((finding) => finding.related)
      .filter(({ file }) => file.endsWith("/sender.ts"));
    assert.deepEqual(
      related.map(({ message }) => /(?:may be )?sent here/.exec(message)?.[0]),
      sends === null ? [] : [sends],
    );
  });
}

test("an actor's own timer and its own pid count, also where the function was taken out of its object", () => {
  const project = new FixtureProject();
  project.write("instar.config.json", '{ "preset": "rollback" }');
  project.write(
    "src/clock.actor.ts",
    'import { actor } from "instar";\nexport interface Clock { init(): null }\nexport default actor<Clock>({ vsn: 1, init: () => null });\n',
  );
  project.release();
  project.write(
    "src/clock.actor.ts",
    `import { actor, self } from "instar";
export interface Clock { init(): null; casts: { beat(): void }; infos: { tick(): void; tock(): void } }
export default actor<Clock>({
  vsn: 2,
  init: () => { self<Clock>().sendAfter(10, "tick"); return null; },
  casts: { beat: ({ self: { sendAfter }, next }) => { sendAfter(10, "tock"); return next(); } },
  infos: { tick: ({ self, next }) => { self.pid.cast("beat"); return next(); }, tock: ({ next }) => next() },
});
`,
  );
  const found = project.findings().filter(({ rule }) => rule === "new-message-to-old-receiver");
  assert.deepEqual(new Set(found.flatMap(({ items = [] }) => items)), new Set(["casts.beat", "infos.tick", "infos.tock"]));
  assert.ok(found.every(({ severity }) => severity === "error"));
});

/** Files of their own, of which each sends a message of that name, all but some to another process. */
function many(count: number, toRoom: (index: number) => boolean): FixtureProject {
  const project = new FixtureProject();
  const clear = (has: boolean) =>
    room(
      "calls: { size(): number };\n  casts: { clear(): void; stay(): void };",
      "calls: { size: ({ state, reply }) => reply(state.size) },",
    )
      .replace("clear(): void; ", has ? "clear(): void; " : "")
      .replace(" });\n", ` casts: { ${has ? "clear: ({ next }) => next(), " : ""}stay: ({ next }) => next() } });\n`);
  project.write("src/room.actor.ts", clear(true).replace("vsn: 2", "vsn: 1"));
  for (let index = 0; index < count; index += 1)
    project.write(
      `src/sender${String(index).padStart(2, "0")}.ts`,
      `import type { Pid } from "instar";
import type { Room } from "./room.actor.ts";
interface Other { init(): null; casts: { clear(): void } }
export const clear = (room: Pid<Room>, other: Pid<Other>) => ${toRoom(index) ? "room" : "other"}.cast("clear");`,
    );
  project.release();
  project.write("src/room.actor.ts", clear(false));
  return project;
}

test("a message that many send is asked for until somebody does", () => {
  const [all] = many(50, () => true).findings();
  assert.match(all?.message ?? "", /It is sent in `src\/sender00.ts`, `src\/sender01.ts`, `src\/sender02.ts` and 2 more files at least\./);
  const [last] = many(50, (index) => index === 49).findings();
  assert.match(last?.message ?? "", /It is sent in `src\/sender49.ts`\./);
  const [middle] = many(150, (index) => index === 3).findings();
  assert.match(middle?.message ?? "", /It is sent in `src\/sender03.ts` and maybe in others\./);
});
