/** What the demo measured, and what it makes of it. */
import type { UpgradeReport } from "../../runtime/src/protocol.ts";
import type { Totals } from "../chat/src/ledger.ts";
import { heading, rows, verdict } from "./narrator.ts";

export interface Measured {
  /** In the order in which they were made. */
  readonly transactions: readonly { readonly what: string; readonly report: UpgradeReport }[];
  readonly totals: Totals;
  readonly room: readonly (readonly [when: string, state: string])[];
  readonly user: readonly (readonly [when: string, state: string])[];
  /** Milliseconds from the saved file to the upgraded processes. */
  readonly saved: number;
  /** What did not come out as it must. */
  readonly failures: readonly string[];
}

/** Prints the report and gives whether all is well. */
export function printReport({ transactions, totals, room, user, saved, failures }: Measured): boolean {
  heading("Report");
  rows(
    transactions.map(({ what, report }) => {
      const pauses = report.processes.map(({ pause }) => pause).toSorted((a, b) => a - b);
      return [
        what,
        `${report.processes.length} processes converted; ${report.messages.queued} messages queued at the commit (${report.messages.translated} translated), ` +
          `${report.messages.callsSpanning} calls spanned it; pause median ${ms(pauses[pauses.length >> 1] ?? 0)}, max ${ms(pauses.at(-1) ?? 0)}`,
      ];
    }),
  );
  heading("Room");
  rows(room);
  heading("User");
  rows(user);
  const faults = `${totals.lost} lost, ${totals.duplicated} duplicated, ${totals.reordered} reordered, ${totals.wrong} wrong answers`;
  heading("Traffic");
  rows([
    ["sent", `${number(totals.sent)} messages; ${number(totals.answered)} calls answered, ${number(totals.delivered)} deliveries checked`],
    ["faults", faults],
    ["saved to upgraded", ms(saved)],
  ]);
  const seen = totals.faults.slice(0, 4).map((fault) => `\n   ${fault}`);
  const problems = [...failures];
  if (seen.length > 0) problems.push(`${faults}. The first of them:${seen.join("")}`);
  verdict(problems);
  return problems.length === 0;
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
