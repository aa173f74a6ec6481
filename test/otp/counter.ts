/** The counter that OTP's scenarios upgrade, with the same states: `["v1", n]`, `["v2", n, history]`. */
import { actor, type Actor, type CodeChange, type Pid } from "../../runtime/src/index.ts";

export interface Counter {
  init(): CounterState;
  calls: { get(): unknown; who(): unknown; sleep(until: Promise<unknown>): unknown };
  casts: { add(k: number): void; tell(told: unknown[], x: number): void };
  infos: { tell(told: unknown[], x: number): void };
}

export type CounterState = readonly unknown[];
export type CounterPid = Pid<Counter>;

/** Each version's handlers take only its own states, as OTP's do by pattern matching. */
export function counter(vsn: 1 | 2, codeChange: CodeChange = {}): Actor<Counter> {
  const own = (state: CounterState): CounterState => {
    if (state[0] !== `v${vsn}`) throw new Error("function_clause");
    return state;
  };
  const added = (state: CounterState, k: number): CounterState => {
    const [tag, n, history] = own(state);
    return vsn === 1 ? [tag, Number(n) + k] : [tag, Number(n) + k, [k, ...(history as unknown[])]];
  };
  return actor<Counter>({
    vsn,
    codeChange,
    init: () => (vsn === 1 ? ["v1", 0] : ["v2", 0, []]),
    calls: {
      get: ({ state, reply }) => reply(own(state)),
      who: ({ reply }) => reply(["code", vsn]),
      sleep: async ({ reply }, until) => {
        await until;
        return reply(["slept_in", vsn]);
      },
    },
    casts: {
      add: ({ state, next }, k) => next(added(state, k)),
      tell: ({ next }, told, x) => {
        told.push(["told", vsn, x]);
        return next();
      },
    },
    infos: {
      tell: ({ next }, told, x) => {
        told.push(["told", vsn, x]);
        return next();
      },
    },
  });
}

/** The step between the two, which records what it was given. */
export const recorded: CodeChange = {
  1: {
    up: ([, n]: CounterState, extra?: unknown): CounterState => ["v2", n, [["cc_args", extra]]],
    down: ([, n, history]: CounterState, extra?: unknown): CounterState => ["v1", n, ["cc_args", extra, history]],
  },
};
