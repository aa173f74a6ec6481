/** What goes wrong in an upgrade, as the report carries it. */
import { fileURLToPath } from "node:url";
import type { ErrorCode } from "./exit.ts";
import type { Process } from "./process.ts";
import type { UpgradeError } from "./protocol.ts";

/** Thrown inside the engine only; the report gets its `error`. */
export class UpgradeFailure extends Error {
  readonly error: UpgradeError;

  constructor(error: UpgradeError) {
    super(error.message);
    this.name = "UpgradeFailure";
    this.error = error;
  }
}

export function upgradeError(
  code: ErrorCode,
  message: string,
  where: { readonly module?: string; readonly process?: Process; readonly thrown?: unknown } = {},
): UpgradeError {
  return {
    code,
    message,
    module: where.module ?? where.process?.module.id ?? null,
    pid: where.process?.pid.id ?? null,
    name: where.process?.name ?? null,
    place: placeOf(where.thrown),
  };
}

/** Where an error was thrown: the first frame of its stack in code that is neither Node's nor a package's. */
function placeOf(thrown: unknown): UpgradeError["place"] {
  if (!(thrown instanceof Error)) return null;
  // The runtime of an application is itself a package there, and here its frames lie beneath those of the step.
  for (const line of (thrown.stack ?? "").split("\n")) {
    const frame = /^\s+at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/.exec(line);
    const [, url, row, column] = frame ?? [];
    if (url === undefined || /[\\/]node_modules[\\/]/.test(url)) continue;
    return { file: pathOf(url), line: Number(row), column: Number(column) };
  }
  return null;
}

function pathOf(url: string): string {
  const plain = url.replace(/\?v=\d+$/, "");
  try {
    return plain.startsWith("file:") ? fileURLToPath(plain) : plain;
  } catch {
    return plain;
  }
}
