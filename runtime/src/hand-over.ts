/**
 * `departure` and `arrival`: the two ends of a system's move from one program to another. The one that is left comes to rest and gives its
 * image away; the other makes its processes of that, upgrades them while nothing runs, and sets them going. Until the one that is left
 * hears that the other has everything, it can take all of it back; from then on it passes on what still comes for those who went.
 */
import type { Child } from "./child-table.ts";
import type { Message, PendingCall } from "./mailbox.ts";
import type { LoadedModule } from "./module.ts";
import { type CodeWorld, type Letter, Neighbor } from "./neighbor.ts";
import type { Process } from "./process.ts";
import type { UpgradeError } from "./protocol.ts";
import { bringToRest } from "./rest.ts";
import { messagesOf, type Obstacle, restoreImage, stays, type SystemImage, takeImage } from "./system-image.ts";
import type { Supervision } from "./supervise.ts";
import { live, type LiveSystem, type System } from "./system.ts";
import { upgradeError } from "./upgrade-error.ts";

export interface DepartOptions {
  /** How long handlers that are under way may take, in milliseconds of the system's clock. Default 5000. */
  readonly timeout?: number;
  /**
   * Finish what is queued first, for so many milliseconds at most; what is left then goes along. Those who stay are ended before, so that
   * nothing new comes in. Default: everything goes as it is, and they serve on.
   */
  readonly drain?: number | null;
  readonly signal?: AbortSignal;
  readonly send: (letter: Letter) => void;
  readonly code: CodeWorld;
}

export type Departure = { readonly ok: false; readonly errors: readonly UpgradeError[] } | Departed;

/** A system at rest, whose image has been taken. One of the two functions is called, once. */
export interface Departed {
  readonly ok: true;
  readonly image: SystemImage;
  /** The other program has everything. */
  readonly leave: () => Neighbor;
  /** After that: ends those who stayed, as their supervisors would. */
  readonly end: () => Promise<void>;
  /** It does not: everything goes on here. */
  readonly resume: () => void;
}

/** What of a system cannot travel, as it is now. Changes nothing. */
export function obstaclesOf(system: System): readonly Obstacle[] {
  return takeImage(live(system), () => 0).obstacles;
}

export async function depart(system: System, { timeout = 5000, drain = null, signal, send, code }: DepartOptions): Promise<Departure> {
  const lived = live(system);
  lived.probation?.end();
  const staying = [...lived.processes.values()].filter(stays).map((process) => new Staying(process));
  if (drain !== null) {
    const known = obstaclesOf(system);
    if (known.length > 0) return { ok: false, errors: known.map(obstacleError) };
    await Promise.all(staying.map((each) => each.end()));
    // What only time brings would go on for ever.
    lived.timersPaused = true;
    for (const process of lived.processes.values()) process.pauseTimers();
    await finishQueued(lived, drain, signal);
  }
  const departure = await departAtRest(lived, staying, { timeout, ...(signal !== undefined && { signal }), send, code });
  lived.timersPaused = false;
  if (departure.ok || drain === null) return departure;
  for (const process of lived.processes.values()) process.resumeTimers();
  for (const each of staying) each.startAnew();
  return departure;
}

async function departAtRest(
  lived: LiveSystem,
  staying: readonly Staying[],
  { timeout, signal, send, code }: Pick<DepartOptions, "signal" | "send" | "code"> & { readonly timeout: number },
): Promise<Departure> {
  const rest = await bringToRest(lived, {
    without: (module) => stays({ module }),
    timeout,
    ...(signal !== undefined && { signal }),
  });
  if (!rest.ok) return { ok: false, errors: rest.busy.length === 0 || signal?.aborted === true ? [canceled] : rest.busy.map(busyError) };
  const leaving = [...lived.processes.values()].filter((process) => !stays(process));
  for (const process of leaving) process.pauseTimers();
  const goOn = (): void => {
    for (const process of leaving) process.resumeTimers();
    rest.resume();
  };
  const neighbor = new Neighbor(lived, code, send);
  const { image, obstacles, mentioned } = takeImage(lived, neighbor.numberOf);
  if (obstacles.length > 0) {
    goOn();
    return { ok: false, errors: obstacles.map(obstacleError) };
  }
  const taken = new Set<Message>(leaving.flatMap(messagesOf));
  for (const process of mentioned) if (stays(process)) neighbor.tell(process);
  return {
    ok: true,
    image,
    leave() {
      lived.elsewhere = neighbor;
      neighbor.leave(leaving, taken);
      // Those that are started here from now on must not have the pids of those that are started there.
      lived.nextNumber = image.next + numbersApart;
      rest.resume();
      return neighbor;
    },
    async end() {
      await Promise.all(staying.map((each) => each.end()));
    },
    resume() {
      goOn();
      for (const each of staying) each.startAnew();
    },
  };
}

