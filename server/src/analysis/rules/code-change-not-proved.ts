/** What was not tried is told, so that silence means something. */
import type { Rule } from "../rule.ts";

export const codeChangeNotProved: Rule = {
  id: "code-change-not-proved",
  group: "code-change",
  severity: "warning",
  description: "A step of `codeChange` was not tried, or not to the end.",
  proof: true,
};
