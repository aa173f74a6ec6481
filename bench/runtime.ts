/**
 * What the runtime costs, as ratios of one run: a call against the bare `await` that it cannot do without, and an upgrade of many processes
 * against a handler's turn of the event loop. `npm run bench -- runtime` prints it. Figures of two machines, or of two runs, do not compare.
 */
import { actor, createSystem } from "../runtime/src/index.ts";
import { change } from "../test/support/load-version.ts";
import { upgrade } from "../runtime/src/internal.ts";
import { median, row, table } from "./measure.ts";

interface CounterV1 {
  init(): { readonly count: number };
  calls: { add(n: number): number };
}
interface CounterV2 {
  init(): { readonly count: number; readonly step: number };
  calls: { add(n: number): number };
}

const v1 = actor<CounterV1>({
  vsn: 1,
  init: () => ({ count: 0 }),
  calls: { add: ({ state, reply }, n) => reply(state.count + n, { count: state.count + n }) },
});
const v2 = actor<CounterV2>({
  vsn: 2,
  init: () => ({ count: 0, step: 1 }),
  calls: { add: ({ state, reply }, n) => reply(state.count + n, { ...state, count: state.count + n }) },
  codeChange: {
    1: {
      up: (old: { count: number }) => ({ count: old.count, step: 1 }),
      down: (state: { count: number }) => ({ count: state.count }),
    },
  },
});

const rounds = 100_000;
const system = createSystem({});
const pid = await system.start(v1, { args: [] });

const floor = await median(7, async () => {
  for (let i = 0; i < rounds; i += 1) await Promise.resolve(i);
});
const calls = await median(7, async () => {
  for (let i = 0; i < rounds; i += 1) await pid.call("add", 1);
});

const population = 10_000;
const crowd = createSystem({});
for (let i = 1; i < population; i += 1) await crowd.start(v1, { args: [] });
const report = await upgrade(crowd, [change(v1, v2)]);
if (report.outcome !== "committed") throw new Error(report.errors.map(({ message }) => message).join("\n"));

table("runtime", [
  row(
    "call and reply, one client",
    calls / floor,
    `times a bare await; ${Math.round(rounds / (calls / 1000)).toLocaleString("en")} per second`,
  ),
  row("commit of 10,000 processes", report.time.commit / report.time.convert, "of the time that computing their new states takes"),
  row("upgrade of 10,000 processes", report.time.total, "milliseconds from request to commit"),
]);
process.exit(0);
