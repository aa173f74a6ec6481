/**
 * Writes numbered messages to all rooms all the time, sees to it that users are in their rooms, also after one of them was restarted, and
 * enters in its books what comes back.
 */
import { existsSync } from "node:fs";
import { actor, self, whereis, type Pid, type Self } from "instar";
import {
  answered,
  began,
  delivered,
  due,
  fault,
  joined,
  left,
  openBooks,
  rejected,
  sent,
  type AuditorState as State,
  type Books,
} from "./books.ts";
import type { Room } from "./room.actor.ts";
import { seats, userNames } from "./seats.ts";
import type { Traffic } from "./traffic.actor.ts";
import type { User } from "./user.actor.ts";

/** Calls that may be open at once. */
const mostOpen = 20;

export interface Auditor {
  init(pause: number, until: string): State;
  casts: {
    /** From a user: what they heard. */
    delivered(user: string, from: string, text: string): void;
    answered(room: string, seq: number, number: number): void;
    rejected(room: string, id: string, code: string): void;
    notJoined(room: string, id: string, user: string): void;
  };
  infos: { tick(): void };
}

export default actor<Auditor>({
  vsn: 1,
  init: (pause, until) => {
    self<Auditor>().sendAfter(pause, "tick");
    return { books: openBooks(), pause, until, phase: "sending", told: {}, doubtful: [] };
  },
  casts: {
    delivered: ({ state, next }, user, _from, text) => {
      const [id = "", seq = ""] = text.split(" #");
      return next({ ...state, books: delivered(state.books, user, id, Number(seq)) });
    },
    answered: ({ state, next }, id, seq, number) => next({ ...state, books: answered(state.books, id, seq, number) }),
    rejected: ({ state, next }, room, id, code) =>
      next({ ...state, books: rejected(state.books, code), doubtful: [...state.doubtful, { room, id, code, ticks: 0 }] }),
    notJoined: ({ state, next }, room, id, user) =>
      next(state.books.rooms[room]?.id === id ? { ...state, books: left(state.books, room, user) } : state),
  },
  infos: {
    tick: ({ state, self: me, next }) => {
      const seen = look(state, me);
      const after = seen.phase === "sending" && !existsSync(state.until) ? { ...seen, books: write(seen.books, me) } : settle(seen);
      if (after.phase !== "settled") me.sendAfter(after.pause, "tick");
      return next(after);
    },
  },
});

/** Who lives now, and whether those who should have ended have. */
function look(state: State, me: Self<Auditor>): State {
  let { books } = state;
  const told: Record<string, string> = {};
  for (const name of userNames) {
    const user = whereis<User>(name);
    if (user === null) continue;
    // What users know of the traffic is that it wants to be told.
    if (state.told[name] !== user.id) user.cast("report", me.pid as unknown as Pid<Traffic>);
    told[name] = user.id;
  }
  for (const [name, users] of Object.entries(seats)) {
    const room = whereis<Room>(name);
    if (room === null) continue;
    books = began(books, name, room.id);
    for (const seated of users) {
      const user = whereis<User>(seated);
      if (user === null || books.rooms[name]?.listeners[seated]?.id === user.id) continue;
      books = joined(books, name, seated, user.id);
      room.call("join", user).catch(() => me.pid.cast("notJoined", name, room.id, seated));
    }
  }
  const doubtful = [];
  for (const { room, id, code, ticks } of state.doubtful) {
    if (whereis<Room>(room)?.id !== id) continue;
    if (ticks < 10) doubtful.push({ room, id, code, ticks: ticks + 1 });
    else books = fault(books, `${room} ${id} lives, but a call to it was rejected with ${code}`);
  }
  return { ...state, books, told, doubtful };
}

/** A cast and a call to each room. */
function write(before: Books, me: Self<Auditor>): Books {
  let books = before;
  for (const name of Object.keys(books.rooms)) {
    const room = whereis<Room>(name);
    if (room === null || books.rooms[name]?.id !== room.id) continue;
    books = sent(books, name, "cast");
    room.cast("say", "auditor", `${room.id} #${books.rooms[name]?.sent}`);
    if (books.totals.open >= mostOpen) continue;
    books = sent(books, name, "call");
    const seq = books.rooms[name]?.sent ?? 0;
    room.call("post", "auditor", `${room.id} #${seq}`).then(
      (number) => me.pid.cast("answered", room.id, seq, number),
      ({ code, message }: { code?: string; message: string }) => me.pid.cast("rejected", name, room.id, code ?? message),
    );
  }
  return books;
}

function settle(state: State): State {
  const isDone = state.books.totals.open === 0 && due(state.books) === 0 && state.doubtful.length === 0;
  return { ...state, phase: isDone ? "settled" : "settling" };
}
