/** The words of what `instar prove` finds: what is wrong, why it matters, what to do. */
import type { Direction, Place, ValueDifference } from "./child-protocol.ts";
import type { StandIn } from "./generate.ts";
import type { CounterExample, ProofFinding, ProofRule } from "./report.ts";

/** Whom a finding concerns, and where. */
export interface StepPlace {
  readonly module: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly step: { readonly from: number; readonly direction: Direction } | null;
}

/** What went wrong with one state. Two with the same key are one fault. */
export interface Failure {
  readonly key: string;
  readonly finding: ProofFinding;
  /** Whether it takes the whole time limit to see it once more, or a new process. */
  readonly costly: boolean;
}

export function stepName({ from, direction }: { readonly from: number; readonly direction: Direction }): string {
  return `codeChange[${from}].${direction}`;
}

/** The version whose states a step takes, and the one whose states it gives. */
export function versionsOf({
  from,
  direction,
}: {
  readonly from: number;
  readonly direction: Direction;
}): readonly [taken: number, given: number] {
  return direction === "up" ? [from, from + 1] : [from + 1, from];
}

export function notLoaded(
  at: StepPlace,
  error: { readonly message: string; readonly code?: unknown; readonly place?: Place | null },
): ProofFinding {
  const { message, code, place } = error;
  const own = typeof code === "string" ? ` (${code})` : "";
  return {
    ...finding("code-change-not-loaded", "error", at, `${at.module} cannot be loaded, so none of its steps were tried: ${message}${own}`),
    ...(place === null || place === undefined ? {} : { file: place.file, line: place.line, column: place.column }),
  };
}

export function notProved(at: StepPlace, severity: "warning" | "info", why: string): ProofFinding {
  return finding("code-change-not-proved", severity, at, `${at.step === null ? at.module : stepName(at.step)} was not tried: ${why}.`);
}

export function savedSkipped(at: StepPlace, { file, why }: { readonly file: string; readonly why: string }): ProofFinding {
  const text = `the saved state ${file} was not tried: ${why}. Save states anew: instar rehearse --save`;
  return finding("code-change-not-proved", "info", at, text);
}

/** The state is one that a process had, so nobody can say that there is no such. */
export function ofSavedState(found: ProofFinding, file: string): ProofFinding {
  const counterExample = found.counterExample === null ? null : { ...found.counterExample, savedIn: file };
  return { ...found, message: `${found.message} A live process had this state; it is saved in ${file}.`, counterExample };
}

/** Some states were tried, and others were not. */
export function cutShort(at: StepPlace, severity: "warning" | "info", why: string): ProofFinding {
  return finding(
    "code-change-not-proved",
    severity,
    at,
    `${at.step === null ? at.module : stepName(at.step)} was not tried to the end: ${why}.`,
  );
}

/** @param isReached whether other steps lead there. */
export function noSnapshot(at: StepPlace, vsn: number, isReached: boolean): ProofFinding {
  const why = `version ${vsn} has no release snapshot that can be read, so no states of it can be made`;
  if (!isReached || at.step === null) return notProved(at, "info", why);
  return finding("code-change-not-proved", "info", at, `${stepName(at.step)} was tried only with what other steps give: ${why}.`);
}

export function lookedInto(at: StepPlace, standIn: StandIn, count: number): ProofFinding {
  const states = count === 1 ? "one state" : `${count} states`;
  return cutShort(
    at,
    "info",
    `it looks into ${standIn.path}, where ${standIn.what} was only stood in for, and so ${states} say nothing. Test it with real ones`,
  );
}

export interface StepFacts {
  readonly at: StepPlace & { readonly step: NonNullable<StepPlace["step"]> };
  readonly example: CounterExample;
  /** Where the state may be none that the program would make. */
  readonly guessed: readonly StandIn[];
}

export function throws(facts: StepFacts, text: string, place: Place | null): ProofFinding {
  const { at } = facts;
  const where = place === null ? "" : ` (in line ${place.line}${place.file === at.file ? "" : ` of ${place.file}`})`;
  const [taken] = versionsOf(at.step);
  return failure(
    "code-change-throws",
    facts,
    `${stepName(at.step)} throws on a state that version ${taken} can have: ${text}${where}. ${refused(at)} Handle it in the step; where no process can have such a state, say so in its type.`,
  );
}

export function wrongShape(facts: StepFacts, misfit: string): ProofFinding {
  const { at } = facts;
  const [, given] = versionsOf(at.step);
  return failure(
    "code-change-wrong-shape",
    facts,
    `${stepName(at.step)} returns what is no state of version ${given}: ${misfit}. ${refused(at)} Return a state with everything that version ${given} expects.`,
  );
}

