/**
 * `createRehearsals`: rehearses an upgrade in a process that is there for nothing else. It gets the code that runs and the new one, and
 * copies of the live states, a part at a time; the application is asked for those copies, and for nothing else. Whatever a step does, loops, ends
 * its process or takes all memory, it does there. That process is ended in any case, and at once where the rehearsal is canceled.
 */
import { freemem } from "node:os";
import type { RehearsalInfo, UpgradedProcess, UpgradeError, UpgradeReport } from "../protocol.ts";
import type { Obstacle } from "../system-image.ts";
import { type Application, EndedMeanwhile, type RehearsalEvents } from "./application.ts";
import type { LoadRequest } from "./built-file.ts";
import type { ChildRequests, ChildUpgrade, Outcome, PackedPart } from "./child-protocol.ts";
import { asDevError } from "./control-handlers.ts";
import { DevError, type DevErrorCode, toUpgradeError } from "./dev-error.ts";
import { emptyReport } from "./report.ts";
import type { NamedProcess } from "./tell-rehearsal.ts";

export interface RehearsalPlan {
  /** The code that runs now. */
  readonly load: LoadRequest;
  readonly request: ChildUpgrade;
  readonly signal: AbortSignal;
  /** The states of these processes, by pid, cannot leave the application. */
  readonly inApplication: (pids: readonly string[]) => Promise<UpgradeReport>;
}

export type Rehearse = (plan: RehearsalPlan) => Promise<UpgradeReport>;

export interface RehearsalHost {
  readonly current: () => Application;
  /** A further process. */
  readonly launch: (events: RehearsalEvents & { readonly onExit: (how: string) => void }) => Application;
  /** How long loading the code may take, and one state, in milliseconds. */
  readonly limits: { readonly load: number; readonly state: number };
  /** How much memory the process may take, in MB. Default: half of what the machine has left, 2 GB at most. */
  readonly memory: number | null;
}

export function createRehearsals({ current, launch, limits, memory: fixed }: RehearsalHost): Rehearse {
  return async ({ load, request, signal, inApplication }) => {
    const memory = fixed ?? Math.max(256, Math.min(2048, Math.floor(freemem() / 2 ** 21)));
    const found = new Findings();
    let converting: NamedProcess | null = null;
    let tookAll = false;
    let how = "";
    let giveUp = (_error: Error): void => {};
    const givenUp = new Promise<never>((_, reject) => (giveUp = reject));
    // Where it comes after the end, nobody waits for it.
    givenUp.catch(() => {});
    const limit = setTimeout(() => giveUp(new Failed(hangs(null, limits.load))), limits.load);
    let stateLimit: NodeJS.Timeout | null = null;
    const onLimit = (): void => giveUp(new Failed(hangs(converting, limits.state)));
    const cancel = (): void => giveUp(new Failed(canceled));
    signal.addEventListener("abort", cancel);
    const child = launch({
      memory,
      onProcess(process) {
        converting = process;
        stateLimit?.refresh();
      },
      onMemory: () => (tookAll = true),
      onExit: (text) => (how = text),
    });
    const ask = async <M extends keyof ChildRequests>(
      method: M,
      params: ChildRequests[M]["params"],
    ): Promise<ChildRequests[M]["result"]> => {
      try {
        return await child.request(method, params);
      } catch (error) {
        if (!(error instanceof EndedMeanwhile)) throw error;
        // Its channel may have closed a moment before it is known why.
        await child.kill();
        // Its heap was full, which V8 says in its last words.
        throw new Failed(tookAll || how === outOfMemory ? tookAllMemory(converting, memory) : ended(converting, how));
      }
    };
    const convert = async (image: string): Promise<void> => {
      converting = null;
      stateLimit = setTimeout(onLimit, limits.state);
      try {
        found.add(valueOf(await ask("convert", { image })));
      } finally {
        clearTimeout(stateLimit);
        converting = null;
      }
    };
    const course = async (): Promise<void> => {
      valueOf(await ask("load", { load }));
      const { report, modules } = await ask("rehearsal", request);
      clearTimeout(limit);
      found.add(report);
      if (report.outcome !== "rehearsed") return;
      for (let asked: readonly string[] | null = modules; ; asked = null) {
        const part = await current().request("pack", { modules: asked });
        found.addPart(part);
        if (part.image !== null) await convert(part.image);
        if (part.done || found.isFull) break;
      }
      const pids = found.obstacles.map(({ pid }) => pid);
      if (pids.length > 0) found.add(await inApplication(pids));
    };
    try {
      if (signal.aborted) cancel();
      await Promise.race([course(), givenUp]);
    } catch (error) {
      found.fail(error instanceof Failed ? error.error : toUpgradeError(error, "INSTAR_RUNTIME_EXITED"));
    } finally {
      clearTimeout(limit);
      signal.removeEventListener("abort", cancel);
      await child.kill();
    }
    return found.report;
  };
}

