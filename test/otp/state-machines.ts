/** OTP's scenario about `gen_statem` and code change, played against the runtime's state machines. */
import { stateMachine, type Actor, type CodeChange } from "../../runtime/src/index.ts";
import { stateOf, upgrade } from "../../runtime/src/internal.ts";
import { testSystem } from "../../runtime/src/testing.ts";
import { change } from "../support/load-version.ts";
import type { Play } from "./oracle.ts";

interface Statem {
  init(): { readonly state: Name; readonly data: unknown };
  calls: { get(): unknown };
  casts: { become(next: Name): void; postpone(): void };
}
/** OTP's `{was, idle}`, since names are texts here. */
type Name = "idle" | "was:idle" | "next";

/** @param code Which of OTP's two versions of the module it stands for. */
function statem(vsn: number, code: 1 | 2, codeChange: CodeChange = {}): Actor<Statem> {
  return stateMachine<Statem>({
    vsn,
    codeChange,
    init: () => ({ state: "idle", data: ["d", code, 0] }),
    states: { idle: { casts: { postpone: ({ postpone }) => postpone() } }, "was:idle": {}, next: {} },
    any: {
      calls: { get: ({ state, data, reply }) => reply([...seen({ state, data }), "code", code]) },
      casts: {
        become: ({ goto }, next) => goto(next, ["d", code, next]),
        postpone: ({ state, data, keep }) => keep(["postponed_run_in", state, code, data]),
      },
    },
  });
}

const seen = ({ state, data }: { readonly state: string; readonly data: unknown }): unknown[] => [
  state.includes(":") ? state.split(":") : state,
  data,
];

export const stateMachines: Record<string, Play> = {
  async s29_statem_code_change(see) {
    const { system, clock } = testSystem();
    const module = statem(1, 1);
    const pid = await system.start(module);
    pid.cast("postpone");
    await clock.settle();
    const state = (): unknown => seen(stateOf(system, pid.id)?.json as { state: string; data: unknown });
    const to = (vsn: number, up: (old: { state: Name; data: unknown }, extra: unknown) => unknown) =>
      upgrade(system, [change(module, statem(vsn, 2, { [vsn - 1]: { up, down: () => null } }))], { extra: "ex" });

    const report = await to(2, ({ state: name, data }, extra) => ({ state: `was:${name}`, data: [data, extra] }));
    see.same(1, report.outcome === "committed" ? "ok" : report);
    see.differs(
      2,
      state(),
      [
        ["was", "idle"],
        [["d", 1, 0], "ex"],
      ],
      "a step knows by its number which version it starts from; both the state and its data are new, as in OTP",
    );
    const refused = "a failing step changes nothing, and the process goes on in the old code with the old state; ";
    for (const [n, result, code, why] of [
      [3, "garbage", "INSTAR_CODE_CHANGE_RESULT", "the report says what was returned"],
      [4, { ok: "d" }, "INSTAR_STATE_INVALID", "what an actor's step returns is no { state, data }"],
      [5, { error: "r" }, "INSTAR_STATE_INVALID", "a step fails by throwing, and what else is no { state, data } is refused"],
    ] as const) {
      const { outcome, errors } = await to(3, () => result);
      see.differs(n, [outcome, errors.map((error) => error.code)], ["failed", [code]], refused + why);
    }
    const bare = await to(3, () => ({ state: "idle", data: "dd" }));
    see.same(6, bare.outcome === "committed" ? "ok" : bare);
    see.same(7, state());
    see.same(8, await pid.call("get"));
    pid.cast("become", "next");
    await clock.settle();
    see.same(9, state());
  },
};