export interface ArriveOptions {
  readonly modules: ReadonlyMap<string, LoadedModule>;
  readonly code: CodeWorld;
  readonly send: (letter: Letter) => void;
}

export interface Arrival {
  readonly neighbor: Neighbor;
  /** Sets the processes going. */
  readonly open: () => void;
}

/** Makes the processes of an image. Nothing runs before `open`; an upgrade may come before that. @throws where the image does not fit the code */
export function arrive(system: System, image: SystemImage, { modules, code, send }: ArriveOptions): Arrival {
  const lived = live(system);
  lived.scheduler.hold();
  const neighbor = new Neighbor(lived, code, send);
  lived.elsewhere = neighbor;
  const calls = new Map<number, PendingCall>();
  const onCall = (number: number): PendingCall => {
    let call = calls.get(number);
    if (call === undefined) calls.set(number, (call = neighbor.callFrom(number)));
    return call;
  };
  const world = { ...neighbor.world, caller: (number: number | null) => neighbor.callerOf(number === null ? null : onCall(number)) };
  const go = restoreImage(lived, image, { modules, world, onCall });
  for (const process of lived.processes.values()) neighbor.tell(process);
  return {
    neighbor,
    open() {
      go();
      lived.scheduler.release();
    },
  };
}

/** A process that stays, and what its supervisor, which may be gone by then, says of its end. */
class Staying {
  readonly #process: Process;
  readonly #child: Child | null;
  readonly #supervision: Supervision | null;

  constructor(process: Process) {
    this.#process = process;
    this.#supervision = (process.supervisor?.state ?? null) as Supervision | null;
    this.#child = this.#supervision?.childOf(process) ?? null;
  }

  end(): Promise<void> {
    const { host } = this.#process;
    return (host as LiveSystem).shutDown(this.#process, this.#child?.spec.shutdown ?? 5000);
  }

  /** Where it was ended for a move that came to nothing. */
  startAnew(): void {
    const { supervisor, phase } = this.#process;
    if (phase !== "exited" || this.#child === null || supervisor === null) return;
    this.#supervision?.lose(this.#child);
    supervisor.info("startLeft", []);
  }
}

/** Waits until nobody has anything to do, as far as that comes to pass in so many milliseconds. */
async function finishQueued(system: LiveSystem, limit: number, signal: AbortSignal | undefined): Promise<void> {
  const { clock } = system;
  const end = clock.monotonic() + limit;
  const isIdle = (): boolean =>
    [...system.processes.values()].every(({ flight, queued, suspendedBySys }) => flight === null && (queued === 0 || suspendedBySys));
  while (!isIdle() && clock.monotonic() < end && signal?.aborted !== true) {
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, lookEvery));
  }
}

function busyError(process: Process): UpgradeError {
  const { flight, host } = process;
  const since = Math.round(host.clock.monotonic() - (flight?.since ?? host.clock.monotonic()));
  const text =
    `${process.describe()} did not come to rest: it has been in ${flight?.handler ?? "init"} for ${since} ms. ` +
    "A handler that is under way cannot move to another program, so everything goes on here. Allow more time (--timeout), or wait (--wait).";
  return upgradeError("INSTAR_PROCESS_BUSY", text, { process });
}

export function obstacleError({ pid, name, module, path, what }: Obstacle): UpgradeError {
  const message =
    `${pid} (${name === null ? "" : `${name}, `}${module}) cannot move to another program: ${path} is ${what}. ` +
    "Keep plain data, pids and mfa(…) in states, or say stays: true in its definition, and it is started anew there.";
  return { code: "INSTAR_CANNOT_TRAVEL", message, module, pid, name, place: null };
}

const canceled = upgradeError("INSTAR_UPGRADE_CANCELED", "the move was canceled before anything had gone; nothing was changed.");
const numbersApart = 1_000_000;
/** Milliseconds. */
const lookEvery = 5;
