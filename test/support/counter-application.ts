/** A counter under a supervisor, for tests of the dev runtime: two processes, and signals to the application that make one of them do things. */
import type { UpgradeReport } from "../../runtime/src/protocol.ts";
import type { TestClient } from "./dev-project.ts";

/** A counter whose state has the field `n`, from version 2 on also `step`; signals to the application make it do things. */
export const app = `
import { child, supervisor, whereis } from "instar";
import counter, { type Counter } from "./counter.actor";
for (const [signal, name] of [["SIGUSR2", "add"], ["SIGWINCH", "spin"], ["SIGCONT", "wait"]] as const) {
  process.on(signal, () => whereis<Counter>("counter")?.cast(name));
}
process.on("SIGPIPE", () => {
  whereis<Counter>("other")?.cast("add");
  whereis<Counter>("counter")?.cast("spin");
  for (let n = 0; n < 2; n++) whereis<Counter>("other")?.cast("add");
});
export default supervisor({ children: [child(counter, { id: "counter", name: "counter", args: [5] }), child(counter, { id: "other", name: "other", args: [7] })] });
`;

export const counter = (vsn: number, more = "", { state = "{ n }", add = "({ ...state, n: state.n + 1 })" } = {}): string => `
import { existsSync } from "node:fs";
import { actor } from "instar";
interface State { readonly n: number; readonly step?: number }
export interface Counter { init(n: number): State; casts: { add(): void; spin(): void; wait(): void }; infos: { exit(): void } }
export default actor<Counter>({
  vsn: ${vsn}, trapExit: true,
  init: (n) => (${state}),
  casts: {
    add: ({ state, next }) => next(${add}),
    spin: ({ next }) => { console.log("spinning"); while (!existsSync("stop-spinning")); return next(); },
    wait: async ({ next }) => { await new Promise(() => {}); return next(); },
  },
  infos: { exit: ({ next }) => next() }, terminate: () => console.log("terminated"),
  ${more}
});
`;

export const steps = "codeChange: { 1: { up: (s: State) => ({ ...s, step: 1 }), down: (s: State) => ({ n: s.n }) } },";
export const files = { "src/app.ts": app, "src/counter.actor.ts": counter(1) };

/** All that a client can see. */
export async function everything(client: TestClient): Promise<unknown> {
  const { processes } = await client.request("processes/list");
  const states = await Promise.all(processes.map(({ pid }) => client.request("processes/state", { pid })));
  return { processes, states, ...(await client.request("modules/list")) };
}

export function summary({ outcome, modules, processes }: UpgradeReport): [string, string[], (string | null)[]] {
  return [outcome, modules.map(({ id, from, to, kind }) => `${id} ${from} → ${to} ${kind}`), processes.map(({ after }) => after)];
}

export function codes({ outcome, errors }: UpgradeReport): [string, string | undefined] {
  return [outcome, errors[0]?.code];
}
