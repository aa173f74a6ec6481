/** Text for people as the client shows it: with Markdown's marks, or without. Everything that is not our own words goes through `code`. */
import { toUri } from "../to-lsp.ts";
import type { Location } from "../analysis/span.ts";

export interface Markup {
  code(text: string): string;
  strong(text: string): string;
  link(text: string, place: Location): string;
  /** TypeScript. */
  block(code: string): string;
  list(items: readonly string[]): string;
}

export const markdown: Markup = {
  code(text) {
    const bare = text.replaceAll(/\s+/g, " ");
    const longest = Math.max(0, ...[...bare.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const fence = "`".repeat(longest + 1);
    const gap = /^`|`$/.test(bare) ? " " : "";
    return `${fence}${gap}${bare}${gap}${fence}`;
  },
  strong: (text) => `**${text}**`,
  link: (text, { file, range: { start } }) =>
    `[${text}](${toUri(file).replaceAll(/[()]/g, (bracket) => (bracket === "(" ? "%28" : "%29"))}#L${start.line},${start.column})`,
  block(code) {
    const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const fence = "`".repeat(longest + 1);
    return `${fence}ts\n${code}\n${fence}`;
  },
  list: (items) => items.map((item) => `- ${item}`).join("\n"),
};

export const plaintext: Markup = {
  code: (text) => text.replaceAll(/\s+/g, " "),
  strong: (text) => text,
  link: (text) => text,
  block: (code) => code,
  list: (items) => items.map((item) => `- ${item}`).join("\n"),
};
