/** Somebody who is in rooms and hears what is said there. */
import { actor, type Pid } from "instar";
import type { Message } from "./message.ts";
import type { Room } from "./room.actor.ts";
import type { Traffic } from "./traffic.actor.ts";

export interface State {
  readonly name: string;
  readonly rooms: readonly Pid<Room>[];
  /** The last messages heard, oldest first. */
  readonly inbox: readonly Message[];
  /** Who is told of everything that this user hears. */
  readonly listener: Pid<Traffic> | null;
}

export interface User {
  init(name: string): State;
  calls: { name(): string };
  casts: {
    entered(room: Pid<Room>): void;
    heard(message: Message): void;
    report(to: Pid<Traffic>): void;
  };
}

export default actor<User>({
  vsn: 1,
  init: (name) => ({ name, rooms: [], inbox: [], listener: null }),
  calls: {
    name: ({ state, reply }) => reply(state.name),
  },
  casts: {
    entered: ({ state, next }, room) => next({ ...state, rooms: [...state.rooms, room] }),
    heard: ({ state, next }, message) => {
      const [from, text] = message;
      state.listener?.cast("delivered", state.name, from, text);
      return next({ ...state, inbox: [...state.inbox, message].slice(-20) });
    },
    report: ({ state, next }, to) => next({ ...state, listener: to }),
  },
});
