/** One file, one actor: a module is found by its default export. */
import type { Finding, Rule } from "../rule.ts";
import type { Range } from "../span.ts";

export const severalActors: Rule = {
  id: "several-actors",
  severity: "error",
  group: "project",
  description: "A file makes an actor that is not its default export.",
  *checkModule({ module, source }): Iterable<Finding> {
    for (const range of source.others) yield finding(module.file, range, module.id);
  },
  *check({ readings }): Iterable<Finding> {
    for (const { file, unreachable } of readings) for (const range of unreachable) yield finding(file, range, null);
  },
};

function finding(file: string, range: Range, module: string | null): Finding {
  const where =
    module === null ? "This actor is exported, but not as the default export" : `The actor module \`${module}\` makes a second actor here`;
  return {
    rule: severalActors.id,
    severity: severalActors.severity,
    module,
    file,
    range,
    message: `${where}. A module is one actor, its file's default export; this one has no module id, so it is neither compared with a release nor upgraded. Move it to a file of its own and export it as the default.`,
    related: [],
    fixes: [],
  };
}
