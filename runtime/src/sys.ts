/**
 * `sys`: what can be asked of every process, whatever its protocol is. The requests go through the mailbox, so they are served between two
 * messages. A request that times out is cancelled: it has no effect later.
 */
import { Converter } from "./convert.ts";
import { formatReason, InstarError, toReason } from "./exit.ts";
import type { Pid, Protocol, StateOf } from "./pid.ts";
import { planSteps } from "./plan-steps.ts";
import { noPid } from "./process-errors.ts";
import { ProcessPid } from "./process-pid.ts";
import { disarmTimer, isThenable, type Process } from "./process.ts";
import { UpgradeFailure } from "./upgrade-error.ts";

/**
 * As OTP's `sys`. All functions reject with `INSTAR_NOPROC` for what is not a live process, `INSTAR_CALL_EXITED` where it ends meanwhile,
 * `INSTAR_CALL_SELF` from its own handler, and `INSTAR_CALL_TIMEOUT` after `ms` milliseconds, by default 5000; then nothing happened.
 */
export const sys = {
  /** From now on the process takes only requests of `sys`, exit signals and `stop`. Suspending twice is the same as once. */
  suspend: <P>(pid: Pid<P>, ms?: number): Promise<void> => ask("suspend", pid, ms, (process) => process.suspendBySys()),

  /** Takes messages again. A `timeout` that ran begins anew. */
  resume: <P>(pid: Pid<P>, ms?: number): Promise<void> => ask("resume", pid, ms, (process) => process.resumeBySys()),

  getState: <P extends Protocol>(pid: Pid<P>, ms?: number): Promise<StateOf<P>> =>
    ask("getState", pid, ms, (process) => process.state as StateOf<P>),

  /** Sets the state to what `change` makes of it, and gives that. Rejects with `INSTAR_REPLACE_STATE_FAILED` where it throws or gives none. */
  replaceState: <P extends Protocol>(pid: Pid<P>, change: (state: StateOf<P>) => StateOf<P>, ms?: number): Promise<StateOf<P>> =>
    ask("replaceState", pid, ms, (process) => replaceState(process, change as (state: unknown) => unknown) as StateOf<P>),

  getStatus: <P>(pid: Pid<P>, ms?: number): Promise<Status> => ask("getStatus", pid, ms, statusOf),

  /**
   * Brings a suspended process that is still on an older version to the current one, by the steps of `codeChange`. An upgrade does that for
   * all processes at once, so there is nothing to do after one, unless it was in `mode: "otp"`.
   *
   * @throws `InstarError` `INSTAR_NOT_SUSPENDED`, and the codes of an upgrade that fails; the process is as before then
   */
  changeCode: <P>(pid: Pid<P>, { extra }: { readonly extra?: unknown } = {}, ms?: number): Promise<void> =>
    ask("changeCode", pid, ms, (process) => changeCode(process, extra)),
} as const;

/** What `sys.getStatus` gives. */
export interface Status {
  readonly pid: Pid<unknown>;
  readonly name: string | null;
  readonly module: string;
  readonly vsn: number;
  readonly status: "running" | "suspended";
  /** Whose handler, or which supervisor, started it. */
  readonly parent: Pid<unknown> | null;
  readonly trapExit: boolean;
  /** How many messages wait. */
  readonly mailbox: number;
  readonly state: unknown;
}

async function ask<R>(what: string, pid: unknown, ms: number | undefined, work: (process: Process) => R): Promise<R> {
  const process = ProcessPid.processOf(pid);
  if (process === null) throw noPid(`sys.${what}`, pid);
  // In a tuple, since a state may have a `then` of its own, for which a promise would wait.
  const [result] = (await process.system(`sys.${what}`, ms ?? 5000, () => [work(process)])) as [R];
  return result;
}

function statusOf(process: Process): Status {
  return {
    pid: process.pid as unknown as Pid<unknown>,
    name: process.name,
    module: process.module.id,
    vsn: process.version.vsn,
    status: process.suspendedBySys ? "suspended" : "running",
    parent: (process.parent?.pid ?? null) as Pid<unknown> | null,
    trapExit: process.trapExit,
    mailbox: process.queued,
    state: process.state,
  };
}

function replaceState(process: Process, change: (state: unknown) => unknown): unknown {
  const failed = (why: string, cause?: unknown): InstarError =>
    new InstarError(
      "INSTAR_REPLACE_STATE_FAILED",
      `sys.replaceState of ${process.describe()}: the function ${why}; the state is as before.`,
      {
        cause,
      },
    );
  let state: unknown;
  try {
    state = change(process.state);
    if (isThenable(state)) {
      // Nobody will look at it any more, so a rejection of it must not end the program.
      Promise.resolve(state).catch(() => {});
      throw new TypeError("it returned a promise");
    }
  } catch (thrown) {
    throw failed(`failed: ${formatReason(toReason(thrown))}`, thrown);
  }
  if (state === undefined) throw failed("returned nothing");
  const misfit = process.definition.misfit?.(state) ?? null;
  if (misfit !== null) throw failed(`returned no state of it: ${misfit}`);
  process.state = state;
  return state;
}

function changeCode(process: Process, extra: unknown): void {
  if (!process.suspendedBySys) {
    const text = `sys.changeCode of ${process.describe()}: it is not suspended, and could be in a handler of the old code. Use sys.suspend first.`;
    throw new InstarError("INSTAR_NOT_SUSPENDED", text);
  }
  const { module, version, host } = process;
  const to = module.current;
  if (version === to) return;
  const plan = planSteps({ module: { ...module, current: version }, to });
  if (!plan.ok) throw new InstarError(plan.error.code as InstarError["code"], plan.error.message);
  try {
    const converter = new Converter(version, { to, steps: plan.steps }, extra);
    const state = converter.state(process);
    const { mailbox, dropped, timers, dropsTimeout } = converter.messages(process);
    process.version = to;
    process.state = state;
    process.mailbox.replace(mailbox);
    if (dropsTimeout) process.forgetTimeout();
    for (const { message, why } of dropped) {
      const text = `${message.kind} ${message.name} to ${process.describe()} was dropped by a change of its code: ${why}`;
      message.call?.reject(new InstarError("INSTAR_MESSAGE_DROPPED", text));
    }
    for (const [timer, args] of timers) {
      if (args !== null) timer.args = args;
      else {
        disarmTimer(host.clock, timer);
        process.timers?.delete(timer);
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof UpgradeFailure)) throw thrown;
    throw new InstarError(thrown.error.code as InstarError["code"], thrown.error.message, { cause: thrown });
  }
}
