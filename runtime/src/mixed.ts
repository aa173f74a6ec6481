/**
 * `mixed`: runs processes of two versions of a module at once and lets them talk. While an upgrade reaches one node after another, that is
 * what happens, and neither the old nor the new code should fall over.
 */
import type { Actor, StartArguments } from "./actor.ts";
import { formatReason, InstarError, toReason } from "./exit.ts";
import { isHandle } from "./handle.ts";
import type { Pid, Protocol } from "./pid.ts";
import { seededRandom } from "./seeded-random.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import { live, type System } from "./system.ts";
import { testSystem } from "./test-system.ts";

/** A version of an actor module: one that was imported, one that a dev runtime has kept, or one from the history. */
export type Version<P extends Protocol> = Actor<P> | KeptVersion | GitVersion;

/** From `.instar/builds`, where dev runtimes keep what they have loaded. */
export interface KeptVersion {
  /** The module id, as `instar ps` shows it: `src/room.actor`. */
  readonly module: string;
  readonly vsn: number;
  /** The project root. Default: the current folder. */
  readonly root?: string;
}

/** Built from the sources as they were committed. Packages are those that are installed now. */
export interface GitVersion {
  /** The module's file, from the project root. */
  readonly file: string;
  /** A commit, a tag or a branch. */
  readonly ref: string;
  /** The project root. Default: the current folder. */
  readonly root?: string;
}

export interface MixedVersions<Old extends Protocol, New extends Protocol> {
  readonly old: { start(...options: StartArguments<Old>): Promise<Pid<Old>> };
  readonly new: { start(...options: StartArguments<New>): Promise<Pid<New>> };
  readonly system: System;
  /** Moves by itself, as far as the scenario waits for something; `advance` moves it further. */
  readonly clock: SimulatedClock;
  /** Numbers from 0 to below 1, the same for the same seed. */
  readonly random: () => number;
}

export interface MixedOptions {
  /** How many orders of messages are tried. Default 20. With `SEED=n` in the environment it is only the one of that seed. */
  readonly seeds?: number;
  /** How long the scenario may take, in milliseconds of the simulated time. Default 60,000. */
  readonly within?: number;
}

/**
 * Plays the scenario once for each seed, each time in a system of its own: in simulated time, and with an order of messages that the seed
 * decides. Module-level state of the two versions is shared by all of them. The scenario waits for nothing but what it does in the system.
 *
 * @throws `InstarError` `INSTAR_MIXED_FAILED` with the seed and what fell over: a process that crashed, a message that its receiver does not
 * know, a call without an answer in time, the scenario itself where it throws or does not end.
 */
export async function mixed<New extends Protocol, Old extends Protocol = New>(
  v1: Version<Old>,
  v2: Version<New>,
  scenario: (versions: MixedVersions<Old, New>) => unknown,
  { seeds = 20, within = 60_000 }: MixedOptions = {},
): Promise<void> {
  const versions = { old: await handleOf(v1), new: await handleOf(v2) };
  const only = globalThis.process?.env["SEED"];
  const all = only === undefined ? Array.from({ length: seeds }, (_, index) => index + 1) : [Number(only)];
  for (const seed of all) {
    const { fallen, cause } = await play(versions, scenario, { seed, within });
    if (fallen.length === 0) continue;
    const text = `old and new code together failed with seed ${seed} (SEED=${seed} repeats it):\n${fallen.map((each) => `  ${each.replaceAll("\n", "\n  ")}`).join("\n")}`;
    throw new InstarError("INSTAR_MIXED_FAILED", text, cause === null ? {} : { cause });
  }
}

async function handleOf<P extends Protocol>(version: Version<P>): Promise<Actor<P>> {
  if (isHandle(version)) return version;
  // oxlint-disable-next-line no-restricted-imports -- `import "instar"` does not reach this file, and of handles alone nobody gets here.
  const { loadVersion } = await import("./dev/load-version.ts");
  return await loadVersion(version);
}

interface Outcome {
  readonly fallen: readonly string[];
  /** What the scenario threw. */
  readonly cause: unknown;
}

async function play<Old extends Protocol, New extends Protocol>(
  versions: { readonly old: Actor<Old>; readonly new: Actor<New> },
  scenario: (versions: MixedVersions<Old, New>) => unknown,
  { seed, within }: { readonly seed: number; readonly within: number },
): Promise<Outcome> {
  const { system, clock, logs } = testSystem({ seed });
  const late = recordTimeouts(system);
  let cause: unknown = null;
  const told = (async () => {
    await scenario({
      old: { start: (...options) => system.start(versions.old, ...options) },
      new: { start: (...options) => system.start(versions.new, ...options) },
      system,
      clock,
      random: seededRandom(seed),
    });
  })();
  const failed: string[] = [];
  if (!(await ends(told, clock, within))) failed.push(`the scenario did not end within ${within} ms of simulated time.`);
  else {
    try {
      await told;
    } catch (thrown) {
      cause = thrown;
      failed.push(`the scenario failed: ${formatReason(toReason(thrown))}`);
    }
    await clock.settle();
  }
  const fallen = [...logs.filter(isFall).map(({ text }) => text), ...late, ...failed];
  const before = logs.length;
  if (!(await ends(system.stop(), clock, clock.monotonic() + within))) fallen.push("the processes did not end when they were asked to.");
  fallen.push(
    ...logs
      .slice(before)
      .filter(isFall)
      .map(({ text }) => text),
  );
  return { fallen: [...new Set(fallen)], cause };
}

/** Moves time for as long as somebody waits for it. */
async function ends(work: Promise<unknown>, clock: SimulatedClock, until: number): Promise<boolean> {
  let ended = false;
  const end = (): void => void (ended = true);
  void work.then(end, end);
  for (;;) {
    await clock.settle();
    if (ended) return true;
    if (clock.monotonic() >= until || !(await clock.next())) {
      await clock.settle();
      return ended;
    }
  }
}

/** A process that somebody ended on purpose did not fall over. */
function isFall({ level, text }: { readonly level: string; readonly text: string }): boolean {
  return level === "error" || (level === "warning" && !text.startsWith("process "));
}

/** Also where a handler catches it, a call that nobody answered is what this is about. */
function recordTimeouts(system: System): readonly string[] {
  const { timeouts } = live(system);
  const found: string[] = [];
  const wait = timeouts.wait.bind(timeouts);
  timeouts.wait = (call, settle, ms, timeoutError) =>
    wait(call, settle, ms, () => {
      const error = timeoutError();
      found.push(error.message);
      return error;
    });
  return found;
}
