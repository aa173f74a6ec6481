/** A user, for the type tests: it and `room.test-d.ts` refer to each other in protocol and state. */
import { actor, type Pid } from "./index.ts";
import type { Room } from "./room.test-d.ts";

export interface State {
  readonly name: string;
  readonly room: Pid<Room> | null;
}

export interface User {
  init(name: string): State;
  calls: { name(): string; roomSize(): number };
  casts: { heard(text: string): void; enter(room: Pid<Room>): void };
}

export default actor<User>({
  vsn: 1,
  init: (name) => ({ name, room: null }),
  calls: {
    name: ({ state, reply }) => reply(state.name),
    roomSize: async ({ state, reply }) => reply(state.room ? await state.room.call("size") : 0),
  },
  casts: {
    heard: ({ next }) => next(),
    enter: ({ state, next }, room) => next({ ...state, room }),
  },
});
