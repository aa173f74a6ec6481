/** Every rule over the facts of a project. What one module alone decides is judged again only where that module changed. */
import type { Configuration } from "./configuration.ts";
import type { ModuleFacts, ProjectFacts } from "./facts.ts";
import type { Finding, ModuleContext, Rule } from "./rule.ts";
import { reviewed } from "./review.ts";
import * as rules from "./rules/all.ts";

export function check(facts: ProjectFacts): readonly Finding[] {
  const found: Finding[] = [];
  for (const rule of Object.values(rules)) if ("check" in rule) found.push(...rule.check(facts));
  const context = contextOf(facts);
  for (const module of facts.modules) found.push(...findingsOf(module, context));
  return reviewed(found, facts, byId).toSorted(
    (one, other) =>
      compareTexts(one.file, other.file) ||
      one.range.start.line - other.range.start.line ||
      one.range.start.column - other.range.start.column ||
      compareTexts(one.rule, other.rule),
  );
}

const byId = new Map(Object.values(rules).map((rule): [string, Rule] => [rule.id, rule]));

/** One for each configuration, as long as it is in use. */
const contexts = new WeakMap<Configuration, ModuleContext>();

function contextOf({ root, config }: ProjectFacts): ModuleContext {
  const known = contexts.get(config);
  if (known?.root === root) return known;
  const context = { root, config };
  contexts.set(config, context);
  return context;
}

/** Facts are made anew whenever anything that they say may differ. */
const known = new WeakMap<ModuleFacts, { readonly context: ModuleContext; readonly findings: readonly Finding[] }>();

function findingsOf(module: ModuleFacts, context: ModuleContext): readonly Finding[] {
  const before = known.get(module);
  if (before?.context === context) return before.findings;
  const findings = Object.values(rules).flatMap((rule) => ("checkModule" in rule ? [...rule.checkModule(module, context)] : []));
  known.set(module, { context, findings });
  return findings;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
