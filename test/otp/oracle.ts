/** The oracle: what OTP was seen to do, and the mapping by which the runtime's observations are compared with it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { InstarError, type ExitReason } from "../../runtime/src/index.ts";

export interface Scenario {
  readonly scenario: string;
  readonly title: string;
  readonly steps: readonly { readonly n: number; readonly do: string; readonly term: string; readonly observed: unknown }[];
}

export const scenarios: readonly Scenario[] = readFileSync(new URL("observed.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Scenario);

/** Plays one scenario and says for each of its steps what it saw. */
export type Play = (see: Seer) => Promise<void>;

export interface Seen {
  readonly n: number;
  readonly what: "same" | "differs" | "none";
  readonly why: string;
  readonly check: () => void;
}

export class Seer {
  readonly #scenario: Scenario;
  readonly seen: Seen[] = [];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** Ours is OTP's. `part` takes out of OTP's observation what the runtime can be compared with. */
  same(n: number, ours: unknown, part: (observed: never) => unknown = (observed) => observed): void {
    const expected = mapped(part(this.#observed(n) as never));
    this.seen.push({ n, what: "same", why: "", check: () => assert.deepEqual(ours, expected) });
  }

  /** Ours is another than OTP's, on purpose. */
  differs(n: number, ours: unknown, expected: unknown, why: string): void {
    const theirs = mapped(this.#observed(n));
    const check = (): void => {
      assert.deepEqual(ours, expected);
      assert.notDeepEqual(expected, theirs, "it does not differ");
    };
    this.seen.push({ n, what: "differs", why, check });
  }

  /** Nothing to compare. */
  none(steps: number | readonly [first: number, last: number], why: string): void {
    const [first, last] = typeof steps === "number" ? [steps, steps] : steps;
    for (let n = first; n <= last; n++) this.seen.push({ n, what: "none", why, check: () => {} });
  }

  #observed(n: number): unknown {
    return this.#scenario.steps.find((step) => step.n === n)?.observed;
  }
}

/**
 * OTP's terms as the runtime could say them: the caller's own call is left out of exit reasons (`{noproc,{gen_server,call,…}}`), and a
 * crash with its stack trace is `["crash", reason]`.
 */
export function mapped(observed: unknown): unknown {
  if (!Array.isArray(observed)) return observed;
  const [first, second] = observed as unknown[];
  if (observed.length === 2 && Array.isArray(second)) {
    if (second[0] === "gen_server" && second[1] === "call") return mapped(first);
    if (second[0] === "$stack") return ["crash", mapped(first)];
  }
  return observed.map(mapped);
}

/** What a caller sees, in OTP's words: `["returned", reply]` or `["raised", "exit", reason]`. */
export async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    return ["returned", await call];
  } catch (error) {
    return ["raised", "exit", reasonOf(error)];
  }
}

/** The runtime's errors in OTP's words. */
export function reasonOf(error: unknown): unknown {
  if (!(error instanceof InstarError)) return error instanceof Error ? ["crash", error.message] : error;
  switch (error.code) {
    case "INSTAR_CALL_TIMEOUT":
      return "timeout";
    case "INSTAR_NOPROC":
      return "noproc";
    case "INSTAR_CALL_SELF":
      return "calling_self";
    case "INSTAR_BAD_RETURN":
      return "bad_return_value";
    case "INSTAR_CALL_EXITED":
    case "INSTAR_INIT_FAILED":
      return exitReason(error.reason ?? "normal");
    default:
      return error.code;
  }
}

function exitReason(reason: ExitReason): unknown {
  if (typeof reason === "string") return reason;
  return reason instanceof Error ? reasonOf(reason) : ["shutdown", reason.shutdown];
}
