/** Light rendering of markdown for a terminal: without colours it is the text itself, minus the marks that only colour replaces. */
import { colors } from "./terminal.ts";

export function renderMarkdown(markdown: string): string {
  let fenced = false;
  return markdown
    .trimEnd()
    .split(/\r?\n/)
    .flatMap((line) => {
      const fence = /^\s*(```|~~~)(.*)$/.exec(line);
      if (fence !== null) {
        fenced = !fenced;
        // The first line of a block says which file the code is in, and whether it is the old or the new version.
        const info = fenced ? (fence[2] ?? "").trim().split(/\s+/).slice(1).join(" ") : "";
        return info === "" ? [] : [colors.dim(`    // ${info}`)];
      }
      if (fenced) return [/^\s*(\/\/)?\s*\^+/.test(line) ? `    ${colors.red(line)}` : `    ${line}`.trimEnd()];
      const heading = /^(#+)\s+(.*)$/.exec(line);
      if (heading !== null) return [colors.bold(inline(heading[2] ?? ""))];
      return [inline(line)];
    })
    .join("\n");
}

function inline(text: string): string {
  return text
    .replaceAll(/`([^`]+)`/g, (_, code: string) => colors.cyan(code))
    .replaceAll(/\*\*([^*]+)\*\*/g, (_, strong: string) => colors.bold(strong))
    .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, (_, label: string, target: string) => `${label} (${target})`);
}