export function roundTripFails(facts: StepFacts, { pathText, was, is }: ValueDifference): ProofFinding {
  const { from } = facts.at.step;
  return failure(
    "code-change-round-trip-fails",
    facts,
    `${pathText} does not come back: it was ${was}, and is ${is} after ${stepName({ from, direction: "up" })} and down. Version ${from + 1} could hold ${was} there, so nothing forces that, and a rollback would change the state in silence. Let down undo what up does, or write down: irreversible("why").`,
  );
}

/** @param fitsNowhere whether the new version has no place for it at all. */
export function lossyDown(facts: StepFacts, { pathText, was, is }: ValueDifference, fitsNowhere: boolean): ProofFinding {
  const { from } = facts.at.step;
  const why = fitsNowhere ? `version ${from + 1} has no such place` : `version ${from + 1} cannot hold that there`;
  return {
    ...finding(
      "lossy-down",
      "info",
      facts.at,
      `${pathText} does not come back from version ${from + 1}: it was ${was}, and is ${is}, since ${why}. A rollback loses it; where it must not, keep it in the new state, or write down: irreversible("why").`,
    ),
    counterExample: facts.example,
  };
}

export function async(facts: StepFacts): ProofFinding {
  const { at } = facts;
  return failure(
    "code-change-async",
    { ...facts, guessed: [] },
    `${stepName(at.step)} returns a promise. All states are swapped in one turn, so steps are synchronous. ${refused(at)} Do the waiting before the upgrade, and pass its result as extra.`,
  );
}

export function hangs(facts: StepFacts, seconds: number): ProofFinding {
  const { at } = facts;
  return failure(
    "code-change-hangs",
    facts,
    `${stepName(at.step)} has not returned after ${seconds} s. An upgrade would hold up the whole system with it. See that each loop in it ends for such a state.`,
  );
}

export function exits(facts: StepFacts, how: string): ProofFinding {
  return failure(
    "code-change-exits",
    { ...facts, guessed: [] },
    `${stepName(facts.at.step)} ends the process: ${how}. An upgrade would end the whole system. To refuse a state, throw an error.`,
  );
}

export function writes(facts: StepFacts, what: string): ProofFinding {
  return failure(
    "code-change-impure",
    { ...facts, guessed: [] },
    `${stepName(facts.at.step)} does more than to make a state: it was kept from ${what}. A step also runs in rehearsals, and in upgrades that are taken back. Do that in a handler, after the upgrade.`,
  );
}

export function mutates(facts: StepFacts, path: string): ProofFinding {
  return {
    ...finding(
      "code-change-mutates-input",
      "warning",
      facts.at,
      `${stepName(facts.at.step)} changes the state that it is given, at ${path}. It gets a copy, so that nothing is lost; but what is shared with other processes is not copied, and the state that it was is gone for the rest of the step. Return a new one.`,
    ),
    counterExample: facts.example,
  };
}

export function prints(facts: StepFacts, text: string): ProofFinding {
  const line = text.trim().split("\n")[0] ?? "";
  return finding(
    "code-change-impure",
    "warning",
    facts.at,
    `${stepName(facts.at.step)} prints ${JSON.stringify(line.slice(0, 80))}. It runs once for each process, and in rehearsals as well. Print in a handler, after the upgrade.`,
  );
}

export function failsAfterwards(facts: StepFacts, text: string): ProofFinding {
  return finding(
    "code-change-impure",
    "warning",
    facts.at,
    `${stepName(facts.at.step)} began something that failed after it had returned: ${text}. A step only makes a state; do the rest in a handler, after the upgrade.`,
  );
}

function refused({ step }: StepFacts["at"]): string {
  return `${step.direction === "up" ? "An upgrade" : "A downgrade"} with such a process would be refused.`;
}

/** Certain, unless the state may be none that the program would make. */
function failure(rule: ProofRule, { at, example, guessed }: StepFacts, message: string): ProofFinding {
  const [first] = guessed;
  const doubt =
    first === undefined ? "" : ` Not certain: ${first.path} is ${first.what}, and what that promises beyond its type was not kept to.`;
  return { ...finding(rule, first === undefined ? "error" : "warning", at, message + doubt), counterExample: example };
}

function finding(
  rule: ProofRule,
  severity: ProofFinding["severity"],
  { module, file, line, column, step }: StepPlace,
  message: string,
): ProofFinding {
  return { rule, severity, module, file, line, column, step, message, counterExample: null };
}
