/** OTP's scenario about what a caller sees when a call does not simply return, played against the runtime. */
import { actor, type ExitReason } from "../../runtime/src/index.ts";
import { live } from "../../runtime/src/system.ts";
import { testSystem } from "../../runtime/src/testing.ts";
import { gate } from "../support/load-version.ts";
import { outcome, reasonOf, type Play } from "./oracle.ts";

interface Doer {
  init(how?: () => unknown): unknown;
  calls: { do(what: () => unknown): unknown; stop(reason: ExitReason): unknown; self(): unknown; wait(until: Promise<unknown>): unknown };
  casts: { x(): void };
}

const doer = actor<Doer>({
  vsn: 1,
  init: (how) => how?.() ?? "state",
  calls: {
    do: ({ reply }, what) => reply(what()),
    stop: ({ stop }, reason) => stop(reason),
    self: async ({ self, reply }) => reply(await self.pid.call("do", () => 1)),
    wait: async ({ reply }, until) => {
      await until;
      return reply("late");
    },
  },
  casts: { x: ({ next }) => next() },
});

const bare = actor<Doer>({
  vsn: 1,
  init: () => "state",
  calls: {
    do: () => "garbage" as never,
    stop: ({ stop }) => stop("normal"),
    self: () => "garbage" as never,
    wait: () => "garbage" as never,
  },
  casts: { x: ({ next }) => next() },
});

export const calls: Record<string, Play> = {
  async s26_call_exits(see) {
    const { system, clock } = testSystem();
    const make = () => system.start(doer);
    const stopping = async (reason: ExitReason) => outcome((await make()).call("stop", reason));
    const doing = async (what: () => unknown) => outcome((await make()).call("do", what));

    const dead = await make();
    live(system).processes.get(dead.id)!.kill();
    see.same(1, await outcome(dead.call("do", () => 1)));
    see.differs(2, system.whereis("no_such_name"), null, "a name is looked up first, and null says that nobody has it");
    see.none(3, "one node");
    dead.cast("x");
    see.same(4, ["ok", "ok"]);
    const slow = await make();
    const { opened, open } = gate();
    const late = outcome(slow.withTimeout(100).call("wait", opened));
    await clock.advance(100);
    see.same(5, await late);
    open();
    await clock.settle();
    see.same(6, []);
    see.same(7, await outcome((await make()).call("self")));
    see.same(8, await stopping("normal"));
    see.same(9, await stopping("shutdown"));
    see.same(10, await stopping({ shutdown: "x" }));
    see.same(11, await stopping("boom"));
    see.none(12, "a later issue: a reply together with a stop");
    const killed = await make();
    const waiting = outcome(killed.call("wait", new Promise(() => {})));
    await clock.settle();
    live(system).processes.get(killed.id)!.kill();
    see.same(13, await waiting);
    see.same(14, await doing(() => thrown(new Error("e"))));
    see.differs(
      15,
      reasonText(await doing(() => thrown("e"))),
      "a value that is not an Error was thrown: e",
      "every crash has a stack, so a bare value is wrapped in an error",
    );
    see.none([16, 17], "a thrown value is always a crash here, never a result");
    see.same(18, await outcome((await system.start(bare)).call("do", () => 1)), (observed: [string, string, [unknown[]]]) => [
      observed[0],
      observed[1],
      observed[2][0][0],
    ]);
    const later = await make();
    const gateOpen = gate();
    const reply = outcome(later.call("wait", gateOpen.opened));
    gateOpen.open();
    see.differs(19, await reply, ["returned", "late"], "the same by an async handler; this one says late");
    const init = await outcome(system.start(doer, { args: [() => thrown(new Error("e"))] }));
    see.differs(
      20,
      init,
      ["raised", "exit", ["crash", "e"]],
      "init returns the state or throws; start rejects with the reason. There is no ignore",
    );
  },
};

function reasonText(raised: unknown): unknown {
  const [, , reason] = raised as [string, string, unknown];
  return Array.isArray(reason) ? reason[1] : reasonOf(reason);
}

function thrown(value: unknown): never {
  throw value;
}
