/** What the demo prints: numbered steps, the commands it runs, and short excerpts of what they answer. */
import { styleText } from "node:util";

const coloured = process.stdout.isTTY && !process.env["NO_COLOR"];
const style = (format: "bold" | "cyan" | "dim" | "green" | "red", text: string): string => (coloured ? styleText(format, text) : text);
let steps = 0;

export function opening(text: string): void {
  print(`\n${text}`);
}

export function step(title: string): void {
  steps += 1;
  print(`\n${style("bold", `${steps}. ${title}`)}`);
}

export function command(text: string): void {
  print(style("cyan", `   $ ${text}`));
}

/** At most `most` lines, indented and cut to a readable width; what is left out is counted. Programs' own blank lines are left out. */
export function excerpt(text: string, most = 6): void {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const shown = lines.length > most ? lines.slice(0, most - 1) : lines;
  for (const line of shown) for (const part of fold(line)) print(`     ${part}`);
  if (shown.length < lines.length) print(style("dim", `     … ${lines.length - shown.length} more lines`));
}

/** In two lines at most, the second one indented further; what is longer than that is cut. */
function fold(line: string): string[] {
  const wide = 120;
  if (line.length <= wide) return [line];
  const end = Math.max(line.lastIndexOf(" ", wide), wide >> 1);
  const indent = " ".repeat(line.length - line.trimStart().length + 2);
  const rest = `${indent}${line.slice(end).trimStart()}`;
  return [line.slice(0, end), rest.length > wide ? `${rest.slice(0, wide - 1)}…` : rest];
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

/** @param sum What it is said of. */
export function verdict(sum: string, problems: readonly string[]): void {
  if (problems.length === 0) return print(`\n${sum}: ${style("green", "0 lost. Nothing was lost, duplicated or reordered.")}`);
  for (const problem of problems) print(`\n${style("red", `FAILED: ${problem}`)}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
