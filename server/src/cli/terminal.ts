/** Printing for people: colours only where they are wanted, and no death by a reader that goes away. */
import picocolors from "picocolors";

export { count } from "../documents/words.ts";

/** Colours, or functions that leave text alone: where output is no terminal, or `NO_COLOR` or `--no-color` is given. `FORCE_COLOR` wins over the terminal. */
export const colors = picocolors.createColors(wantsColors());

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printError(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** `instar check | head` closes our output early, and a terminal that goes away breaks it. Neither is an error of this program. */
export function guardStreams(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    });
  }
}

/** Rows in columns as wide as their longest cell, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function wantsColors(): boolean {
  if (process.env["NO_COLOR"] || process.argv.includes("--no-color")) return false;
  if (process.env["FORCE_COLOR"] && process.env["FORCE_COLOR"] !== "0") return true;
  if (!process.stdout.isTTY) return false;
  return process.env["TERM"] !== "dumb";
}
