/**
 * `createRehearsals`: rehearses an upgrade in a process of its own, which gets the code that runs and the new one, and copies of the live
 * states, a part at a time. The application is asked for those copies, and for nothing else.
 */
import type { RehearsalInfo, UpgradedProcess, UpgradeError, UpgradeReport } from "../protocol.ts";
import type { Obstacle } from "../system-image.ts";
import type { LoadRequest } from "./built-file.ts";
import type { ChildUpgrade, PackedPart } from "./child-protocol.ts";
import { toUpgradeError } from "./dev-error.ts";
import { inOwnProcess, type OwnProcessHost, valueOf, WorkEnded } from "./own-process.ts";
import { emptyReport } from "./report.ts";

export interface RehearsalPlan {
  /** The code that runs now. */
  readonly load: LoadRequest;
  readonly request: ChildUpgrade;
  readonly signal: AbortSignal;
  /** The states of these processes, by pid, cannot leave the application. */
  readonly inApplication: (pids: readonly string[]) => Promise<UpgradeReport>;
}

export type Rehearse = (plan: RehearsalPlan) => Promise<UpgradeReport>;

export function createRehearsals(host: OwnProcessHost): Rehearse {
  return async ({ load, request, signal, inApplication }) => {
    const found = new Findings();
    try {
      await inOwnProcess(host, { load, signal, doing: "Converting", advice }, async (own) => {
        const { report, modules } = await own.ask("rehearsal", request);
        found.add(report);
        if (report.outcome !== "rehearsed") return;
        for await (const part of partsOf(host, modules)) {
          found.addPart(part);
          if (part.image !== null) found.add(valueOf(await own.askOfStates("convert", { image: part.image })));
          if (found.isFull) break;
        }
      });
      const pids = found.obstacles.map(({ pid }) => pid);
      if (pids.length > 0) found.add(await inApplication(pids));
    } catch (error) {
      found.fail(error instanceof WorkEnded ? error.error : toUpgradeError(error, "INSTAR_RUNTIME_EXITED"));
    }
    return found.report;
  };
}

/** Copies of the states of these modules' processes. The application makes the next ones when the last ones have been worked on. */
export async function* partsOf({ current }: Pick<OwnProcessHost, "current">, modules: readonly string[]): AsyncGenerator<PackedPart> {
  for (let asked: readonly string[] | null = modules; ; asked = null) {
    const part = await current().request("pack", { modules: asked });
    yield part;
    if (part.done) return;
  }
}

const advice = {
  hangs: "An upgrade would hold up the whole application with it. See that each loop in its step ends for such a state.",
  exits: "In an upgrade it would be the application that ends. Let the step throw an error instead, and nothing is changed.",
  memory: "In an upgrade the application may end by that. See how much its step makes of such a state.",
};

/** What was found out so far, in one report. */
class Findings {
  readonly obstacles: Obstacle[] = [];
  readonly #processes: UpgradedProcess[] = [];
  readonly #shown = new Map<string, number>();
  readonly #errors: UpgradeError[] = [];
  #report: UpgradeReport | null = null;
  #packing = { took: 0, longest: 0 };

  get isFull(): boolean {
    return this.#errors.length >= mostErrors;
  }

  add(report: UpgradeReport): void {
    for (const row of report.processes) {
      const shown = row.before === null ? 0 : (this.#shown.get(row.module) ?? 0) + 1;
      if (shown > 0) this.#shown.set(row.module, shown);
      this.#processes.push(shown > samplesPerModule ? { ...row, before: null, after: null } : row);
    }
    this.#errors.push(...report.errors);
    const before = this.#report;
    if (before === null) this.#report = report;
    else {
      this.#report = {
        ...before,
        outcome: report.outcome === "rehearsed" ? before.outcome : report.outcome,
        messages: sum(before.messages, report.messages),
        time: { ...before.time, convert: before.time.convert + report.time.convert },
      };
    }
  }

  addPart({ obstacles, took }: PackedPart): void {
    this.obstacles.push(...obstacles);
    this.#packing = { took: this.#packing.took + took, longest: Math.max(this.#packing.longest, took) };
  }

  fail(error: UpgradeError): void {
    this.#errors.push(error);
    const outcome = error.code === "INSTAR_UPGRADE_CANCELED" ? "canceled" : "failed";
    this.#report = { ...(this.#report ?? emptyReport(outcome)), outcome };
  }

  get report(): UpgradeReport {
    const inApplication = this.obstacles
      .slice(0, mostErrors)
      .map(({ pid, name, module, path, what }) => ({ pid, name, module, path, what }));
    const rehearsal: RehearsalInfo = { where: "process", why: null, packing: this.#packing, inApplication };
    const report = this.#report ?? emptyReport("failed");
    return { ...report, processes: this.#processes, errors: this.#errors.slice(0, mostErrors), rehearsal };
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

/** As in a report of the engine. */
const mostErrors = 100;
const samplesPerModule = 50;
