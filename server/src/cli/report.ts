/** The report of an upgrade as a terminal shows it. */
import type { UpgradeReport } from "../../../runtime/src/protocol.ts";
import { reportLines, rollbackLines } from "../documents/report-lines.ts";
import { fromHere } from "./project.ts";
import { paint } from "./paint.ts";

export function reportText(report: UpgradeReport): string {
  return paint(reportLines(report, fromHere));
}

/** The report of the way back from an upgrade that did not survive its probation. */
export function rollbackText(report: UpgradeReport): string {
  return paint(rollbackLines(report, fromHere));
}
