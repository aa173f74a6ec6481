/** The filter of the view *Live Processes*: words that all have to fit, by name, pid or module, a version, or what a process is up to. */
import type { ProcessInfo } from "../../../server/src/protocol.ts";

export type ProcessFilter = (process: ProcessInfo) => boolean;

/** Undefined where the text filters nothing. */
export function processFilter(text: string): ProcessFilter | undefined {
  const words = text
    .toLowerCase()
    .replaceAll(/\bold code\b/g, "@old")
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return undefined;
  const tests = words.map(testOf);
  return (process) => tests.every((fits) => fits(process));
}

function testOf(word: string): ProcessFilter {
  const state = states[word];
  if (state !== undefined) return state;
  const vsn = /^v(\d+)$/.exec(word)?.[1];
  const named: ProcessFilter = ({ name, pid, module }) => [name ?? "", pid, module].some((text) => text.toLowerCase().includes(word));
  // A name may look like a version.
  return vsn === undefined ? named : (process) => process.vsn === Number(vsn) || named(process);
}

const states: Readonly<Record<string, ProcessFilter | undefined>> = {
  "@old": ({ oldCode }) => oldCode,
  "@queued": ({ mailbox }) => mailbox > 0,
  "@restarted": ({ restarts }) => restarts > 0,
  "@running": ({ status }) => status === "running",
  "@suspended": ({ status }) => status === "suspended",
};

/** What a filter may say beyond names, for the prompt. */
export const filterWords = Object.keys(states).join(" ");
