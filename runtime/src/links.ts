/**
 * Links: two processes that end together. Most linked processes have one link, to whoever started them, so a single one is kept without a
 * set around it.
 */
import type { ExitReason } from "./exit.ts";
import { MonitorReference } from "./monitor.ts";
import type { Process } from "./process.ts";

export type Links = Process | Set<Process> | null;

/** `links` and one more. */
export function withLink(links: Links, process: Process): Links {
  if (links === null || links === process) return process;
  if (links instanceof Set) return links.add(process);
  return new Set([links, process]);
}

/** `links` without that one. */
export function withoutLink(links: Links, process: Process): Links {
  if (links === process) return null;
  if (links instanceof Set) links.delete(process);
  return links;
}

/** Links two processes, from both sides. */
export function connect(one: Process, other: Process): void {
  one.links = withLink(one.links, other);
  other.links = withLink(other.links, one);
}

/** Those that a process is linked to, as a copy. */
export function linksOf({ links }: Process): readonly Process[] {
  return links === null ? [] : links instanceof Set ? [...links] : [links];
}

/** Undoes `connect`. */
export function disconnect(one: Process, other: Process): void {
  one.links = withoutLink(one.links, other);
  other.links = withoutLink(other.links, one);
}

/**
 * Takes a process that has ended out of its links and monitors, and tells the others: first those that it was linked to, then, as in OTP,
 * those that monitor it. Their ends are told in a loop, not in a recursion, because a chain of links may be longer than the stack.
 */
export function tellOfEnd(process: Process, reason: ExitReason): void {
  const { links, watchers, watching } = process;
  if (links === null && watchers === null && watching === null) return;
  process.links = null;
  const begins = due === null;
  const signals = (due ??= []);
  for (const other of links === null ? [] : links instanceof Set ? links : [links]) {
    other.links = withoutLink(other.links, process);
    signals.push({ from: process, to: other, reason });
  }
  signals.push({ from: process, to: null, reason });
  if (!begins) return;
  // More of them are added while it runs.
  for (const { from, to, reason: why } of signals) {
    if (to === null) MonitorReference.ended(from);
    else to.exitSignal(from, why, "link");
  }
  due = null;
}

/** What is still to be told, and whom; null stands for those who monitor. Null itself while nothing is. */
let due: { readonly from: Process; readonly to: Process | null; readonly reason: ExitReason }[] | null = null;
