/** The lines of plans and reports in a terminal: what they mean becomes a colour. */
import { type Line, type Tone } from "../documents/line.ts";
import { colors } from "./terminal.ts";

export function paint(lines: readonly Line[]): string {
  return lines
    .map((line) =>
      line.map((cell) => (typeof cell === "string" ? cell : cell.tone === undefined ? cell.text : tones[cell.tone](cell.text))).join(""),
    )
    .join("\n");
}

const tones: Record<Tone, (text: string) => string> = {
  good: colors.green,
  bad: colors.red,
  warning: colors.yellow,
  quiet: colors.dim,
  strong: colors.bold,
};
