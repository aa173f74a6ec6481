/** What ends a process is not always a call that says so: memory that runs out, a signal. */
import type { Rule } from "../rule.ts";

export const codeChangeExits: Rule = {
  id: "code-change-exits",
  group: "code-change",
  severity: "error",
  description: "A step of `codeChange` ends the process that it runs in.",
  proof: true,
};
