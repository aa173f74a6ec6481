/** The document of *Show States*: real states of one version, each with what the steps would make of it. Knows no `vscode`, so that it is tested by itself. */
import type { LiveStates } from "../../server/src/protocol.ts";
import type { Translate } from "./prove-report.ts";

export function statesText(module: string, from: number, { runtimes }: LiveStates, t: Translate): string {
  const lines = [`// ${t("States of {0}, version {1}", module, from)}`];
  if (runtimes.length === 0) lines.push("", `// ${t("No process runs this version now.")}`);
  for (const { name, states, more, problem } of runtimes) {
    lines.push("", `// ${t("In {0}", name)}`);
    if (problem !== null) lines.push(`// ${t("What the steps make of them is not known. {0}", problem)}`);
    for (const { pid, name: registered, state, after } of states) {
      lines.push("", `// ${registered === null ? pid : `${registered} ${pid}`}`, state);
      if (after !== null) lines.push(`// ${t("as the code on disk would have it")}`, after);
    }
    if (more > 0) lines.push("", `// ${t("and {0} more", more)}`);
  }
  return `${lines.join("\n")}\n`;
}
