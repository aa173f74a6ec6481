/** A step has to mean the same for as long as there are processes at its version; what it shares with the rest of the program changes with that. */
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { moduleSteps, type StepFunction } from "../module-steps.ts";
import { relativeTo } from "../paths.ts";
import { resolveSource } from "../resolve-source.ts";
import type { Finding, Fix, Rule, Severity } from "../rule.ts";
import type { Range } from "../span.ts";

export const codeChangeImportsLiveCode: Rule = {
  id: "code-change-imports-live-code",
  group: "code-change",
  severity: "warning",
  description: "A step of `codeChange` calls a function that other code uses as well, and changes its meaning together with it.",
  *check({ root, modules, bodies }: ProjectFacts): Iterable<Finding> {
    const isThere = (file: string): boolean => bodies.of("exportedFunctions", file).length > 0;
    // What two steps reach is told once.
    const told = new Set<string>();
    for (const { facts, step } of moduleSteps({ modules, bodies })) {
      const { file } = facts.module;
      const seen = new Set<string>();
      for (const { name, range, copied } of step.shared) {
        const key = `${file}:${range.start.line}:${range.start.column}`;
        if (told.has(key)) continue;
        told.add(key);
        const fix: Fix[] =
          copied === null
            ? []
            : [
                {
                  title: `Give the step a copy of ${name}`,
                  preferred: false,
                  questions: [],
                  edits: () => copied.map((edit) => ({ file, ...edit })),
                },
              ];
        yield finding(facts, step, range, `\`${name}\`, which other code of this module uses as well`, fix);
      }
      for (const { from, name, range, through } of step.calls) {
        const own = !through.some((each) => step.shared.some((other) => other.name === each));
        const target = own ? resolveSource(file, from, isThere) : undefined;
        if (target === undefined || seen.has(name) || !bodies.of("exportedFunctions", target).some((each) => each.name === name)) continue;
        seen.add(name);
        yield finding(facts, step, range, `\`${name}\` of \`${relativeTo(root, target)}\``, []);
      }
    }
  },
};

function finding(
  { module, source }: ModuleFacts,
  { name, from }: StepFunction,
  range: Range,
  what: string,
  fixes: readonly Fix[],
): Finding {
  // Until the version is released, nobody relies on what the step means.
  const isOld = from !== null && source.vsn !== null && from + 1 < source.vsn;
  const severity: Severity = isOld ? codeChangeImportsLiveCode.severity : "info";
  return {
    rule: codeChangeImportsLiveCode.id,
    severity,
    module: module.id,
    file: module.file,
    range,
    message:
      `\`${name}\` calls ${what}. ${isOld ? "It was written for an earlier version, and means something else as soon as that function does" : "Once it is released, it means something else as soon as that function does"}: ` +
      "processes that come from this version later get other states than those before, or none at all. Give the step a function of its own, named after the version.",
    related: [],
    fixes,
  };
}
