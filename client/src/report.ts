/** Says what an upgrade did in one sentence, for the notification. Knows no `vscode`, so that it is tested by itself. */
import type { UpgradeError, UpgradeReport } from "../../server/src/protocol.ts";

export type Verb = "upgrade" | "downgrade" | "rehearse" | "rollback";

/** `vscode.l10n.t`. */
type Translate = (message: string, ...values: (string | number)[]) => string;

/** One sentence, for example `Upgraded src/room.actor to version 2: 12 processes, longest pause 3 ms.` */
export function summary(report: UpgradeReport, verb: Verb, t: Translate): string {
  const { outcome, processes } = report;
  if (outcome === "unchanged") return t("Nothing to upgrade: the runtime already runs this code.");
  const error = firstError(report.errors, t);
  if (outcome === "canceled")
    return {
      upgrade: t("The upgrade was canceled; the system is as it was before."),
      downgrade: t("The downgrade was canceled; the system is as it was before."),
      rehearse: t("The rehearsal was canceled; the system is as it was before."),
      rollback: t("The rollback was canceled; the system is as it was before."),
    }[verb];
  if (outcome === "refused")
    return {
      upgrade: t("The upgrade was refused, nothing was changed. {0}", error),
      downgrade: t("The downgrade was refused, nothing was changed. {0}", error),
      rehearse: t("The rehearsal was refused, nothing was changed. {0}", error),
      rollback: t("The rollback was refused, nothing was changed. {0}", error),
    }[verb];
  if (outcome === "failed")
    return {
      upgrade: t("The upgrade failed; the system is as it was before. {0}", error),
      downgrade: t("The downgrade failed; the system is as it was before. {0}", error),
      rehearse: t("The rehearsal failed; the live system was not touched. {0}", error),
      rollback: t("The rollback failed; the system is as it was before. {0}", error),
    }[verb];
  const modules = targets(report, t);
  const count = processes.length === 1 ? t("1 process") : t("{0} processes", processes.length);
  if (outcome === "rehearsed") {
    const slowest = milliseconds(Math.max(0, ...processes.map(({ rehearsed }) => rehearsed?.took ?? 0)), t);
    return report.rehearsal?.where === "process"
      ? t("Rehearsed {0} in a process of its own: it would work for {1}, the slowest in {2}. Nothing was changed.", modules, count, slowest)
      : t("Rehearsed {0} on copies of the live states: it would work for {1}. Nothing was changed.", modules, count);
  }
  const longest = Math.max(0, ...processes.map(({ pause }) => pause));
  const pause = milliseconds(longest, t);
  if (verb === "rollback") return t("Rolled back {0}: {1}, longest pause {2}.", modules, count, pause);
  return verb === "downgrade"
    ? t("Downgraded {0}: {1}, longest pause {2}.", modules, count, pause)
    : t("Upgraded {0}: {1}, longest pause {2}.", modules, count, pause);
}

/** Whether a request failed because it was canceled before anything was done. Any other error says more, and may leave the outcome open. */
export function wasCanceled(error: unknown): boolean {
  // LSP's `RequestCancelled`.
  return typeof error === "object" && error !== null && "code" in error && error.code === -32800;
}

function firstError(errors: readonly UpgradeError[], t: Translate): string {
  const [first, ...rest] = errors;
  if (first === undefined) return "";
  return rest.length === 0 ? first.message : t("{0} (and {1} more, see the report)", first.message, rest.length);
}

function targets(report: UpgradeReport, t: Translate): string {
  // What is only built anew because of its imports is in the details.
  const named = report.modules.filter(({ kind }) => kind !== "reinstantiate");
  const modules = named.length > 0 ? named : report.modules;
  if (modules.length === 0) return t("the system");
  if (modules.length > 3) return t("{0} modules", modules.length);
  return modules.map(({ id, to }) => t("{0} to version {1}", id, to)).join(", ");
}

function milliseconds(value: number, t: Translate): string {
  return value < 1 ? t("under 1 ms") : t("{0} ms", Math.round(value));
}
