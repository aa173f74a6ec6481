/** Type tests of exit signals, links, monitors, answers that come later and timeouts; each `@ts-expect-error` is a claim. */
import { actor, child, exit, self, start, sys, type ExitReason, type From, type Monitor, type Pid, type StateOf } from "./index.ts";
import type { Room } from "./room.test-d.ts";

interface Full {
  init(): { readonly waiting: readonly From<number>[]; readonly monitor: Monitor | null };
  calls: { get(): number };
  casts: { watch(room: Pid<Room>): void };
  infos: {
    exit(from: Pid<unknown> | null, reason: ExitReason): void;
    down(monitor: Monitor, pid: Pid<unknown>, reason: ExitReason): void;
    timeout(): void;
  };
}

const full = actor<Full>({
  vsn: 1,
  trapExit: true,
  init: () => {
    self<Full>().trapExit(false);
    return { waiting: [], monitor: null };
  },
  calls: {
    get: ({ state, from, noReply }) => {
      from.reply(1);
      // @ts-expect-error the reply is a number
      from.reply("1");
      return noReply({ ...state, waiting: [...state.waiting, from] }, { timeout: 100 });
    },
  },
  casts: {
    watch: async ({ state, self: own, next }, room) => {
      own.link(room);
      own.unlink(room);
      const monitor: Monitor = own.monitor(room);
      own.demonitor(monitor);
      own.trapExit(true);
      const linked: Pid<Full> = await start(full, { link: true });
      exit(linked, "kill");
      // @ts-expect-error a pid is no monitor
      own.demonitor(room);
      // @ts-expect-error a name is no pid
      own.link("room");
      // @ts-expect-error a number is no reason
      exit(room, 1);
      return next({ ...state, monitor }, { timeout: 0 });
    },
  },
  infos: {
    exit: ({ next }, from, reason) => {
      if (from !== null) exit(from, reason);
      return next();
    },
    // @ts-expect-error `from` may be null elsewhere, but here it is the monitor that comes first
    down: ({ state, next }, pid: Pid<unknown>) => next({ ...state, monitor: pid }),
    timeout: ({ next }) => next(undefined, { timeout: Infinity }),
  },
});
child(full, { id: "full" });

/** No infos: what becomes one cannot be asked for. */
interface Bare {
  init(): number;
  calls: { get(): number };
}

actor<Bare>({
  vsn: 1,
  // @ts-expect-error the protocol has no info `exit` that the signals could become
  trapExit: true,
  init: () => 0,
  calls: {
    get: ({ self: own, from, reply, noReply }) => {
      own.link(own.pid);
      // @ts-expect-error the infos lack `down`
      own.monitor(own.pid);
      // @ts-expect-error the infos lack `exit`
      own.trapExit(true);
      // @ts-expect-error the infos lack `timeout`
      if (own.pid.id === "") return noReply(0, { timeout: 10 });
      from.reply(2);
      return reply(1, 2);
    },
  },
});

/** Infos of the right names that could not take what comes. */
interface Wrong {
  init(): number;
  infos: { exit(from: string): void; down(): void; timeout(after: number): void };
}

actor<Wrong>({
  vsn: 1,
  // @ts-expect-error a pid comes, not a text
  trapExit: true,
  init: () => 0,
  infos: {
    exit: ({ next }) => next(),
    // A handler need not look at everything that it is given.
    down: ({ self: own, next }) => {
      own.monitor(own.pid);
      return next();
    },
    // @ts-expect-error nothing says after how long it was
    timeout: ({ next }) => next(0, { timeout: 1 }),
  },
});

/** The state of a process, whatever else it is. */
export async function system(pid: Pid<Full>): Promise<void> {
  const state: StateOf<Full> = await sys.getState(pid);
  await sys.replaceState(pid, (old) => ({ ...old, monitor: null }));
  // @ts-expect-error the state has another shape
  await sys.replaceState(pid, () => 1);
  await sys.suspend(pid, 100);
  await sys.changeCode(pid, { extra: 1 });
  const { status } = await sys.getStatus(pid);
  // @ts-expect-error running or suspended
  if (status === "sleeping") await sys.resume(pid);
  void state;
}
