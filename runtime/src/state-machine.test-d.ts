/** Type tests of state machines, checked by `tsc --noEmit`: each `@ts-expect-error` is a claim that the next line does not compile. */
import { start, stateMachine, type Pid, type StateOf } from "./index.ts";

export interface Door {
  init(code: string): { readonly state: "locked" | "open"; readonly data: { readonly code: string; readonly tries: number } };
  calls: { enter(code: string): boolean; size(): number };
  casts: { close(): void };
  infos: { stateTimeout(): void; tick(n: number): void };
}

const door = stateMachine<Door>({
  vsn: 1,
  init: (code) => ({ state: "locked", data: { code, tries: 0 } }),
  states: {
    locked: {
      calls: {
        enter: ({ data, goto, keep, reply }, code) =>
          code === data.code ? reply(true, goto("open")) : reply(false, keep({ ...data, tries: data.tries + 1 })),
        size: ({ postpone }) => postpone(),
      },
      casts: { close: ({ keep }) => keep() },
    },
    open: {
      enter: ({ keep, self, state }, previous) => {
        const from: "locked" | "open" = previous;
        const here: "open" = state;
        self.sendAfter(10, "tick", 1);
        void [from, here];
        return keep(undefined, { stateTimeout: 1000 });
      },
      casts: { close: ({ goto, data }) => goto("locked", { ...data, tries: 0 }) },
      infos: { stateTimeout: ({ goto }) => goto("locked") },
    },
  },
  any: { infos: { tick: ({ keep }) => keep() } },
});

export async function uses(): Promise<void> {
  const pid: Pid<Door> = await start(door, { args: ["1234"] });
  const opened: boolean = await pid.call("enter", "1234");
  pid.cast("close");
  const name: StateOf<Door>["state"] = "locked";
  // @ts-expect-error init wants a text
  void start(door, { args: [1] });
  // @ts-expect-error no such state
  const other: StateOf<Door>["state"] = "closed";
  void [opened, name, other];
}

stateMachine<Door>({
  vsn: 1,
  // @ts-expect-error no such state
  init: (code) => ({ state: "closed", data: { code, tries: 0 } }),
  states: {
    locked: {
      calls: {
        // @ts-expect-error the reply is a boolean
        enter: ({ reply }) => reply("yes"),
        // @ts-expect-error a call is answered, postponed, or said to be answered later
        size: ({ keep }) => keep(),
      },
      casts: {
        // @ts-expect-error no such state
        close: ({ goto }) => goto("closed"),
      },
      infos: {
        // @ts-expect-error what the protocol does not name is no timeout
        stateTimeout: ({ keep }) => keep(undefined, { timeout: 5 }),
        // @ts-expect-error casts and infos are not answered
        tick: ({ reply }) => reply(1),
      },
    },
    open: {
      // @ts-expect-error enter does not go elsewhere
      enter: ({ goto }) => goto("locked"),
      casts: {
        // @ts-expect-error a handler says what happens
        close: () => {},
      },
    },
  },
});

stateMachine<Door>({
  vsn: 1,
  init: (code) => ({ state: "locked", data: { code, tries: 0 } }),
  // @ts-expect-error a state is missing
  states: { locked: {} },
  // @ts-expect-error exits are only trapped where the protocol has the info
  trapExit: true,
});

stateMachine<Door>({
  vsn: 1,
  init: (code) => ({ state: "locked", data: { code, tries: 0 } }),
  states: {
    locked: {},
    open: {},
    // @ts-expect-error no such state
    closed: {},
  },
});

/** Each state has its own data. */
export interface Link {
  init(): { readonly state: "down"; readonly data: null } | { readonly state: "up"; readonly data: { readonly since: number } };
  casts: { connect(at: number): void; reset(): void };
}

stateMachine<Link>({
  vsn: 1,
  init: () => ({ state: "down", data: null }),
  states: {
    down: {
      casts: {
        connect: ({ goto, data }, at) => {
          const none: null = data;
          void none;
          return goto("up", { since: at });
        },
        // @ts-expect-error the state up has other data
        reset: ({ goto }) => goto("up"),
      },
    },
    up: {
      casts: {
        connect: ({ keep, data }, at) => keep({ since: Math.min(at, data.since) }),
        // @ts-expect-error the state down has other data
        reset: ({ goto, data }) => goto("down", data),
      },
    },
  },
  any: {
    casts: {
      connect: ({ state, data, goto, keep }) => {
        if (state === "up") return goto("up", { since: data.since });
        // @ts-expect-error no data suits all states
        keep({ since: 1 });
        // @ts-expect-error and what is there may be that of another one
        goto("down");
        return goto("down", null);
      },
    },
  },
});

// @ts-expect-error what init gives is no state with data
stateMachine<{ init(): number }>({} as never);
