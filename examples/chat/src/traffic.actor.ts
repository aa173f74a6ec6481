/**
 * The load: on each tick it sends casts and calls to all rooms and enters in its ledger what comes back, so that a message that an
 * upgrade loses, duplicates or reorders is seen. A few calls to each room are open at nearly all times.
 */
import { existsSync } from "node:fs";
import { actor, whereis, type Self } from "instar";
import { answered, close, delivered, failed, openLedger, sent, totals, type Ledger, type Totals } from "./ledger.ts";
import type { Presence } from "./presence.actor.ts";
import type { Room } from "./room.actor.ts";
import type { User } from "./user.actor.ts";

/** Between two ticks, in milliseconds. */
const interval = 5;
/** Calls to one room that are open at once. */
const openCalls = 4;
/** Casts to one room on each tick. */
const casts = 2;

export interface State {
  readonly ledger: Ledger;
  readonly totals: Totals;
  /** `settling`: nothing is sent any more, but something is still on its way. `settled`: the totals are final. */
  readonly phase: "sending" | "settling" | "settled";
  /** Ticks since anything came back. */
  readonly quiet: number;
  /** Sending ends as soon as this file exists; null sends for ever. */
  readonly until: string | null;
}

export interface Traffic {
  init(until: string | null): Promise<State>;
  calls: {
    report(): Totals;
    phase(): State["phase"];
    /** Ends the sending. */
    settle(): void;
  };
  casts: {
    /** From a user: what they heard. */
    delivered(user: string, from: string, text: string): void;
    answered(room: string, seq: number, number: number): void;
    failed(room: string, seq: number, reason: string): void;
    begin(): void;
  };
  infos: { tick(): void };
}

export default actor<Traffic>({
  vsn: 1,
  init: async (until) => {
    const seated = (await whereis<Presence>("presence")?.call("seated")) ?? {};
    const ledger = openLedger(seated);
    whereis<Traffic>("traffic")?.cast("begin");
    return { ledger, totals: totals(ledger), phase: "sending", quiet: 0, until };
  },
  calls: {
    report: ({ state, reply }) => reply(totals(state.ledger)),
    phase: ({ state, reply }) => reply(state.phase),
    settle: ({ state, reply }) => reply(undefined, { ...state, phase: "settling", quiet: 0 }),
  },
  casts: {
    begin: ({ state, self, next }) => {
      for (const name of new Set(Object.values(state.ledger.rooms).flatMap((room) => Object.keys(room.listeners)))) {
        whereis<User>(name)?.cast("report", self.pid);
      }
      self.sendAfter(interval, "tick");
      return next();
    },
    delivered: ({ state, next }, user, _from, text) => {
      const { room = "", seq = "" } = /^(?<room>.+) #(?<seq>\d+)$/.exec(text)?.groups ?? {};
      return next({ ...state, quiet: 0, ledger: delivered(state.ledger, user, room, Number(seq)) });
    },
    answered: ({ state, next }, room, seq, number) => next({ ...state, quiet: 0, ledger: answered(state.ledger, room, seq, number) }),
    failed: ({ state, next }, room, seq, reason) => next({ ...state, quiet: 0, ledger: failed(state.ledger, room, seq, reason) }),
  },
  infos: {
    tick: ({ state, self, next }) => {
      const after = state.phase === "sending" ? send(state, self) : settle(state);
      if (after.phase !== "settled") self.sendAfter(interval, "tick");
      return next({ ...after, totals: totals(after.ledger), quiet: after.quiet + 1 });
    },
  },
});

/** One burst to each room: casts, and calls until enough of them are open. */
function send(state: State, self: Self<Traffic>): State {
  if (state.until !== null && existsSync(state.until)) return { ...state, phase: "settling", quiet: 0 };
  let { ledger } = state;
  for (const [name, books] of Object.entries(ledger.rooms)) {
    const room = whereis<Room>(name);
    if (room === null) continue;
    const next = (kind: "call" | "cast"): number => {
      ledger = sent(ledger, name, kind);
      return ledger.rooms[name]?.sent ?? 0;
    };
    for (let open = books.open.length; open < openCalls; open += 1) {
      const seq = next("call");
      room.call("post", "traffic", `${name} #${seq}`).then(
        (number) => self.pid.cast("answered", name, seq, number),
        (error: unknown) => self.pid.cast("failed", name, seq, String(error)),
      );
    }
    for (let count = 0; count < casts; count += 1) room.cast("say", "traffic", `${name} #${next("cast")}`);
  }
  return { ...state, ledger };
}

/** Waits until all is back, or until nothing more can come: calls end after 5 s at the latest, deliveries take no time. */
function settle(state: State): State {
  const { unanswered, undelivered } = totals(state.ledger);
  if (unanswered === 0 && undelivered === 0) return { ...state, phase: "settled" };
  if (state.quiet * interval < (unanswered > 0 ? 6000 : 500)) return state;
  return { ...state, ledger: close(state.ledger), phase: "settled" };
}
