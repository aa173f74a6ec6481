/** The same measurements for nact 7. */
import nact from "nact";
import { bytesEach, clients, perSecond, runProgram } from "./program.ts";
import { calls, population, starts } from "./sizes.ts";

const { dispatch, query, spawn, start, stop } = nact;
const minute = 60_000;
let system = start();
let named = 0;
const counter = () =>
  spawn(
    system,
    (count, message) => {
      if (message.sender !== null) dispatch(message.sender, count + 1);
      return count + 1;
    },
    // Its own names are random and collide.
    `counter-${named++}`,
    { initialState: 0 },
  );
const ask = (actor) => query(actor, (sender) => ({ sender }), minute);
const tell = { sender: null };

/** A call after a burst, which is answered when the burst has been handled. */
const burst = (actor, size) => {
  for (let i = 0; i < size; i++) dispatch(actor, tell);
  return ask(actor);
};

// One message for each turn of the event loop, so a tenth of it takes long enough.
const few = calls / 10;

await runProgram({
  call: () => {
    const actor = counter();
    return perSecond(few, () => clients(1, few, () => ask(actor)));
  },
  "call-100": () => {
    const actor = counter();
    return perSecond(few, () => clients(100, few / 100, () => ask(actor)));
  },
  "cast-1000": () => {
    const actor = counter();
    return perSecond(few, () => clients(1, few / 1000, () => burst(actor, 1000)));
  },
  "cast-million": () => {
    const actor = counter();
    // Linear in the size, and a whole million takes seconds.
    return perSecond(100_000, () => burst(actor, 100_000));
  },
  start: () =>
    perSecond(starts, () => {
      stop(system);
      system = start();
      for (let i = 0; i < starts; i++) counter();
    }),
  memory: () => bytesEach(population, counter),
});
