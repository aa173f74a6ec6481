/** Every rule over the facts of a project. */
import type { ProjectFacts } from "./facts.ts";
import type { Finding } from "./rule.ts";
import * as rules from "./rules/all.ts";

export function check(facts: ProjectFacts): readonly Finding[] {
  return Object.values(rules)
    .flatMap((rule) => [...rule.check(facts)])
    .toSorted(
      (one, other) =>
        compareTexts(one.file, other.file) ||
        one.range.start.line - other.range.start.line ||
        one.range.start.column - other.range.start.column,
    );
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
