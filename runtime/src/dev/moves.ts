/**
 * `createMoves`: the ways of carrying out a change by a new process. `blue-green` starts it beside the old one, `window` after it. In both, the
 * new process begins with the code and the processes of the old one, at rest; the change is an ordinary upgrade there; and only when
 * that is committed do they run. So whatever goes wrong before happens to copies, and the old process, or its image, goes on.
 */
import type { Letter } from "../neighbor.ts";
import { obstacleError } from "../hand-over.ts";
import type { SystemImage } from "../system-image.ts";
import type { Application } from "./application.ts";
import type { LoadRequest } from "./built-file.ts";
import type { Loaded, Outcome, UpgradeOutcome } from "./child-protocol.ts";
import { asDevError } from "./control-handlers.ts";
import { DevError } from "./dev-error.ts";
import { failedMove, type Moved, NotCommitted, Refused, refuseWithoutCode, statesLeft, type WayBack, withPause } from "./move-outcome.ts";
import type { OpenPorts } from "./open-ports.ts";
import { createSavedStates, type WindowStates } from "./saved-states.ts";

export type MoveStrategy = "window" | "blue-green";

export interface MovePlan {
  /** The code that runs now. */
  readonly load: LoadRequest;
  /** The ids of the modules in it. */
  readonly modules: readonly string[];
  readonly timeout: number | null;
  readonly drain: number | null;
  readonly signal: AbortSignal;
  /** The change itself, in the new process. */
  readonly upgrade: (application: Application) => Promise<UpgradeOutcome>;
}

export type Moves = { readonly [S in MoveStrategy]: (plan: MovePlan) => Promise<Moved> };

export interface MoveHost {
  readonly root: string;
  readonly name: string;
  readonly entry: string;
  readonly ports: OpenPorts;
  readonly current: () => Application;
  /** A further process. */
  readonly launch: () => Application;
  /** From now on that one is the application. */
  readonly succeed: (next: Application) => void;
  /** The application has ended, and nobody has its processes. */
  readonly crashed: () => void;
  readonly log: (level: "info" | "warning" | "error", text: string) => void;
  /** How long a new process may take for each part of its beginning, in milliseconds. */
  readonly limit: number;
}

export interface MoveDirector {
  readonly moves: Moves;
  /** What a process says to the one that it moves to, or came from. */
  letter(from: Application, letter: Letter): void;
  /** The processes that have arrived have their new code. */
  committed(application: Application): void;
  /** @returns whether the end of this process is a matter of a move */
  exited(application: Application): boolean;
  /**
   * Goes on from the states of a window in the middle of which the runtime ended, with the code that they had. Those that cannot be used are
   * put aside. @returns what is loaded; null where the application is to start from its sources
   */
  resume(kept: (code: WindowStates["code"]) => LoadRequest | null): Promise<Loaded | null>;
  /** Whether a move is under way. */
  readonly moving: boolean;
}

/** How long what was left may take to end, in milliseconds. */
const mostDraining = 60_000;
/** How long an application that has very many states may be busy with nothing but packing them, in milliseconds. */
const patience = 60_000;
/** How long the new process may take until it listens where the old one did. */
const mostOpening = 10_000;

