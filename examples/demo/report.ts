/** What the demo measured, and what it makes of it. */
import type { UpgradeReport } from "../../runtime/src/protocol.ts";
import type { Totals } from "../chat/src/ledger.ts";
import { heading, rows, verdict } from "./narrator.ts";

export interface Measured {
  /** In the order in which they were made. */
  readonly transactions: readonly { readonly what: string; readonly report: UpgradeReport }[];
  readonly totals: Totals;
  /** Questions from outside. */
  readonly outside: { readonly asked: number; readonly unanswered: number };
  /** The lobby over time. */
  readonly room: readonly (readonly [when: string, state: string])[];
  /** Milliseconds from the saved file to the upgraded processes; null where nothing was upgraded by saving. */
  readonly saved: number | null;
  /** All of it, in milliseconds. */
  readonly took: number;
  /** What did not come out as it must. */
  readonly failures: readonly string[];
}

/** Prints the report and gives whether all is well. */
export function printReport({ transactions, totals, outside, room, saved, failures, took }: Measured): boolean {
  heading("What was carried out");
  rows(transactions.map(({ what, report }) => [what, carriedOut(report)]));
  heading("The lobby, as it went");
  rows(room);
  heading("The books");
  const faults = `${totals.lost} lost, ${totals.duplicated} duplicated, ${totals.reordered} reordered, ${totals.wrong} wrong answers`;
  rows([
    [
      "within",
      `${number(totals.sent)} messages sent; ${number(totals.answered)} calls answered, ${number(totals.delivered)} deliveries checked`,
    ],
    ["outside", `${number(outside.asked)} questions asked, ${outside.unanswered} without an answer`],
    ["faults", faults],
    // Who asks in one process of the operating system and goes on in another gets answers on two ways.
    ...(totals.overtaken === 0 ? [] : [["in a move", `${totals.overtaken} answers came after that of a younger call`] as const]),
    ...(saved === null ? [] : [["by saving", `${ms(saved)} from the saved file to the upgraded processes`] as const]),
    ["time", `${Math.round(took / 1000)} s for all of this`],
  ]);
  const seen = totals.faults.slice(0, 4).map((fault) => `\n   ${fault}`);
  const problems = [...failures];
  if (seen.length > 0) problems.push(`${faults}. The first of them:${seen.join("")}`);
  verdict(`${number(totals.sent)} messages sent and ${number(outside.asked)} questions asked`, problems);
  return problems.length === 0;
}

function carriedOut({ strategy, processes, messages }: UpgradeReport): string {
  if (strategy === "restart") return `${processes.length} processes restarted, without their states`;
  const longest = ms(Math.max(...processes.map(({ pause }) => pause)));
  const { queued, translated, callsSpanning } = messages;
  return (
    `${processes.length} processes converted, longest pause ${longest}; ` +
    `${queued} messages queued at the commit (${translated} translated), ${callsSpanning} calls spanned it`
  );
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
