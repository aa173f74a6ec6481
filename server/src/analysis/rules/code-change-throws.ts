/** A state on which a step throws: only running it finds one. */
import type { Rule } from "../rule.ts";

export const codeChangeThrows: Rule = {
  id: "code-change-throws",
  group: "code-change",
  severity: "error",
  description: "A step of `codeChange` throws on a state that its type allows.",
  proof: true,
};
