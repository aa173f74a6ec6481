/**
 * `bringToRest`: suspends the processes of a system and waits until none of them is in a handler. As in an upgrade, what a handler in
 * flight waits for is still served, so nobody waits in a circle.
 */
import type { Process, Quiescence } from "./process.ts";
import type { LoadedModule } from "./module.ts";
import type { LiveSystem } from "./system.ts";

export interface RestOptions {
  /** Modules whose processes go on. */
  readonly without: (module: LoadedModule) => boolean;
  /** Milliseconds of the system's clock; Infinity waits for as long as it takes. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

export type Rest =
  | { readonly ok: true; /** Lets them go on. */ readonly resume: () => void }
  /** Those that are still in a handler, after `timeout`, or when it was canceled; everybody goes on. */
  | { readonly ok: false; readonly busy: readonly Process[] };

export function bringToRest(system: LiveSystem, { without, timeout, signal }: RestOptions): Promise<Rest> {
  return new Promise((resolve) => {
    const unrested = (): Process[] =>
      [...system.processes.values()].filter(({ flight, phase, module }) => !without(module) && (flight !== null || phase === "starting"));
    const resume = (): void => {
      system.quiescence = null;
      for (const process of system.processes.values()) if (!without(process.module)) process.wake();
    };
    let waits = true;
    const finish = (rest: Rest): void => {
      waits = false;
      if (limit !== null) system.clock.clearTimeout(limit);
      signal?.removeEventListener("abort", giveUp);
      if (!rest.ok) resume();
      resolve(rest);
    };
    const giveUp = (): void => finish({ ok: false, busy: unrested() });
    const look = (): void => {
      if (waits && unrested().length === 0) finish({ ok: true, resume });
    };
    const quiescence: Quiescence = {
      modules: { has: (module) => !without(module) },
      busy: 0,
      held: new Set(),
      rested() {
        quiescence.busy--;
        if (quiescence.busy <= 0) look();
      },
    };
    const limit = timeout === Infinity ? null : system.clock.setTimeout(giveUp, timeout);
    if (signal?.aborted === true) return giveUp();
    signal?.addEventListener("abort", giveUp);
    system.quiescence = quiescence;
    quiescence.busy = unrested().filter(({ flight }) => flight !== null).length;
    look();
  });
}
