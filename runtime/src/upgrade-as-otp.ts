/**
 * `mode: "otp"`: an upgrade as OTP's release handler does it, with its gaps, for who wants to see them or has learned to live with them.
 *
 * One module after the other: its supervised processes are suspended, one by one; the new code becomes current, for everybody; the
 * suspended ones run `codeChange`, and are resumed. So a process that does not suspend in time is left out without a word, and so is one
 * that nobody supervises: both go on with their old state in the new code. A step that fails ends it all on the spot: some processes are
 * converted, some are not, all of them stay suspended, and the new code stays. Queued messages, and the children of supervisors, stay as
 * they are, and nobody checks the states.
 */
import { commit } from "./commit.ts";
import { Converter } from "./convert.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { ModuleChange } from "./module-change.ts";
import { errorOf, Preparation } from "./preparation.ts";
import { stateText } from "./process-info.ts";
import type { Process } from "./process.ts";
import type { UpgradedProcess, UpgradeError, UpgradeReport } from "./protocol.ts";
import { endLingering } from "./purge.ts";
import { forgetCommit } from "./roll-back.ts";
import type { Supervision } from "./supervise.ts";
import type { LiveSystem } from "./system.ts";

export interface OtpOptions {
  readonly extra?: unknown;
  /** How long each process may take to suspend, in milliseconds. */
  readonly timeout?: number;
  /** Runs when the code of a module has become current, for one after the other. */
  readonly onCommit?: (modules: readonly LoadedModule[]) => void;
}

/** The outcome `failed` means here that it stopped midway; nothing is put back. */
export async function upgradeAsOtp(system: LiveSystem, changes: readonly ModuleChange[], options: OtpOptions): Promise<UpgradeReport> {
  const begin = performance.now();
  const from = new Map(changes.map(({ module }) => [module, module.current]));
  const processes: UpgradedProcess[] = [];
  const errors: UpgradeError[] = [];
  // There is no way back from here.
  system.probation?.end();
  forgetCommit(system);
  // Only one upgrade at a time, of either mode.
  system.preparation = new Preparation({ processes: [], conversions: new Map(), restarts: new Set(), extra: undefined });
  try {
    for (const change of changes) {
      const failure = await one(system, change, options, processes);
      if (failure === null) continue;
      errors.push(failure);
      break;
    }
  } finally {
    system.preparation = null;
  }
  if (errors.length === 0) system.emit({ type: "upgraded", modules: changes.map(({ module }) => module.id) });
  return {
    outcome: errors.length === 0 ? "committed" : "failed",
    mode: "otp",
    modules: changes.map(({ module, to, kind, steps }) => ({
      id: module.id,
      from: (from.get(module) as ModuleVersion).vsn,
      to: to.vsn,
      kind,
      steps: steps.map(({ label }) => label),
    })),
    processes,
    messages: { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 },
    time: { build: 0, quiesce: 0, convert: 0, commit: 0, total: performance.now() - begin },
    errors,
  };
}

/** @returns what ended the upgrade */
async function one(
  system: LiveSystem,
  change: ModuleChange,
  { extra, timeout = 5000, onCommit }: OtpOptions,
  rows: UpgradedProcess[],
): Promise<UpgradeError | null> {
  const { module, to } = change;
  const suspended: { readonly process: Process; readonly since: number }[] = [];
  for (const process of supervisedProcesses(system)) {
    if (process.module !== module) continue;
    const since = performance.now();
    try {
      await process.system("suspend", timeout, () => process.suspendBySys());
      suspended.push({ process, since });
    } catch {
      // It is busy, or it has ended. OTP says nothing here either.
    }
  }
  const from = module.current;
  if (module.old !== null) endLingering(system, module, module.old);
  const failure = commit({ system, changes: [change], messages: [], onCommit: onCommit ?? null });
  if (failure !== null) return failure;
  // There is only one code for everybody, whether their states fit it or not.
  for (const process of system.processes.values()) if (process.module === module) process.version = to;

  const converter = new Converter(from, { to, steps: change.steps }, extra);
  for (const { process, since } of suspended) {
    if (process.phase === "exited") continue;
    const before = stateText(process);
    try {
      process.state = converter.state(process);
    } catch (thrown) {
      return errorOf(thrown, process);
    }
    const { pid, name, queued } = process;
    const pause = performance.now() - since;
    rows.push({ pid: pid.id, name, module: module.id, from: from.vsn, to: to.vsn, pause, queued, before, after: stateText(process) });
  }
  for (const { process } of suspended) {
    process.resumeBySys();
    process.wake();
  }
  return null;
}

/** As `which_children` tells it from the top down: the last started first. */
function supervisedProcesses(system: LiveSystem): Process[] {
  const found: Process[] = [];
  const visit = (supervisor: Process): void => {
    for (const { process } of [...(supervisor.state as Supervision).children].toReversed()) {
      if (process === null) continue;
      found.push(process);
      if (process.version.kind === "supervisor" && process.phase === "running") visit(process);
    }
  };
  for (const process of system.processes.values()) {
    if (process.version.kind !== "supervisor" || process.supervisor !== null || process.phase !== "running") continue;
    found.push(process);
    visit(process);
  }
  return found;
}
