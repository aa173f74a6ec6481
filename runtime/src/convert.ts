/**
 * Converts the processes of one module for an upgrade: computes new states, mailboxes and timers beside the old ones. Changes nothing; what
 * it throws is an `UpgradeFailure`.
 */
import { inspect, isDeepStrictEqual } from "node:util";
import { Copier, copyState } from "./copy-state.ts";
import { formatReason, InstarError, toReason } from "./exit.ts";
import type { Message } from "./mailbox.ts";
import type { ModuleVersion } from "./module.ts";
import type { PlannedStep } from "./plan-steps.ts";
import { handlersOf, isThenable, type Process, type Timer } from "./process.ts";
import type { RehearsedProcess } from "./protocol.ts";
import { upgradeError, UpgradeFailure } from "./upgrade-error.ts";

export interface Conversion {
  readonly to: ModuleVersion;
  readonly steps: readonly PlannedStep[];
  readonly validate?: StateCheck;
  readonly validateBack?: StateCheck;
  readonly prototypes?: ReadonlyMap<object, object>;
  readonly readsOnly?: boolean;
}

/** Null where a state fits, else a sentence with the path in the state at which it does not. */
export type StateCheck = (state: unknown) => string | null;

/** What an upgrade does with the messages of one process. */
export interface ConvertedMessages {
  readonly process: Process;
  /** What this was made of. */
  readonly queued: readonly Message[];
  readonly mailbox: readonly Message[];
  /** Calls whose callers are to be told that their message was dropped, and why. */
  readonly dropped: readonly { readonly message: Message; readonly why: string }[];
  /** New arguments of infos that are still to come; null cancels. */
  readonly timers: ReadonlyMap<Timer, readonly unknown[] | null>;
  /** Whether the info `timeout`, which comes unless a message does, is cancelled. */
  readonly dropsTimeout: boolean;
  readonly translated: number;
}

type BareStep = Pick<PlannedStep, "label" | "run">;

export class Converter {
  readonly #conversion: Conversion;
  readonly #from: ModuleVersion;
  readonly #extra: unknown;
  readonly #copier: Copier;
  /** Steps of the code that is left, and of the code that comes. Between the two, old classes become new ones. */
  readonly #leaving: readonly BareStep[];
  readonly #coming: readonly BareStep[];
  readonly #prototypes: ReadonlyMap<object, object>;
  /** Whether a state can come out other than it was. */
  readonly #changesStates: boolean;
  /** Whether steps get the states themselves. */
  readonly #inPlace: boolean;
  readonly #checks: boolean;
  /** Whether a message can come out other than it was, or not at all. */
  readonly changesMessages: boolean;

  constructor(from: ModuleVersion, conversion: Conversion, extra: unknown) {
    const { to, steps, prototypes = new Map<object, object>(), readsOnly = false } = conversion;
    this.#conversion = conversion;
    this.#from = from;
    this.#extra = extra;
    this.#prototypes = prototypes;
    this.#leaving = steps.filter(({ code }) => code === "from");
    this.#coming = steps.filter(({ code }) => code === "to");
    this.#copier = new Copier(this.#leaving.length === 0 ? prototypes : new Map());
    this.#changesStates = steps.length > 0 || prototypes.size > 0;
    this.#inPlace = readsOnly && prototypes.size === 0;
    // A state that stays as it is, for code that expects the same shape, is not new.
    this.#checks = steps.length > 0 || from.shape === null || from.shape !== to.shape;
    this.changesMessages = steps.some(({ messages }) => Object.keys(messages).length > 0) || losesHandlers(from, to);
  }

