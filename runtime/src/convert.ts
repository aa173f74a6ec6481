/**
 * Converts one process for an upgrade: computes its new state, mailbox and timers beside the old ones. Changes nothing; what it throws is
 * an `UpgradeFailure`.
 */
import { inspect } from "node:util";
import { copyState } from "./copy-state.ts";
import { formatReason, toReason } from "./exit.ts";
import type { Message } from "./mailbox.ts";
import type { ModuleVersion } from "./module.ts";
import type { PlannedStep } from "./plan-steps.ts";
import { handlersOf, isThenable, type Process, type Timer } from "./process.ts";
import { upgradeError, UpgradeFailure } from "./upgrade-error.ts";

export interface Converted {
  readonly process: Process;
  readonly to: ModuleVersion;
  readonly state: unknown;
  readonly mailbox: readonly Message[];
  /** Calls whose callers are to be told that their message was dropped, and why. */
  readonly dropped: readonly { readonly message: Message; readonly why: string }[];
  /** New arguments of infos that are still to come; null cancels. */
  readonly timers: ReadonlyMap<Timer, readonly unknown[] | null>;
  readonly translated: number;
}

export interface Conversion {
  readonly to: ModuleVersion;
  readonly steps: readonly PlannedStep[];
  readonly validate?: StateCheck;
}

/** Null where a state fits, else a sentence with the path in the state at which it does not. */
export type StateCheck = (state: unknown) => string | null;

export function convert(process: Process, { to, steps, validate }: Conversion, extra: unknown): Converted {
  // One whose `init` has not begun has messages, but no state: the `init` of the new code will make it.
  const state =
    steps.length === 0 || process.phase === "starting" ? process.state : convertState(process, copyState(process.state), steps, extra);
  // One that stays as it is, for code that expects the same shape, is not new.
  const isNew = steps.length > 0 || process.version.shape === null || process.version.shape !== to.shape;
  if (isNew && process.phase !== "starting") checkState(process, state, validate, `version ${to.vsn}`);
  const mailbox: Message[] = [];
  const dropped: { message: Message; why: string }[] = [];
  const timers = new Map<Timer, readonly unknown[] | null>();
  let translated = 0;

  for (const message of process.mailbox.messages()) {
    if (message.kind === "stop") {
      mailbox.push(message);
      continue;
    }
    const result = convertMessage(process, message, steps);
    if ("drop" in result) {
      dropped.push({ message, why: result.drop });
      continue;
    }
    checkKnown(process, message, to);
    if (result.args === message.args) mailbox.push(message);
    else mailbox.push({ ...message, args: result.args });
    if (result.args !== message.args) translated++;
  }
  for (const timer of process.timers ?? []) {
    const message = { kind: "info", name: timer.name, args: timer.args } as const;
    const result = convertMessage(process, message, steps);
    if (!("drop" in result)) checkKnown(process, message, to);
    timers.set(timer, "drop" in result ? null : result.args);
  }
  return { process, to, state, mailbox, dropped, timers, translated };
}

/** Takes a state over the steps; also used by rehearsals, for the way back. */
export function convertState(
  process: Process,
  state: unknown,
  steps: readonly Pick<PlannedStep, "label" | "run">[],
  extra: unknown,
): unknown {
  let current = state;
  for (const { label, run } of steps) {
    const before = current;
    const where = `codeChange ${label} in ${process.describe()}`;
    try {
      current = run(before, extra);
    } catch (thrown) {
      const text = `${where} failed: ${formatReason(toReason(thrown))}`;
      throw new UpgradeFailure(upgradeError("INSTAR_CODE_CHANGE_FAILED", text, { process, thrown }));
    }
    if (isThenable(current)) {
      // Nobody will look at it any more, so a rejection of it must not end the program.
      Promise.resolve(current).catch(() => {});
      const text = `${where} returned a promise. All states are swapped in one turn, so steps are synchronous: do the waiting before the upgrade and pass its result as extra.`;
      throw new UpgradeFailure(upgradeError("INSTAR_CODE_CHANGE_ASYNC", text, { process }));
    }
    if (current === undefined || typeof current === "function" || (isObject(before) && !isObject(current))) {
      const text = `${where} returned ${inspect(current, { depth: 0 })} where it had got ${inspect(before, { depth: 0 })}. A step returns the whole new state; is a return missing?`;
      throw new UpgradeFailure(upgradeError("INSTAR_CODE_CHANGE_RESULT", text, { process }));
    }
  }
  return current;
}

/** @param version For people: the version that the state has to fit. */
export function checkState(process: Process, state: unknown, validate: StateCheck | undefined, version: string): void {
  const misfit = validate?.(state) ?? null;
  if (misfit === null) return;
  const text =
    `the state that ${process.describe()} would have in ${version} is not of that version's shape: ${misfit} ` +
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

/** New code that has no handler for what is queued would lose it. */
function checkKnown(process: Process, message: Pick<Message, "kind" | "name">, to: ModuleVersion): void {
  if (message.kind === "stop") return;
  const before = handlersOf(process.definition, message.kind);
  const after = handlersOf(to.definition as Process["definition"], message.kind);
  const { name } = message;
  if (before === undefined || !Object.hasOwn(before, name) || (after !== undefined && Object.hasOwn(after, name))) return;
  const text =
    `a ${message.kind} ${name} waits for ${process.describe()}, and version ${to.vsn} has no handler for it, so it would be lost. ` +
    `Keep the handler, or write messages: { ${name}: drop("why") } in the step.`;
  throw new UpgradeFailure(upgradeError("INSTAR_MESSAGE_UNKNOWN", text, { process }));
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
