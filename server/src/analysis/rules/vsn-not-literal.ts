/** The version must be readable without running the program: snapshots, steps and plans are all named after it. */
import type { ModuleFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

export const vsnNotLiteral: Rule = {
  id: "vsn-not-literal",
  severity: "error",
  group: "state",
  description: "An actor's `vsn` is not written as a whole number from 1.",
  *checkModule(facts): Iterable<Finding> {
    if (facts.module.vsn === null) yield finding(facts);
  },
};

function finding({ module, source }: ModuleFacts): Finding {
  const what = !source.written
    ? "The definition of this actor is not written out in the call, so its `vsn` cannot be read."
    : source.vsnValue === null
      ? "This actor has no `vsn`."
      : `\`${source.vsnValue.text}\` is not a \`vsn\`: it has to be written as a whole number from 1.`;
  return {
    rule: vsnNotLiteral.id,
    severity: vsnNotLiteral.severity,
    module: module.id,
    file: module.file,
    range: source.vsnValue?.range ?? module.ranges.actor,
    message: `${what} Without it nothing tells which states this code understands, and the module is not compared with any release. Write it as a literal, for example \`vsn: 1\`.`,
    related: [],
    fixes: [],
  };
}
