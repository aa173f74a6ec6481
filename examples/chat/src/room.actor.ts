/** A chat room: passes on what is said to everyone in it, in order. */
import { actor, type Pid } from "instar";
import { written } from "./disk.ts";
import { message, type Message } from "./message.ts";
import type { User } from "./user.actor.ts";

export interface State {
  readonly title: string;
  readonly members: readonly Pid<User>[];
  /** The last messages, oldest first. */
  readonly log: readonly Message[];
  /** How many messages there were in all. */
  readonly posted: number;
}

export interface Room {
  init(title: string): State;
  calls: {
    title(): string;
    size(): number;
    /** Answers with the name of the one who joined. */
    join(who: Pid<User>): string;
    /** Like `say`, and answers with the message's number in this room once it is stored. */
    post(from: string, text: string): number;
  };
  casts: { say(from: string, text: string): void };
}

export default actor<Room>({
  vsn: 1,
  init: (title) => ({ title, members: [], log: [], posted: 0 }),
  calls: {
    title: ({ state, reply }) => reply(state.title),
    size: ({ state, reply }) => reply(state.members.length),
    join: async ({ state, self, reply }, who) => {
      const name = await who.call("name");
      who.cast("entered", self.pid);
      return reply(name, { ...state, members: [...state.members, who] });
    },
    post: async ({ state, reply }, from, text) => {
      await written();
      const after = passOn(state, message(from, text));
      return reply(after.posted, after);
    },
  },
  casts: {
    say: ({ state, next }, from, text) => next(passOn(state, message(from, text))),
  },
});

function passOn(state: State, said: Message): State {
  for (const member of state.members) member.cast("heard", said);
  return { ...state, log: [...state.log, said].slice(-100), posted: state.posted + 1 };
}
