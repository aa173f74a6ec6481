/**
 * What the bench measures of the runtime itself: messages, starts and memory, by the public API alone. Bundled before it runs, as an
 * application would use the built package; with `--context`, the system follows handlers across `await`.
 */
import { actor, createSystem, start } from "../../runtime/src/index.ts";
import type { Pid } from "../../runtime/src/index.ts";
import { bytesEach, clients, perSecond, runProgram } from "./program.ts";
import { calls, population, starts } from "./sizes.ts";

interface Counter {
  init(): number;
  calls: { ping(): number };
  casts: { tell(): void };
}

const counter = actor<Counter>({
  vsn: 1,
  init: () => 0,
  calls: { ping: ({ state, reply }) => reply(state + 1, state + 1) },
  casts: { tell: ({ state, next }) => next(state + 1) },
});

interface Parent {
  init(): null;
  calls: { start(count: number): null };
}

/** Its children are started together, since without `context` a handler is only known as one up to its first `await`. */
const parent = actor<Parent>({
  vsn: 1,
  init: () => null,
  calls: {
    start: async ({ reply }, count) => {
      const started = Array.from({ length: count }, () => start(counter, { link: true }));
      for (const child of started) await child;
      return reply(null);
    },
  },
});

const context = process.argv.includes("--context");
const newSystem = () => createSystem({ context });
let system = newSystem();

/** The call is answered when the burst has been handled. */
function burst(pid: Pid<Counter>, size: number): Promise<number> {
  for (let i = 0; i < size; i++) pid.cast("tell");
  return pid.withTimeout(Infinity).call("ping");
}

await runProgram({
  async call() {
    const pid = await system.start(counter);
    return await perSecond(calls, () => clients(1, calls, () => pid.call("ping")));
  },
  async "call-100"() {
    const pid = await system.start(counter);
    return await perSecond(calls, () => clients(100, calls / 100, () => pid.call("ping")));
  },
  async "cast-1000"() {
    const pid = await system.start(counter);
    return await perSecond(calls, () => clients(1, calls / 1000, () => burst(pid, 1000)));
  },
  async "cast-million"() {
    const pid = await system.start(counter);
    return await perSecond(1_000_000, async () => void (await burst(pid, 1_000_000)));
  },
  start: () =>
    perSecond(starts, () => {
      system = newSystem();
      return clients(1, starts, () => system.start(counter));
    }),
  "start-linked": () =>
    perSecond(starts, async () => {
      system = newSystem();
      const pid = await system.start(parent);
      return await clients(1, starts / 1000, () => pid.call("start", 1000));
    }),
  memory: () => bytesEach(population, () => system.start(counter)),
});
