/** How the program ends: its exit codes, and the errors that decide them. */

export const exitCode = {
  /** Nothing at error level. */
  ok: 0,
  /** Findings at error level, or the operation was refused, failed or canceled. */
  refused: 1,
  /** Wrong usage, wrong configuration, or no runtime to reach. */
  usage: 2,
} as const;

/** What the user asked for makes no sense here. The message says what is wrong and what to do. Exit code 2. */
export class UsageError extends Error {}

/** The project's configuration is wrong. The message says where, what, and what is allowed. Exit code 2. */
export class ConfigurationError extends Error {
  readonly code = "INSTAR_CONFIGURATION";
}

/** The operation was asked for rightly and is refused or failed; nothing changed unless the message says so. Exit code 1. */
export class Refused extends Error {}
