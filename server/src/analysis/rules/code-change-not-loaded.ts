/** A module has to be evaluated before its steps can run. */
import type { Rule } from "../rule.ts";

export const codeChangeNotLoaded: Rule = {
  id: "code-change-not-loaded",
  group: "code-change",
  severity: "error",
  description: "A module with steps of `codeChange` cannot be loaded, so none of them was tried.",
  proof: true,
};
