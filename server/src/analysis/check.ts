/** Every rule over the facts of a project. What one module alone decides is judged again only where that module changed. */
import type { ModuleFacts, ProjectFacts } from "./facts.ts";
import type { Finding, ModuleContext } from "./rule.ts";
import * as rules from "./rules/all.ts";

export function check(facts: ProjectFacts): readonly Finding[] {
  const found: Finding[] = [];
  for (const rule of Object.values(rules)) if ("check" in rule) found.push(...rule.check(facts));
  for (const module of facts.modules) found.push(...findingsOf(module, { root: facts.root }));
  return found.toSorted(
    (one, other) =>
      compareTexts(one.file, other.file) ||
      one.range.start.line - other.range.start.line ||
      one.range.start.column - other.range.start.column ||
      compareTexts(one.rule, other.rule),
  );
}

/** Facts are made anew whenever anything that they say may differ. */
const known = new WeakMap<ModuleFacts, readonly Finding[]>();

function findingsOf(module: ModuleFacts, context: ModuleContext): readonly Finding[] {
  let found = known.get(module);
  if (found === undefined) {
    found = Object.values(rules).flatMap((rule) => ("checkModule" in rule ? [...rule.checkModule(module, context)] : []));
    known.set(module, found);
  }
  return found;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
