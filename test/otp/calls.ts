/** OTP's scenario about what a caller sees when a call does not simply return, played against the runtime. */
import { actor, exit, type ExitReason, type From } from "../../runtime/src/index.ts";
import { testSystem } from "../../runtime/src/testing.ts";
import { gate } from "../support/load-version.ts";
import { outcome, reasonOf, type Play } from "./oracle.ts";

interface Doer {
  init(how?: () => unknown): unknown;
  calls: {
    do(what: () => unknown): unknown;
    stop(reason: ExitReason): unknown;
    stopWithReply(reason: ExitReason, reply: unknown): unknown;
    self(): unknown;
    wait(until: Promise<unknown>): unknown;
    later(take: (from: From<unknown>) => void): unknown;
  };
  casts: { x(): void };
}

const doer = actor<Doer>({
  vsn: 1,
  init: (how) => (how === undefined ? "state" : how()),
  calls: {
    do: ({ reply }, what) => reply(what()),
    stop: ({ stop }, reason) => stop(reason),
    stopWithReply: ({ from, stop }, reason, reply) => {
      from.reply(reply);
      return stop(reason);
    },
    later: ({ from, noReply }, take) => {
      take(from);
      return noReply();
    },
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
    stopWithReply: () => "garbage" as never,
    later: () => "garbage" as never,
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
    exit(dead, "kill");
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
    see.same(12, await outcome((await make()).call("stopWithReply", "boom", "bye")));
    const killed = await make();
    const waiting = outcome(killed.call("wait", new Promise(() => {})));
    await clock.settle();
    exit(killed, "kill");
    see.same(13, await waiting);
    see.same(14, await doing(() => thrown(new Error("e"))));
    see.differs(
      15,
      reasonText(await doing(() => thrown("e"))),
      "a value that is not an Error was thrown: e",
      "every crash has a stack, so a bare value is wrapped in an error",
    );
    const result = ["reply", "via_throw"];
    see.differs(
      16,
      reasonText(await doing(() => thrown(result))),
      "a value that is not an Error was thrown: reply,via_throw",
      "a thrown value is always a crash, never a result",
    );
    see.differs(
      17,
      reasonText(await doing(() => thrown("other"))),
      "a value that is not an Error was thrown: other",
      "a thrown value is always a crash, never a result",
    );
    see.same(18, await outcome((await system.start(bare)).call("do", () => 1)), (observed: [string, string, [unknown[]]]) => [
      observed[0],
      observed[1],
      observed[2][0][0],
    ]);
    see.same(19, await outcome((await make()).call("later", (from) => queueMicrotask(() => from.reply("later")))));
    const starting = async (init: () => unknown) => reasonText(await outcome(system.start(doer, { args: [init] })));
    see.differs(
      20,
      [await starting(() => thrown(new Error("e"))), await starting(() => thrown("e")), await starting(() => undefined)],
      ["e", "a value that is not an Error was thrown: e", "bad_return_value"],
      "init returns the state or throws, and start rejects with the reason. There is no ignore, and any value but nothing is a state",
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
