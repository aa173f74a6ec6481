/**
 * The same measurements for xstate 5, with its lightest kind of actor. It has neither a mailbox between sender and receiver nor a reply:
 * `send` runs the transition in the sender's stack, and a call is a `send` with a function that the transition calls.
 */
import { createActor, fromTransition } from "xstate";
import { bytesEach, clients, perSecond, runProgram } from "./program.ts";
import { calls, population, starts } from "./sizes.ts";

const logic = fromTransition((count, event) => {
  event.reply?.(count + 1);
  return count + 1;
}, 0);
const counter = () => createActor(logic).start();
const ask = (actor) => new Promise((reply) => actor.send({ type: "ping", reply }));
const tell = { type: "tell" };
const burst = (actor, size) => {
  for (let i = 0; i < size; i++) actor.send(tell);
};

await runProgram({
  call: () => {
    const actor = counter();
    return perSecond(calls, () => clients(1, calls, () => ask(actor)));
  },
  "call-100": () => {
    const actor = counter();
    return perSecond(calls, () => clients(100, calls / 100, () => ask(actor)));
  },
  "cast-1000": () => {
    const actor = counter();
    return perSecond(calls, async () => {
      for (let i = 0; i < calls / 1000; i++) {
        burst(actor, 1000);
        await ask(actor);
      }
    });
  },
  "cast-million": () => {
    const actor = counter();
    return perSecond(1_000_000, () => {
      burst(actor, 1_000_000);
      return ask(actor);
    });
  },
  start: () => {
    let kept = [];
    return perSecond(starts, () => {
      kept = [];
      for (let i = 0; i < starts; i++) kept.push(counter());
    });
  },
  memory: () => bytesEach(population, counter),
});