export function createMoves(host: MoveHost): MoveDirector {
  const { root, name, entry, ports, log, limit } = host;
  const saved = createSavedStates(root, name);
  const partners = new Map<Application, Application>();
  const onCommitted = new Map<Application, () => void>();
  /** Processes whose end nobody has to worry about. */
  const spare = new Set<Application>();
  /** Those that still have something to do for callers of before. */
  const draining = new Set<Application>();
  let moving = false;

  /** A process that has the code that runs now, and nothing else. */
  async function prepared(load: LoadRequest, signal: AbortSignal | null = null): Promise<Application> {
    const next = host.launch();
    spare.add(next);
    try {
      valueOf(await inTime(next.request("load", { load }), limit, signal));
      return next;
    } catch (error) {
      await next.kill();
      throw error;
    }
  }

  /** The image becomes processes, which are upgraded, and do not run yet. */
  async function upgraded(next: Application, image: SystemImage, plan: MovePlan): Promise<{ readonly done: Promise<UpgradeOutcome> }> {
    valueOf(await inTime(next.request("arrive", { entry, image }), limit));
    const committed = new Promise<null>((resolve) => onCommitted.set(next, () => resolve(null)));
    const done = plan.upgrade(next);
    // Where it is given up, nobody waits for its end.
    done.catch(() => {});
    const early = await inTime(Promise.race([committed, done]), limit);
    onCommitted.delete(next);
    if (early !== null && early.committedAt === null) throw new NotCommitted(early);
    return { done };
  }

  async function open(next: Application): Promise<void> {
    spare.delete(next);
    host.succeed(next);
    await next.request("open", {});
    next.markRunning();
  }

  /** Starts a process for what the old code had, since there is none that has it any more. */
  async function comeBack(image: SystemImage, load: LoadRequest): Promise<WayBack> {
    let next: Application | null = null;
    try {
      next = await prepared(load);
      const loaded = valueOf(await inTime(next.request("arrive", { entry, image }), limit));
      await open(next);
      log("warning", "the code of before serves again, in a new process, with the states that it had.");
      return { loaded, lost: null };
    } catch (error) {
      // Unless it serves already: then its end is the application's.
      if (next !== null && spare.has(next)) await next.kill();
      const lost = statesLeft(saved.path, keptAside({ image, code: load }), error as Error);
      log("error", lost.message);
      host.crashed();
      return { loaded: null, lost };
    }
  }

  /** For somebody to go on from. @returns where they are; null where they could not be saved */
  function keptAside(states: WindowStates): string | null {
    try {
      // What lies there may be what could not be used.
      saved.save(states);
      return saved.putAside();
    } catch {
      return null;
    }
  }

  /** What the old one has begun, it finishes: its connections, and the answers that are due to callers in it. */
  async function drain(blue: Application, ids: readonly string[]): Promise<void> {
    draining.add(blue);
    const limit = setTimeout(() => void blue.kill(), mostDraining);
    try {
      const begin = Date.now();
      const isServed = (): boolean => ids.every((id) => ports.idsOf(host.current()).includes(id));
      while (!isServed() && Date.now() - begin < mostOpening) await new Promise((resolve) => setTimeout(resolve, 10));
      await blue.request("drain", {});
      log("info", "the process of before has finished what it had begun, and ends.");
    } catch (error) {
      log("warning", `the process of before ended early: ${(error as Error).message}`);
    } finally {
      clearTimeout(limit);
      await blue.kill();
      draining.delete(blue);
    }
  }

  async function blueGreen(plan: MovePlan): Promise<Moved> {
    const blue = host.current();
    if (draining.size > 0) throw stillDraining();
    await refuseObstacles(blue);
    const green = await prepared(plan.load, plan.signal);
    let image: SystemImage | null = null;
    let pausedAt = 0;
    let left = false;
    try {
      const departure = await blue.request("depart", { timeout: plan.timeout, drain: null }, { signal: plan.signal, patience });
      if (!departure.ok) throw new Refused(departure.errors);
      pausedAt = performance.now();
      ({ image } = departure);
      spare.add(blue);
      const { done } = await upgraded(green, image, plan);
      // From here on it is the new one that serves, whatever becomes of the old one.
      partners.set(blue, green).set(green, blue);
      const ids = ports.idsOf(blue);
      if (blue.status !== "exited") await blue.request("leave", {}).catch(() => {});
      left = true;
      await open(green);
      const pause = performance.now() - pausedAt;
      const outcome = await done;
      void drain(blue, ids);
      return { outcome: withPause(outcome, pause), loaded: null };
    } catch (error) {
      spare.add(green);
      await green.kill();
      // The old one has given everything away; what it gave is here.
      if (left) await blue.kill();
      return failedMove(error, blue, image, await goOn(blue, image, plan));
    }
  }

  async function window(plan: MovePlan): Promise<Moved> {
    const blue = host.current();
    if (draining.size > 0) throw stillDraining();
    await refuseObstacles(blue);
    let image: SystemImage | null = null;
    let next: Application | null = null;
    ports.hold(true);
    try {
      const departure = await blue.request(
        "depart",
        { timeout: plan.timeout, drain: plan.drain ?? 10_000 },
        { signal: plan.signal, patience },
      );
      if (!departure.ok) throw new Refused(departure.errors);
      const pausedAt = performance.now();
      ({ image } = departure);
      refuseWithoutCode(image, plan.modules);
      saved.save({ image, code: plan.load });
      spare.add(blue);
      await blue.kill();
      next = await prepared(plan.load, plan.signal);
      const { done } = await upgraded(next, saved.read().image, plan);
      await open(next);
      const pause = performance.now() - pausedAt;
      return { outcome: withPause(await done, pause), loaded: null };
    } catch (error) {
      if (next !== null) {
        spare.add(next);
        await next.kill();
      }
      return failedMove(error, blue, image, await goOn(blue, image, plan));
    } finally {
      ports.hold(false);
      saved.remove();
    }
  }

  /** After a move that came to nothing. */
  async function goOn(blue: Application, image: SystemImage | null, { load }: MovePlan): Promise<WayBack> {
    if (blue.status !== "exited") {
      spare.delete(blue);
      const answered = await blue.request("stay", {}, { patience }).then(
        () => true,
        () => false,
      );
      if (answered) return { loaded: null, lost: null };
    }
    // Where it ended before its image was there, it is started again as after every other crash.
    if (image === null) return { loaded: null, lost: null };
    // It may be alive, and not answer: only one of the two is to serve.
    spare.add(blue);
    await blue.kill();
    return await comeBack(image, load);
  }

  /** A report says it, where the course of a move is left for an error. */
  const reported =
    (move: (plan: MovePlan) => Promise<Moved>) =>
    async (plan: MovePlan): Promise<Moved> => {
      moving = true;
      const blue = host.current();
      try {
        return await move(plan);
      } catch (error) {
        const given = failedMove(error, blue, null, { loaded: null, lost: null }).outcome;
        const outcome = given.report.outcome === "canceled" ? "canceled" : "refused";
        return { outcome: { ...given, report: { ...given.report, outcome } }, loaded: null };
      } finally {
        moving = false;
      }
    };

  return {
    moves: { "blue-green": reported(blueGreen), window: reported(window) },
    letter: (from, letter) => partners.get(from)?.letter(letter),
    committed: (application) => onCommitted.get(application)?.(),
    exited(application) {
      const partner = partners.get(application);
      partners.delete(application);
      if (partner !== undefined) {
        partners.delete(partner);
        partner.request("parted", {}).catch(() => {});
      }
      return spare.delete(application) || application !== host.current();
    },
    async resume(kept) {
      if (!saved.exists) return null;
      try {
        const { image, code } = saved.read();
        const load = kept(code);
        if (load === null) throw new DevError("INSTAR_BUILD_NOT_KEPT", "the code that they had is no longer kept in .instar/builds.");
        const first = host.current();
        const next = await prepared(load);
        const loaded = valueOf(await next.request("arrive", { entry, image }));
        await open(next);
        await first.kill();
        saved.remove();
        log(
          "warning",
          "a maintenance window was interrupted: the application goes on from the states that it saved, with the code of before it.",
        );
        return loaded;
      } catch (error) {
        const where = saved.putAside();
        log(
          "error",
          `a maintenance window was interrupted, and the states that it saved, now in ${where}, cannot be used: ${(error as Error).message}`,
        );
        return null;
      }
    },
    get moving() {
      return moving;
    },
  };
}

