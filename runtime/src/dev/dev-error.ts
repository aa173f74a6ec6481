/** The dev runtime's error: a stable code, a message for people, and the place in the TypeScript source. A leaf, so that all may throw it. */
import type { ErrorCode } from "../exit.ts";
import type { UpgradeError } from "../protocol.ts";

/** Never renamed once published; `docs/protocol.md` has a row for each. */
export type DevErrorCode =
  | "INSTAR_BAD_NAME"
  | "INSTAR_BUILD_FAILED"
  | "INSTAR_BUILD_NOT_KEPT"
  | "INSTAR_EVALUATION_FAILED"
  | "INSTAR_IMAGE_REFUSED"
  | "INSTAR_KIND_CHANGED"
  | "INSTAR_MODULE_GONE"
  | "INSTAR_MODULE_ID_TAKEN"
  | "INSTAR_MODULE_UNKNOWN"
  | "INSTAR_NOTHING_TO_ROLL_BACK"
  | "INSTAR_NOT_AN_APPLICATION"
  | "INSTAR_NOT_UNDER_DEV"
  | "INSTAR_PLAN_STALE"
  | "INSTAR_REDACTION_FAILED"
  | "INSTAR_REHEARSAL_EXITED"
  | "INSTAR_REHEARSAL_HANGS"
  | "INSTAR_REHEARSAL_OUT_OF_MEMORY"
  | "INSTAR_RUNTIME_ALREADY_RUNNING"
  | "INSTAR_RUNTIME_EXITED"
  | "INSTAR_RUNTIME_UNRESPONSIVE"
  | "INSTAR_START_FAILED"
  | "INSTAR_STATES_DAMAGED"
  | "INSTAR_STATES_NOT_SAVED"
  | "INSTAR_TOP_LEVEL_AWAIT"
  | "INSTAR_UNRESOLVED_IMPORT";

export type Place = NonNullable<UpgradeError["place"]>;

export class DevError extends Error {
  readonly code: string;
  readonly place: Place | null;
  /** The module id, where the error is about one. */
  readonly module: string | null;

  constructor(
    code: DevErrorCode | ErrorCode,
    message: string,
    about: { place?: Place | null; module?: string | null; cause?: unknown } = {},
  ) {
    super(message, "cause" in about ? { cause: about.cause } : undefined);
    this.name = "DevError";
    this.code = code;
    this.place = about.place ?? null;
    this.module = about.module ?? null;
  }
}

/** As it stands in a report. An error that nobody foresaw keeps its message under `fallback`. */
export function toUpgradeError(error: unknown, fallback: DevErrorCode | ErrorCode): UpgradeError {
  if (error instanceof DevError) {
    return { code: error.code, message: error.message, module: error.module, pid: null, name: null, place: error.place };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: fallback, message, module: null, pid: null, name: null, place: null };
}

/** One line for a log: the message, and the place where there is one. */
export function formatUpgradeError(error: UpgradeError): string {
  const place = error.place === null ? "" : `${error.place.file}:${error.place.line}:${error.place.column}: `;
  return `${place}${error.message} (${error.code})`;
}