  /** The state that a process will have. */
  state(process: Process): unknown {
    const { to, validate } = this.#conversion;
    let state = process.state;
    if (this.#changesStates) {
      if (!this.#inPlace) state = this.#copier.copy(state);
      if (this.#leaving.length > 0) {
        state = runSteps(process, state, this.#leaving, this.#extra);
        if (this.#prototypes.size > 0) state = new Copier(this.#prototypes).copy(state);
      }
      state = runSteps(process, state, this.#coming, this.#extra);
    }
    if (this.#checks) checkState(process, state, to, validate, `version ${to.vsn}`);
    return state;
  }

  /** For rehearsals: takes a new state the way back, as far as there is one, and looks whether what comes back is what the process has. */
  rehearseWayBack(process: Process, state: unknown): RehearsedProcess["wayBack"] {
    const { steps, to, validateBack } = this.#conversion;
    const back = wayBack(steps);
    if (back === null) return "none";
    const there = runSteps(process, copyState(state), back, this.#extra);
    if (this.#checks) checkState(process, there, this.#from, validateBack, `version ${this.#from.vsn}, back from ${to.vsn}`);
    return isDeepStrictEqual(there, process.state) ? "lossless" : "lossy";
  }

  /** What becomes of the messages that wait for a process, and of the infos that are still to come. */
  messages(process: Process): ConvertedMessages {
    const { to, steps } = this.#conversion;
    const queued = process.mailbox.messages();
    if (!this.changesMessages)
      return { process, queued, mailbox: queued, dropped: [], timers: new Map(), dropsTimeout: false, translated: 0 };
    const mailbox: Message[] = [];
    const dropped: { message: Message; why: string }[] = [];
    const timers = new Map<Timer, readonly unknown[] | null>();
    let translated = 0;
    for (const message of queued) {
      if (!isForHandlers(message)) {
        mailbox.push(message);
        continue;
      }
      const result = convertMessage(process, message, steps);
      if ("drop" in result) {
        dropped.push({ message, why: result.drop });
        continue;
      }
      checkKnown(process, message, this.#from, to);
      if (result.args === message.args) mailbox.push(message);
      else mailbox.push(message.with(result.args));
      if (result.args !== message.args) translated++;
    }
    for (const timer of process.timers ?? []) timers.set(timer, this.#infoToCome(process, timer.name, timer.args));
    const dropsTimeout = process.awaitsTimeout && this.#infoToCome(process, "timeout", []) === null;
    return { process, queued, mailbox, dropped, timers, dropsTimeout, translated };
  }

  /** A message that code of the version that was left sends still, from another program. @throws where it cannot be handled here */
  lateMessage(process: Process, message: Message): Message {
    if (!this.changesMessages || !isForHandlers(message)) return message;
    const result = lateResult(process, message, this.#conversion.steps);
    if ("drop" in result) throw new InstarError("INSTAR_MESSAGE_DROPPED", `version ${this.#conversion.to.vsn} drops it: ${result.drop}`);
    return result.args === message.args ? message : message.with(result.args);
  }

  /** Its new arguments; null where it is dropped. */
  #infoToCome(process: Process, name: string, args: readonly unknown[]): readonly unknown[] | null {
    const { to, steps } = this.#conversion;
    const message = { kind: "info", name, args } as const;
    const result = convertMessage(process, message, steps);
    if ("drop" in result) return null;
    checkKnown(process, message, this.#from, to);
    return result.args;
  }
}

/** The steps that undo these, last first; null where one of them cannot be undone. */
export function wayBack(steps: readonly PlannedStep[]): readonly BareStep[] | null {
  const back: BareStep[] = [];
  for (const { label, back: run } of steps.toReversed()) {
    if (run === null) return null;
    back.push({ label: label.endsWith(" up") ? label.replace(/ up$/, " down") : label.replace(/ down$/, " up"), run });
  }
  return back;
}

/** Whether a message is for the actor's handlers, and not for the runtime. */
export function isForHandlers(message: Message): message is Message & { readonly kind: "call" | "cast" | "info" } {
  return message.kind === "call" || message.kind === "cast" || message.kind === "info";
}

function runSteps(process: Process, state: unknown, steps: readonly BareStep[], extra: unknown): unknown {
  let current = state;
  for (const step of steps) {
    const before = current;
    try {
      current = step.run(before, extra);
      if (!isWhole(current, before)) throw new BadResult();
    } catch (thrown) {
      throw stepFailure(process, step, before, current, thrown);
    }
  }
  return current;
}

/** What a step returned is a state, as far as one can tell without its type. */
function isWhole(result: unknown, before: unknown): boolean {
  if (typeof result === "object" && result !== null) return !isThenable(result);
  return result !== undefined && typeof result !== "function" && (typeof before !== "object" || before === null);
}

/** A step returned something that is no state. */
class BadResult extends Error {}

function stepFailure(process: Process, { label }: BareStep, before: unknown, result: unknown, thrown: unknown): UpgradeFailure {
  const where = `codeChange ${label} in ${process.describe()}`;
  if (!(thrown instanceof BadResult)) {
    const text = `${where} failed: ${formatReason(toReason(thrown))}`;
    return new UpgradeFailure(upgradeError("INSTAR_CODE_CHANGE_FAILED", text, { process, thrown }));
  }
  if (isThenable(result)) {
    // Nobody will look at it any more, so a rejection of it must not end the program.
    Promise.resolve(result).catch(() => {});
    const text = `${where} returned a promise. All states are swapped in one turn, so steps are synchronous: do the waiting before the upgrade and pass its result as extra.`;
    return new UpgradeFailure(upgradeError("INSTAR_CODE_CHANGE_ASYNC", text, { process }));
  }
  const text = `${where} returned ${inspect(result, { depth: 0 })} where it had got ${inspect(before, { depth: 0 })}. A step returns the whole new state; is a return missing?`;
  return new UpgradeFailure(upgradeError("INSTAR_CODE_CHANGE_RESULT", text, { process }));
}

/** @param version For people: the version that the state has to fit. */
function checkState(process: Process, state: unknown, to: ModuleVersion, validate: StateCheck | undefined, version: string): void {
  const misfit = (to.definition as Process["definition"]).misfit?.(state) ?? validate?.(state) ?? null;
  if (misfit === null) return;
  const text =
    `the state that ${process.describe()} would have in ${version} is not of that version's shape: ${misfit}. ` +
    `Its handlers would fail on it, so nothing was changed. Correct the step of codeChange that makes it.`;
  throw new UpgradeFailure(upgradeError("INSTAR_STATE_INVALID", text, { process }));
}

function convertMessage(
  process: Process,
  message: Pick<Message, "kind" | "name" | "args">,
  steps: readonly PlannedStep[],
): { readonly args: readonly unknown[] } | { readonly drop: string } {
  let { args } = message;
  for (const { label, messages } of steps) {
    const step = Object.hasOwn(messages, message.name) ? messages[message.name] : undefined;
    if (step === undefined) continue;
    const where = `messages.${message.name} of codeChange ${label} in ${process.describe()}`;
    const fail = (why: string, thrown?: unknown): never => {
      throw new UpgradeFailure(upgradeError("INSTAR_MESSAGES_FAILED", `${where} ${why}`, { process, thrown }));
    };
    if (step === "oneWay") {
      return fail(
        `has no down, and a ${message.kind} ${message.name} is queued. Write { up, down }, with drop("why") where there is no way.`,
      );
    }
    if ("drop" in step) return step;
    let result: unknown;
    try {
      // The sender holds the same objects.
      result = step.translate(...copyState(args));
    } catch (thrown) {
      return fail(`failed: ${formatReason(toReason(thrown))}`, thrown);
    }
    if (!Array.isArray(result)) return fail(`returned ${inspect(result, { depth: 0 })}, but it returns the list of the new arguments.`);
    args = result as readonly unknown[];
  }
  return { args };
}

/** There is no upgrade any more that could fail for it: whoever sent it is told. */
function lateResult(...sent: Parameters<typeof convertMessage>): ReturnType<typeof convertMessage> {
  try {
    return convertMessage(...sent);
  } catch (thrown) {
    throw new InstarError("INSTAR_MESSAGES_FAILED", (thrown as UpgradeFailure).message);
  }
}

/** New code that has no handler for what is queued would lose it. */
function checkKnown(
  process: Process,
  { kind, name }: { readonly kind: "call" | "cast" | "info"; readonly name: string },
  from: ModuleVersion,
  to: ModuleVersion,
): void {
  if (!isLost(kind, name, from, to)) return;
  const text =
    `a ${kind} ${name} waits for ${process.describe()}, and version ${to.vsn} has no handler for it, so it would be lost. ` +
    `Keep the handler, or write messages: { ${name}: drop("why") } in the step.`;
  throw new UpgradeFailure(upgradeError("INSTAR_MESSAGE_UNKNOWN", text, { process }));
}

/** Whether a message has a handler now and will have none. */
export function isLost(kind: "call" | "cast" | "info", name: string, from: ModuleVersion, to: ModuleVersion): boolean {
  const before = handlersOf(from.definition as Process["definition"], kind);
  const after = handlersOf(to.definition as Process["definition"], kind);
  return before !== undefined && Object.hasOwn(before, name) && (after === undefined || !Object.hasOwn(after, name));
}

function losesHandlers(from: ModuleVersion, to: ModuleVersion): boolean {
  return (["call", "cast", "info"] as const).some((kind) =>
    Object.keys(handlersOf(from.definition as Process["definition"], kind) ?? {}).some((name) => isLost(kind, name, from, to)),
  );
}
