/**
 * Upgrades of many processes under traffic: 50 clients in a closed loop call processes by turns, and every process gets a state of a new
 * shape. The pause is the longest that one of the clients waited for its answer, or any process took no messages, whichever is longer.
 */
import { actor, createSystem } from "../../runtime/src/index.ts";
import type { Actor, Pid, System } from "../../runtime/src/index.ts";
import { bindHandle, moduleOf, planSteps, upgrade, versionOf, type ModuleChange } from "../../runtime/src/internal.ts";
import { quick, runProgram, typical, type Figures } from "./program.ts";

interface Small {
  init(created: number): { readonly count: number; readonly created: number };
  calls: { ping(): number };
}
interface SmallV2 {
  init(created: number): { readonly count: number; readonly created: number; readonly step: number };
  calls: { ping(): number };
}

const small = () =>
  actor<Small>({
    vsn: 1,
    init: (created) => ({ count: 0, created }),
    calls: { ping: ({ state, reply }) => reply(state.count + 1, { count: state.count + 1, created: state.created }) },
  });
const smallV2 = () =>
  actor<SmallV2>({
    vsn: 2,
    init: (created) => ({ count: 0, created, step: 1 }),
    calls: {
      ping: ({ state, reply }) =>
        reply(state.count + state.step, { count: state.count + state.step, created: state.created, step: state.step }),
    },
    codeChange: {
      1: {
        up: (old: { count: number; created: number }) => ({ count: old.count, created: old.created, step: 1 }),
        down: (state: { count: number; created: number }) => ({ count: state.count, created: state.created }),
      },
    },
  });

interface Item {
  readonly id: number;
  readonly name: string;
  readonly quantity: number;
}
interface ItemV2 extends Item {
  readonly price: number;
}
interface Basket<I> {
  readonly count: number;
  readonly items: readonly I[];
  readonly prices: ReadonlyMap<string, number>;
}
interface Large {
  init(created: number): Basket<Item>;
  calls: { ping(): number };
}
interface LargeV2 {
  init(created: number): Basket<ItemV2>;
  calls: { ping(): number };
}

const newItems = (): Item[] => Array.from({ length: 10 }, (_, id) => ({ id, name: `item ${id}`, quantity: id + 1 }));
const newPrices = (): Map<string, number> =>
  new Map([
    ["small", 1],
    ["medium", 2],
    ["large", 3],
  ]);
const large = () =>
  actor<Large>({
    vsn: 1,
    init: (created) => ({ count: created, items: newItems(), prices: newPrices() }),
    calls: {
      ping: ({ state, reply }) => reply(state.count + 1, { count: state.count + 1, items: state.items, prices: state.prices }),
    },
  });
const largeV2 = () =>
  actor<LargeV2>({
    vsn: 2,
    init: (created) => ({ count: created, items: newItems().map(withPrice), prices: newPrices() }),
    calls: {
      ping: ({ state, reply }) => reply(state.count + 1, { count: state.count + 1, items: state.items, prices: state.prices }),
    },
    codeChange: {
      1: {
        up: (old: Basket<Item>) => ({ count: old.count, items: old.items.map(withPrice), prices: old.prices }),
        down: (state: Basket<ItemV2>) => ({
          count: state.count,
          items: state.items.map(({ id, name, quantity }) => ({ id, name, quantity })),
          prices: state.prices,
        }),
      },
    },
  });
// Written out, as generated steps are: a spread of the item takes many times as long.
const withPrice = ({ id, name, quantity }: Item): ItemV2 => ({ id, name, quantity, price: 0 });

/** Milliseconds: until all processes have their new states, until the report says so, and the pause. */
interface UpgradeFigures {
  readonly total: number;
  readonly reported: number;
  readonly pause: number;
}

const context = process.argv.includes("--context");
/** As where the analysis cannot prove that a step only reads the state. */
const copies = process.argv.includes("--copies");

const measured = (population: number, v1: () => Actor<Small>, v2: () => Actor<SmallV2>) => async (): Promise<Figures> => {
  const runs: UpgradeFigures[] = [];
  for (let i = 0; i < (quick ? 2 : 3); i++) {
    const system = await populated(population, v1());
    globalThis.gc?.();
    // The collection has the compiler throw away most of what it made, so a few small upgrades come first.
    for (let warm = 0; warm < 5; warm++) await once(await populated(4000, v1()), v2());
    runs.push(await once(system, v2()));
  }
  const figure = (name: keyof UpgradeFigures): number => typical(runs.map((run) => run[name]));
  return { total: figure("total"), reported: figure("reported"), pause: figure("pause") };
};

interface Populated {
  readonly system: System;
  readonly module: Actor<Small>;
  readonly pids: readonly Pid<Small>[];
}

async function populated(population: number, module: Actor<Small>): Promise<Populated> {
  const system = createSystem({ context });
  const pids: Pid<Small>[] = [];
  for (let i = 0; i < population; i++) pids.push(await system.start(module, { args: [i] }));
  return { system, module, pids };
}

async function once({ system, module, pids }: Populated, v2: Actor<SmallV2>): Promise<UpgradeFigures> {
  let stopped = false;
  let upgrading = false;
  let longest = 0;
  const client = async (number: number): Promise<void> => {
    for (let i = number; !stopped; i += 7919) {
      const sent = performance.now();
      await pids[i % pids.length]?.call("ping");
      if (upgrading) longest = Math.max(longest, performance.now() - sent);
    }
  };
  const running = Array.from({ length: 50 }, (_, number) => client(number));
  await turns(20);

  upgrading = true;
  const begin = performance.now();
  const report = await upgrade(system, [changeOf(module, v2)]);
  const reported = performance.now() - begin;
  // Until the clients that waited have their answers.
  await turns(2);
  upgrading = false;
  await turns(5);
  stopped = true;
  await Promise.all(running);
  if (report.outcome !== "committed") throw new Error(report.errors.map(({ message }) => message).join("\n"));
  const { total } = report.time;
  return { total, reported, pause: report.processes.reduce((most, { pause }) => Math.max(most, pause), longest) };
}

function changeOf(v1: Actor<Small>, v2: Actor<SmallV2>): ModuleChange {
  const module = moduleOf(v1);
  const to = versionOf(v2, { load: module.current.load + 1 });
  bindHandle(v2, module);
  const plan = planSteps({ module, to });
  if (!plan.ok) throw new Error(plan.error.message);
  return { module, to, kind: plan.kind, steps: plan.steps, readsOnly: !copies };
}

/** Turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

const asSmall = large as unknown as typeof small;
const asSmallV2 = largeV2 as unknown as typeof smallV2;

await runProgram({
  "upgrade-10000-small": measured(10_000, small, smallV2),
  "upgrade-10000-large": measured(10_000, asSmall, asSmallV2),
  "upgrade-100000-small": measured(100_000, small, smallV2),
  "upgrade-100000-large": measured(100_000, asSmall, asSmallV2),
});