/** By this an exit is told from others. */
export const outOfMemory = "out of memory";

/** What was found out so far, in one report. */
class Findings {
  readonly obstacles: Obstacle[] = [];
  readonly #processes: UpgradedProcess[] = [];
  readonly #shown = new Map<string, number>();
  readonly #errors: UpgradeError[] = [];
  #report: UpgradeReport = emptyReport("failed");
  #packing = { took: 0, longest: 0 };

  get isFull(): boolean {
    return this.#errors.length >= mostErrors;
  }

  add(report: UpgradeReport): void {
    const { modules, messages, time } = this.#report;
    const isFirst = modules.length === 0;
    for (const row of report.processes) {
      const shown = row.before === null ? 0 : (this.#shown.get(row.module) ?? 0) + 1;
      if (shown > 0) this.#shown.set(row.module, shown);
      this.#processes.push(shown > samplesPerModule ? { ...row, before: null, after: null } : row);
    }
    this.#errors.push(...report.errors);
    this.#report = {
      ...(isFirst ? report : this.#report),
      outcome: isFirst || report.outcome !== "rehearsed" ? report.outcome : this.#report.outcome,
      messages: sum(messages, report.messages),
      time: { ...time, convert: time.convert + report.time.convert },
    };
  }

  addPart({ obstacles, took }: PackedPart): void {
    this.obstacles.push(...obstacles);
    this.#packing = { took: this.#packing.took + took, longest: Math.max(this.#packing.longest, took) };
  }

  fail(error: UpgradeError): void {
    this.#errors.push(error);
    this.#report = { ...this.#report, outcome: error === canceled ? "canceled" : "failed" };
  }

  get report(): UpgradeReport {
    const inApplication = this.obstacles
      .slice(0, mostErrors)
      .map(({ pid, name, module, path, what }) => ({ pid, name, module, path, what }));
    const rehearsal: RehearsalInfo = { where: "process", why: null, packing: this.#packing, inApplication };
    return { ...this.#report, processes: this.#processes, errors: this.#errors.slice(0, mostErrors), rehearsal };
  }
}

function sum(one: UpgradeReport["messages"], other: UpgradeReport["messages"]): UpgradeReport["messages"] {
  return {
    queued: one.queued + other.queued,
    translated: one.translated + other.translated,
    dropped: one.dropped + other.dropped,
    callsSpanning: one.callsSpanning + other.callsSpanning,
  };
}

/** What ends a rehearsal. */
class Failed extends Error {
  readonly error: UpgradeError;

  constructor(error: UpgradeError) {
    super(error.message);
    this.error = error;
  }
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw asDevError(outcome.error);
}

function hangs(process: NamedProcess | null, limit: number): UpgradeError {
  return failure(
    "INSTAR_REHEARSAL_HANGS",
    process,
    `${whatRan(process)} did not come to an end within ${limit / 1000} s, so the rehearsal was ended. An upgrade would hold up the whole application with it. ` +
      "See that each loop in it ends for such a state.",
  );
}

function ended(process: NamedProcess | null, how: string): UpgradeError {
  return failure(
    "INSTAR_REHEARSAL_EXITED",
    process,
    `${whatRan(process)} ended the process of the rehearsal (${how}). In an upgrade it would be the application that ends. ` +
      "Throw an error instead, and nothing is changed.",
  );
}

function tookAllMemory(process: NamedProcess | null, memory: number): UpgradeError {
  return failure(
    "INSTAR_REHEARSAL_OUT_OF_MEMORY",
    process,
    `${whatRan(process)} took more memory than the ${memory} MB that the rehearsal had. In an upgrade the application may end by that. ` +
      "See how much the step makes of such a state.",
  );
}

function whatRan(process: NamedProcess | null): string {
  if (process === null) return "Loading the code";
  return `Converting the state of ${process.pid} (${process.name === null ? "" : `${process.name}, `}${process.module}), or taking it back,`;
}

function failure(code: DevErrorCode, process: NamedProcess | null, message: string): UpgradeError {
  return { code, message, module: process?.module ?? null, pid: process?.pid ?? null, name: process?.name ?? null, place: null };
}

const canceled = toUpgradeError(
  new DevError("INSTAR_UPGRADE_CANCELED", "the rehearsal was canceled; its process was ended."),
  "INSTAR_UPGRADE_CANCELED",
);
/** As in a report of the engine. */
const mostErrors = 100;
const samplesPerModule = 50;
