/** Type tests of the public API, checked by `tsc --noEmit`: each `@ts-expect-error` is a claim that the next line does not compile. */
import { actor, child, drop, irreversible, start, supervisor, whereis, type Pid, type StateOf } from "./index.ts";
import room, { type Room, type State } from "./room.test-d.ts";
import user, { type User } from "./user.test-d.ts";

export async function uses(): Promise<void> {
  const tea = await start(room, { args: ["tea"], name: "tea-room" });
  const ann = await start(user, { args: ["ann"] });

  const size: number = await tea.call("size");
  const greeting: string = await tea.call("join", ann);
  const other: number = await ann.call("roomSize");
  const soon: number = await tea.withTimeout(100).call("size");
  ann.cast("enter", tea);
  tea.cast("say", "hi");
  const found: Pid<Room> | null = whereis<Room>("tea-room");
  const topic: StateOf<Room>["topic"] = "tea";
  void [size, greeting, other, soon, found, topic];

  // @ts-expect-error an argument of another type
  tea.cast("say", 1);
  // @ts-expect-error one argument too many
  tea.cast("say", "hi", "there");
  // @ts-expect-error an argument is missing
  void tea.call("join");
  // @ts-expect-error no such cast
  tea.cast("sya", "hi");
  // @ts-expect-error no such call
  void tea.call("sise");
  // @ts-expect-error a cast is not a call
  void tea.call("say", "hi");
  // @ts-expect-error infos are not for other processes
  tea.cast("tick", 1);
  // @ts-expect-error the reply is a number
  const text: string = await tea.call("size");
  // @ts-expect-error a call with another limit is as typed
  void tea.withTimeout(100).call("sise");
  // @ts-expect-error init wants one argument
  void start(user, { args: [] });
  // @ts-expect-error of type string
  void start(user, { args: [1] });
  // @ts-expect-error so it cannot be left out
  void start(user);
  // @ts-expect-error a user is not a room
  ann.cast("enter", ann);
  void text;
}

actor<Room>({
  vsn: 1,
  init: (name) => ({ topic: name, members: [], log: [] }),
  calls: {
    // @ts-expect-error the reply is a number
    size: ({ reply }) => reply("x"),
    // @ts-expect-error the state has no field `nope`
    join: ({ state, reply }) => reply("x", { ...state, nope: 1 }),
  },
  casts: {
    // @ts-expect-error a handler returns next(…) or stop(…), not the state
    say: ({ state }) => state,
    split: ({ next }) => next(),
  },
  infos: {
    tick: ({ self, next }) => {
      // @ts-expect-error no such info
      self.sendAfter(1, "tikc", 1);
      // @ts-expect-error with a number
      self.sendAfter(1, "tick", "1");
      return next();
    },
  },
});

actor<Room>({
  vsn: 1,
  init: (name) => ({ topic: name, members: [], log: [] }),
  // @ts-expect-error the handler of `join` is missing
  calls: { size: ({ reply }) => reply(1) },
  casts: { say: ({ next }) => next(), split: ({ next }) => next() },
  infos: { tick: ({ next }) => next() },
});

// @ts-expect-error the infos are missing
actor<Room>({
  vsn: 1,
  init: (name) => ({ topic: name, members: [], log: [] }),
  calls: { size: ({ reply }) => reply(1), join: ({ reply }) => reply("x") },
  casts: { say: ({ next }) => next(), split: ({ next }) => next() },
});

actor<Room>({
  vsn: 1,
  // @ts-expect-error init returns the state
  init: (name) => ({ subject: name }),
  calls: {
    // @ts-expect-error a call is answered: next() would leave the caller waiting
    size: ({ next }) => next(),
    // @ts-expect-error the bare reply
    join: () => "x",
  },
  casts: {
    // @ts-expect-error no return at all
    say: () => {},
    // @ts-expect-error nobody waits for a reply to a cast
    split: ({ reply }) => reply(1),
  },
  infos: { tick: ({ next }) => next() },
});

actor<Room>({
  vsn: 1,
  init: (name) => ({ topic: name, members: [], log: [] }),
  calls: {
    size: ({ reply }) => reply(1),
    join: ({ reply }) => reply("x"),
    // @ts-expect-error a handler that the protocol does not name
    leave: () => undefined,
  },
  casts: { say: ({ next }) => next(), split: ({ stop }) => stop("normal") },
  infos: { tick: async ({ next }) => next() },
});

export interface Tiny {
  init(): number;
  calls: { get(): number };
}

/** No casts, no infos, no arguments; the state is not an object. */
const tiny = actor<Tiny>({
  vsn: 3,
  init: async () => 0,
  calls: { get: async ({ state, reply }) => reply(state, state + 1) },
  codeChange: {
    1: { up: (old: string): number => old.length, down: irreversible("the text is gone"), messages: { get: drop("asked for a text") } },
    2: {
      up: (old: number, extra?: unknown): number => old + Number(extra),
      down: (state: number): number => state,
      messages: { get: (unit: string) => [unit, 1], put: { up: (n: number) => [n, n], down: drop("cannot be undone") } },
    },
  },
});

actor<Tiny>({
  vsn: 1,
  init: () => 0,
  calls: { get: ({ reply }) => reply(0) },
  // @ts-expect-error a handler in a section that the protocol does not have
  casts: { put: () => undefined },
  infos: {},
});

actor<Tiny>({
  vsn: 2,
  init: () => 0,
  calls: { get: ({ reply }) => reply(0) },
  codeChange: {
    // @ts-expect-error a step says what the way back is
    1: { up: (old: number): number => old },
  },
});

actor<Tiny>({
  vsn: 2,
  init: () => 0,
  calls: { get: ({ reply }) => reply(0) },
  codeChange: {
    1: {
      up: (old: number): number => old,
      down: (state: number): number => state,
      // @ts-expect-error a translation returns the list of the new arguments
      messages: { get: (n: number) => n },
    },
  },
});

export const app = supervisor({
  strategy: "one_for_one",
  intensity: { restarts: 3, within: 5000 },
  children: [
    child(tiny, { id: "tiny" }),
    child(room, { id: "tea", args: ["tea"], name: "tea-room", restart: "transient", shutdown: "brutalKill" }),
    child(supervisor({ children: [] }), { id: "below" }),
  ],
});
supervisor({
  children: [
    // @ts-expect-error init wants a topic
    child(room, { id: "coffee" }),
    // @ts-expect-error of type string
    child(room, { id: "milk", args: [1] }),
    // @ts-expect-error no such restart type
    child(tiny, { id: "tiny2", restart: "always" }),
  ],
});

export async function starts(): Promise<void> {
  const zero: number = await (await start(tiny)).call("get");
  const children = await (await start(app, { name: "app" })).call("whichChildren");
  const first: string | undefined = children[0]?.id;
  void [zero, first];
  const state: State = { topic: "", members: [], log: [] };
  // @ts-expect-error states are readonly where they say so
  state.topic = "x";
  const someone: Pid<User> = await start(user, { args: ["bo"] });
  // @ts-expect-error pids of different protocols are different types
  const somewhere: Pid<Room> = someone;
  void somewhere;
}

export interface Lenient {
  init(from?: number): number;
}

/** Arguments that may be left out. */
export async function optional(): Promise<void> {
  const lenient = actor<Lenient>({ vsn: 1, init: (from = 0) => from });
  await start(lenient);
  await start(lenient, { name: "x" });
  await start(lenient, { args: [] });
  await start(lenient, { args: [1] });
  // @ts-expect-error of type number
  await start(lenient, { args: ["1"] });
  child(lenient, { id: "lenient" });
}
