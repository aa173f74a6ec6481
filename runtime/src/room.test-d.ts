/** A room, for the type tests: it and `user.test-d.ts` refer to each other in protocol and state, and it starts itself. */
import { actor, start, type Pid } from "./index.ts";
import type { User } from "./user.test-d.ts";

export interface State {
  readonly topic: string;
  readonly members: readonly Pid<User>[];
  readonly log: readonly string[];
}

interface StateV1 {
  readonly members: readonly Pid<User>[];
}

export interface Room {
  init(topic: string): State;
  calls: { size(): number; join(who: Pid<User>): string };
  casts: { say(text: string): void; split(): void };
  infos: { tick(n: number): void };
}

const room = actor<Room>({
  vsn: 2,
  init: (topic) => ({ topic, members: [], log: [] }),
  calls: {
    size: ({ state, reply }) => reply(state.members.length),
    join: async ({ state, reply }, who) => reply(await who.call("name"), { ...state, members: [...state.members, who] }),
  },
  casts: {
    say: ({ state, next }, text) => {
      for (const member of state.members) member.cast("heard", text);
      return next({ ...state, log: [...state.log, text] });
    },
    split: async ({ next }) => {
      const other = await start(room, { args: ["x"] });
      other.cast("say", "hi");
      return next();
    },
  },
  infos: {
    tick: ({ self, next }, n) => {
      self.sendAfter(1000, "tick", n + 1);
      return next();
    },
  },
  terminate: ({ state }, reason) => {
    void [state.topic, reason];
  },
  codeChange: {
    1: {
      up: (old: StateV1): State => ({ topic: "", members: old.members, log: [] }),
      down: (state: State): StateV1 => ({ members: state.members }),
    },
  },
});

export default room;
