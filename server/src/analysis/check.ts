/** Every rule over the facts of a project. What one module alone decides is judged again only where that module changed. */
import type { Configuration } from "./configuration.ts";
import type { ModuleFacts, ProjectFacts } from "./facts.ts";
import { ofModules } from "./of-modules.ts";
import type { Finding, Rule } from "./rule.ts";
import { reviewed } from "./review.ts";
import * as rules from "./rules/all.ts";

export function check(facts: ProjectFacts): readonly Finding[] {
  const found: Finding[] = [];
  for (const rule of Object.values(rules)) if ("check" in rule) found.push(...rule.check(facts));
  for (const [, findings] of ofModules(facts.modules, moduleJudge(facts))) found.push(...findings);
  return reviewed(found, facts, byId).toSorted(
    (one, other) =>
      compareTexts(one.file, other.file) ||
      one.range.start.line - other.range.start.line ||
      one.range.start.column - other.range.start.column ||
      compareTexts(one.rule, other.rule) ||
      one.range.end.line - other.range.end.line ||
      one.range.end.column - other.range.end.column ||
      compareTexts(one.message, other.message),
  );
}

const byId = new Map(Object.values(rules).map((rule): [string, Rule] => [rule.id, rule]));

type ModuleJudge = (module: ModuleFacts) => readonly Finding[];

/** One for each configuration, as long as it is in use: what it finds is kept for as long. */
const judges = new WeakMap<Configuration, { readonly root: string; readonly judge: ModuleJudge }>();

function moduleJudge({ root, config }: ProjectFacts): ModuleJudge {
  const before = judges.get(config);
  if (before?.root === root) return before.judge;
  const known = new WeakMap<ModuleFacts, readonly Finding[]>();
  const judge: ModuleJudge = (module) => {
    let findings = known.get(module);
    if (findings === undefined) {
      findings = Object.values(rules).flatMap((rule) => ("checkModule" in rule ? [...rule.checkModule(module, { root, config })] : []));
      known.set(module, findings);
    }
    return findings;
  };
  judges.set(config, { root, judge });
  return judge;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
