/** What the demo prints: numbered steps, the commands it runs, and short excerpts of what they answer. */
import { styleText } from "node:util";

const coloured = process.stdout.isTTY && !process.env["NO_COLOR"];
const style = (format: "bold" | "cyan" | "dim" | "green" | "red", text: string): string => (coloured ? styleText(format, text) : text);
let steps = 0;

export function step(title: string): void {
  steps += 1;
  print(`\n${style("bold", `${steps}. ${title}`)}`);
}

export function command(text: string): void {
  print(style("cyan", `   $ ${text}`));
}

/** At most `most` lines, indented and cut to a readable width; what is left out is counted. */
export function excerpt(text: string, most = 6): void {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const shown = lines.length > most ? lines.slice(0, most - 1) : lines;
  for (const line of shown) print(`     ${line.length > 120 ? `${line.slice(0, 119)}…` : line}`);
  if (shown.length < lines.length) print(style("dim", `     … ${lines.length - shown.length} more lines`));
}

export function note(text: string): void {
  print(`   ${text}`);
}

export function heading(title: string): void {
  print(`\n${style("bold", title)}`);
}

/** Rows of a label and a value. */
export function rows(pairs: readonly (readonly [label: string, value: string])[]): void {
  const width = Math.max(...pairs.map(([label]) => label.length));
  for (const [label, value] of pairs) print(`   ${label.padEnd(width)}  ${value}`);
}

export function verdict(problems: readonly string[]): void {
  if (problems.length === 0) return print(`\n${style("green", "Nothing was lost, duplicated or reordered.")}`);
  for (const problem of problems) print(`\n${style("red", `FAILED: ${problem}`)}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
