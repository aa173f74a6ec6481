/**
 * What a move says of itself: which errors keep it from being begun, what its report is when it came to nothing, and where the states are
 * when no process has them any more.
 */
import type { SystemImage } from "../system-image.ts";
import type { UpgradeError, UpgradeReport } from "../protocol.ts";
import { type Application, EndedMeanwhile } from "./application.ts";
import type { Loaded, UpgradeOutcome } from "./child-protocol.ts";
import { DevError, toUpgradeError } from "./dev-error.ts";
import { emptyReport } from "./report.ts";

export interface Moved {
  readonly outcome: UpgradeOutcome;
  /** What is loaded in a process that was started for the way back; null where the one of before serves on. */
  readonly loaded: Loaded | null;
}

/** Before the old process is ended: what nobody else could have the processes by must not be lost with it. */
export function refuseWithoutCode({ processes }: SystemImage, modules: readonly string[]): void {
  const without = processes.find(({ module }) => !modules.includes(module))?.module;
  if (without === undefined) return;
  throw new DevError(
    "INSTAR_BUILD_NOT_KEPT",
    `there are processes of ${without}, and the code with which a new process would begin has no such module, since it was imported later, by ` +
      "import(…). Nothing was ended, and the application runs on. Upgrade with --strategy hot first; after that, a new process begins with it.",
    { module: without },
  );
}

export interface WayBack {
  readonly loaded: Loaded | null;
  /** Why there is no process with the states of before; null where there is one. */
  readonly lost: DevError | null;
}

export function statesLeft(path: string, aside: string | null, why: Error): DevError {
  const states =
    aside === null
      ? "The states are lost: they could not be saved either."
      : `The states of before lie saved in ${aside}. To go on from them with the code that they had: stop the runtime, rename that file to ${path}, and ` +
        "start it again; it says whether it could use them.";
  return new DevError(
    "INSTAR_RUNTIME_EXITED",
    `the old process has ended, and no new one could take its states: ${why.message.replace(/\.?$/, ".")} The application starts anew, without them. ${states}`,
    { cause: why },
  );
}

/** What became of a move that failed. */
export function failedMove(error: unknown, blue: Application, image: SystemImage | null, { loaded, lost }: WayBack): Moved {
  const outcome = outcomeOf(causeOf(error, blue, image, lost === null));
  if (lost === null) return { outcome, loaded };
  const { report } = outcome;
  const errors = [toUpgradeError(lost, "INSTAR_RUNTIME_EXITED"), ...report.errors];
  return { outcome: { ...outcome, report: { ...report, outcome: "failed", errors } }, loaded };
}

/** What keeps a move from being begun, or from going on. */
export class Refused extends Error {
  readonly errors: readonly UpgradeError[];

  constructor(errors: readonly UpgradeError[]) {
    super(errors[0]?.message);
    this.errors = errors;
  }
}

/** The upgrade in the new process came to nothing; its report says why. */
export class NotCommitted extends Error {
  readonly outcome: UpgradeOutcome;

  constructor(outcome: UpgradeOutcome) {
    super(outcome.report.errors[0]?.message);
    this.outcome = outcome;
  }
}

/** Whose end it was: of the two, only that of the old one, before its states were there, loses something. */
function causeOf(error: unknown, blue: Application, image: SystemImage | null, goesOn = true): unknown {
  // A move that it had begun is canceled when it is started again, which is no reason to anybody.
  if (image === null && blue.status === "exited") {
    const then = "It is started again without them, with the code of before, unless it has crashed too often.";
    return new DevError(
      "INSTAR_RUNTIME_EXITED",
      `the application ended before it had given its states away, so they are lost; its output says why. ${then}`,
    );
  }
  if (!(error instanceof EndedMeanwhile)) return error;
  return new DevError(
    "INSTAR_RUNTIME_EXITED",
    `the new process ended before the move was done; its output says why.${goesOn ? " What was there before goes on, with its states." : ""}`,
    { cause: error },
  );
}

function outcomeOf(error: unknown): UpgradeOutcome {
  if (error instanceof NotCommitted) return error.outcome;
  const errors = error instanceof Refused ? error.errors : [toUpgradeError(error, "INSTAR_RUNTIME_EXITED")];
  const outcome = errors.some(({ code }) => code === "INSTAR_UPGRADE_CANCELED") ? "canceled" : "failed";
  return { report: emptyReport(outcome, errors), loaded: { modules: [], held: [] }, committedAt: null };
}

/** Nobody took messages for as long as the move took. */
export function withPause(outcome: UpgradeOutcome, pause: number): UpgradeOutcome {
  const { report } = outcome;
  const time: UpgradeReport["time"] = { ...report.time, quiesce: Math.max(0, pause - report.time.convert - report.time.commit) };
  return { ...outcome, report: { ...report, time, processes: report.processes.map((row) => ({ ...row, pause })) } };
}
