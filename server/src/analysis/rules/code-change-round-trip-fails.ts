/** What comes back from `up` and `down`: only running them says so. */
import type { Rule } from "../rule.ts";

export const codeChangeRoundTripFails: Rule = {
  id: "code-change-round-trip-fails",
  group: "code-change",
  severity: "error",
  description: "A state that goes up by a step of `codeChange` and down again is another one, although nothing forces that.",
  proof: true,
};
