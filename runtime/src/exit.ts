/**
 * Why a process ended, and the one error class of the runtime. Both are a leaf that everything else imports. Each error has a stable
 * `code`; `runtime/README.md` has a row for each, and a test compares the two.
 */

/**
 * Why a process ended, as in OTP. `"normal"`, `"shutdown"` and `{ shutdown: why }` are orderly: a `transient` child is not restarted for
 * them and nothing is logged. `"killed"` means that it was ended from outside without being asked. Anything else, usually the `Error`
 * that a handler threw, is a crash.
 */
export type ExitReason = "normal" | "shutdown" | "killed" | (string & {}) | { readonly shutdown: unknown } | Error;

/** Every code that the core throws, rejects with or reports. Never renamed once published. */
export const errorCodes = [
  "INSTAR_BAD_CHILD_SPEC",
  "INSTAR_BAD_DEFINITION",
  "INSTAR_BAD_RETURN",
  "INSTAR_BAD_UPGRADE",
  "INSTAR_CALL_EXITED",
  "INSTAR_CALL_SELF",
  "INSTAR_CALL_TIMEOUT",
  "INSTAR_CANNOT_TRAVEL",
  "INSTAR_CHILD_ALREADY_PRESENT",
  "INSTAR_CHILD_ALREADY_STARTED",
  "INSTAR_CHILD_NOT_FOUND",
  "INSTAR_CHILD_RESTARTING",
  "INSTAR_CHILD_RUNNING",
  "INSTAR_CODE_CHANGE_ASYNC",
  "INSTAR_CODE_CHANGE_FAILED",
  "INSTAR_CODE_CHANGE_IRREVERSIBLE",
  "INSTAR_CODE_CHANGE_MISSING",
  "INSTAR_CODE_CHANGE_RESULT",
  "INSTAR_COMMIT_FAILED",
  "INSTAR_DRAFT_STUCK",
  "INSTAR_EVENT_UNHANDLED",
  "INSTAR_INIT_FAILED",
  "INSTAR_MESSAGE_DROPPED",
  "INSTAR_MESSAGE_UNKNOWN",
  "INSTAR_MESSAGES_FAILED",
  "INSTAR_MIXED_FAILED",
  "INSTAR_NAME_TAKEN",
  "INSTAR_NO_ROLLBACK",
  "INSTAR_NOPROC",
  "INSTAR_NOT_A_HANDLE",
  "INSTAR_NOT_IN_PROCESS",
  "INSTAR_NOT_SUSPENDED",
  "INSTAR_NOT_SUPERVISED",
  "INSTAR_PROCESS_BUSY",
  "INSTAR_REPLACE_STATE_FAILED",
  "INSTAR_RESTART_FAILED",
  "INSTAR_SIMPLE_ONE_FOR_ONE",
  "INSTAR_STATE_INVALID",
  "INSTAR_SUPERVISOR_CYCLE",
  "INSTAR_SYSTEM_STOPPED",
  "INSTAR_UNDEFINED_FUNCTION",
  "INSTAR_UPGRADE_CANCELED",
  "INSTAR_UPGRADE_IN_PROGRESS",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** The runtime's error: match on `code`, show `message` to people. */
export class InstarError extends Error {
  readonly code: ErrorCode;
  /** For `INSTAR_CALL_EXITED`: why the called process ended. */
  readonly reason: ExitReason | undefined;

  constructor(code: ErrorCode, message: string, options: { readonly cause?: unknown; readonly reason?: ExitReason } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "InstarError";
    this.code = code;
    this.reason = options.reason;
  }
}

/** Whether a process that ended so was asked to, or finished its work: no crash report, and no restart of a `transient` child. */
export function isOrderly(reason: ExitReason): boolean {
  return reason === "normal" || reason === "shutdown" || isShutdown(reason);
}

/** A reason as text for messages and reports: the error's own message, not its stack. */
export function formatReason(reason: ExitReason): string {
  if (typeof reason === "string") return reason;
  try {
    if (reason instanceof Error) return `${reason.name}: ${reason.message}`;
    if (isShutdown(reason)) return `shutdown: ${safeString(reason.shutdown)}`;
  } catch {
    // An error that cannot be read, for example with a message that throws, is still a reason.
  }
  return safeString(reason);
}

/** Takes anything: a reason may come from code that types do not reach, for example from a `catch`, and a process has to end for it as well. */
function isShutdown(reason: unknown): reason is { readonly shutdown: unknown } {
  try {
    return typeof reason === "object" && reason !== null && !(reason instanceof Error) && "shutdown" in reason;
  } catch {
    return false;
  }
}

/** What a handler threw, as a reason. Values that are not errors are wrapped, so that a crash always has a stack. */
export function toReason(thrown: unknown): ExitReason {
  if (isError(thrown)) return thrown;
  return new Error(`a value that is not an Error was thrown: ${safeString(thrown)}`, { cause: thrown });
}

/** `String(value)` that survives objects which cannot be converted. */
export function safeString(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value === "function" ? "[function]" : "[object]";
  }
}

/** `instanceof` asks proxies, which may throw. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}
