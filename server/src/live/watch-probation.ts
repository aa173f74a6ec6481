/** Waits for what becomes of an upgrade that is on probation. */
import type { UpgradeReport } from "../../../runtime/src/protocol.ts";
import type { RuntimeConnection } from "./connection.ts";

export type Verdict =
  /** The time is over, and the code stays. */
  | { readonly kind: "held" }
  /** It did not hold. The report is that of the way back, which may have failed. */
  | { readonly kind: "rolledBack"; readonly report: UpgradeReport }
  /** Another upgrade has taken its place. */
  | { readonly kind: "replaced" }
  /** The application crashed, and is started again with the code of before the upgrade. */
  | { readonly kind: "crashed" }
  /** The application has ended, or the connection. */
  | { readonly kind: "lost" }
  /** Nobody wants to wait any longer. */
  | { readonly kind: "left" };

export interface ProbationWatch {
  /** @param until What the upgrade's report says. */
  verdict(until: string, signal: AbortSignal): Promise<Verdict>;
}

/** Call it before the upgrade is asked for: what happens may be told before its report. */
export function watchProbation(connection: RuntimeConnection): ProbationWatch {
  const verdicts = new Map<string, Verdict>();
  let ended: Verdict | null = null;
  let look = (): void => {};
  const settle = (until: string | undefined, verdict: Verdict): void => {
    if (until !== undefined) verdicts.set(until, verdict);
    look();
  };
  const end = (verdict: Verdict): void => {
    ended ??= verdict;
    look();
  };
  connection.on("upgrade/probationEnded", ({ until }) => settle(until, { kind: "held" }));
  connection.on("upgrade/rolledBack", (report) => settle(report.probation?.until, { kind: "rolledBack", report }));
  connection.on("runtime/exited", ({ next }) => end({ kind: next === "rollback" ? "crashed" : "lost" }));
  void connection.closed.then(() => end({ kind: "lost" }));
  return {
    verdict(until, signal) {
      // The upgrade itself has been told by now.
      const other = connection.on("upgrade/finished", ({ outcome }) => outcome === "committed" && end({ kind: "replaced" }));
      signal.addEventListener("abort", () => end({ kind: "left" }));
      return new Promise<Verdict>((resolve) => {
        look = () => {
          const found = verdicts.get(until) ?? ended;
          if (found !== null) resolve(found);
        };
        look();
      }).finally(() => other.dispose());
    },
  };
}
