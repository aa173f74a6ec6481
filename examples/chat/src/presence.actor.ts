/** Knows who is online: brings everyone to their rooms when the chat opens. */
import { actor, whereis } from "instar";
import type { Room } from "./room.actor.ts";
import type { User } from "./user.actor.ts";

export interface State {
  /** By room, the names of the users who joined it. */
  readonly seated: Readonly<Record<string, readonly string[]>>;
}

export interface Presence {
  init(seats: Readonly<Record<string, readonly string[]>>): Promise<State>;
  calls: { online(): readonly string[]; seated(): Readonly<Record<string, readonly string[]>> };
}

export default actor<Presence>({
  vsn: 1,
  init: async (seats) => {
    const seated: Record<string, string[]> = {};
    for (const [title, names] of Object.entries(seats)) {
      const room = whereis<Room>(title);
      const here: string[] = (seated[title] = []);
      for (const name of names) {
        const user = whereis<User>(name);
        if (room !== null && user !== null) here.push(await room.call("join", user));
      }
    }
    return { seated };
  },
  calls: {
    online: ({ state, reply }) => reply([...new Set(Object.values(state.seated).flat())].toSorted()),
    seated: ({ state, reply }) => reply(state.seated),
  },
});