async function refuseObstacles(application: Application): Promise<void> {
  const obstacles = await application.request("travel", {});
  if (obstacles.length > 0) throw new Refused(obstacles.map(obstacleError));
}

/** What does not come in time, or is no longer wanted, is given up. */
async function inTime<T>(work: Promise<T>, ms: number, signal: AbortSignal | null = null): Promise<T> {
  let reject = (_error: Error): void => {};
  const given = new Promise<never>((_, refuse) => (reject = refuse));
  const limit = setTimeout(() => reject(notInTime(ms)), ms);
  const abort = (): void =>
    reject(new DevError("INSTAR_UPGRADE_CANCELED", "the upgrade was canceled before its commit; nothing was changed."));
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort);
  try {
    return await Promise.race([work, given]);
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", abort);
  }
}

function notInTime(ms: number): DevError {
  return new DevError(
    "INSTAR_RUNTIME_UNRESPONSIVE",
    `the new process was not ready within ${ms / 1000} s, so it was ended: something in it does not return, or it has very much to do.`,
  );
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw asDevError(outcome.error);
}

function stillDraining(): DevError {
  return new DevError(
    "INSTAR_UPGRADE_IN_PROGRESS",
    "the process that the last move left still finishes what it had begun; wait until it has ended, or upgrade with --strategy hot.",
  );
}
