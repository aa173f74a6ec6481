/** A loop that some state never ends: only running it finds one. */
import type { Rule } from "../rule.ts";

export const codeChangeHangs: Rule = {
  id: "code-change-hangs",
  group: "code-change",
  severity: "error",
  description: "A step of `codeChange` does not return in time.",
  proof: true,
};
