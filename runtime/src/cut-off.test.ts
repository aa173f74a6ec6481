/** A handler whose process was ended under it: its code runs on, since nothing can stop it, and sends nothing any more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { actor, exit, stop, type Pid } from "./index.ts";
import { testSystem } from "./testing.ts";

interface Listener {
  init(): readonly string[];
  calls: { heard(): readonly string[] };
  casts: { hear(text: string): void };
}

interface Speaker {
  init(): null;
  casts: {
    speak(to: Pid<Listener>, gate: Promise<void>, tried: (outcome: unknown) => void): void;
    leave(to: Pid<Listener>, gate: Promise<void>): void;
  };
}

const listener = actor<Listener>({
  vsn: 1,
  init: () => [],
  calls: { heard: ({ state, reply }) => reply(state) },
  casts: { hear: ({ state, next }, text) => next([...state, text]) },
});

const speaker = actor<Speaker>({
  vsn: 1,
  init: () => null,
  casts: {
    speak: async ({ next }, to, gate, tried) => {
      to.cast("hear", "before");
      await gate;
      to.cast("hear", "after");
      tried(await to.call("heard").catch((error: unknown) => error));
      return next();
    },
    leave: ({ next }, to, gate) => {
      void gate.then(() => to.cast("hear", "left behind"));
      return next();
    },
  },
});

test("what a killed process was about to send is not sent, as in OTP, where it does not run any more", async () => {
  const { system, clock } = testSystem();
  const to = await system.start(listener);
  const pid = await system.start(speaker);
  const { promise: gate, resolve: open } = withResolvers<void>();
  const { promise: tried, resolve } = withResolvers<unknown>();
  pid.cast("speak", to, gate, resolve);
  await clock.settle();
  exit(pid, "kill");
  open();
  const { code, message } = (await tried) as { code: string; message: string };
  assert.equal(code, "INSTAR_NOPROC");
  assert.match(message, /was not sent: <0\.\d+>.*has ended: killed/);
  assert.deepEqual(await to.call("heard"), ["before"]);
});

test("what a handler has left behind that came to its end is sent, also when its process has ended since", async () => {
  const { system, clock } = testSystem();
  const to = await system.start(listener);
  const pid = await system.start(speaker);
  const { promise: gate, resolve: open } = withResolvers<void>();
  pid.cast("leave", to, gate);
  await clock.settle();
  await stop(pid);
  open();
  await clock.settle();
  assert.deepEqual(await to.call("heard"), ["left behind"]);
});

function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}
