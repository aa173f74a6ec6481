/** One file, one actor: a module is found by its default export. */
import type { ProjectFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";
import { rangeOf } from "../source-place.ts";
import type { ts } from "../typescript.ts";

export const severalActors: Rule = {
  id: "several-actors",
  severity: "error",
  description: "A file makes an actor that is not its default export.",
  *check({ modules, unreachable }: ProjectFacts): Iterable<Finding> {
    for (const { module, source } of modules) for (const call of source.others) yield finding(call, module.id);
    for (const call of unreachable) yield finding(call, null);
  },
};

function finding(call: ts.CallExpression, module: string | null): Finding {
  const where =
    module === null ? "This actor is exported, but not as the default export" : `The actor module \`${module}\` makes a second actor here`;
  return {
    rule: severalActors.id,
    severity: severalActors.severity,
    module,
    file: call.getSourceFile().fileName,
    range: rangeOf(call.expression),
    message: `${where}. A module is one actor, its file's default export; this one has no module id, so it is neither compared with a release nor upgraded. Move it to a file of its own and export it as the default.`,
    related: [],
    fixes: [],
  };
}
