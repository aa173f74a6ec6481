/** One optional field went and another one came: old states are valid, and what they hold may be lost. */
import { causesOf } from "../causes.ts";
import type { Difference } from "../compare.ts";
import { affected, concerned, subject } from "../explain.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { missingStep, renameQuestions } from "../migration/missing-step.ts";
import { modulesWith } from "../of-modules.ts";
import type { Finding, Fix, RenameQuestion, Rule } from "../rule.ts";

export const possibleRename: Rule = {
  id: "possible-rename",
  severity: "warning",
  group: "state",
  description:
    "An optional field is gone and another one of the same type came, and nothing says whether it is the same under another name.",
  *check(facts: ProjectFacts): Iterable<Finding> {
    const modules = modulesWith(facts.modules, isConcerned);
    for (const cause of causesOf(modules, goneWithAnother, facts.modules)) {
      const [first] = cause.modules;
      const pairs = first === undefined ? [] : questionsFor(first, cause.differences);
      const [pair] = pairs;
      if (pair === undefined) continue;
      const texts = pairs.map(({ from, to }) => `\`${from}\` may be \`${to}\` now`);
      yield {
        rule: possibleRename.id,
        severity: possibleRename.severity,
        ...concerned(cause),
        items: pairs.map(({ from }) => from),
        ...cause.place,
        message:
          `${subject(cause)} lost a field and got another one of the same type: ${texts.join(", ")}. ` +
          `Neither has to be there, so old states stay as they are: what they hold at \`${pair.from}\` is not read any more, and \`${pair.to}\` is absent. ` +
          "If it was renamed, write a step that carries it over; if it was not, a step says that, too.",
        related: affected(cause),
        fixes: fixes(cause.modules, pair, facts),
      };
    }
  },
};

/** Where there is a step, it has answered; where one is missing, its fix asks. */
function isOpen({ module, unresolved, state }: ModuleFacts): boolean {
  return !unresolved && module.baseline !== null && module.codeChange.up === "unneeded" && state.changes.length > 1;
}

function isConcerned(facts: ModuleFacts): boolean {
  return isOpen(facts) && goneWithAnother(facts).length > 0;
}

function goneWithAnother(facts: ModuleFacts): readonly Difference[] {
  // What it may have become is looked for only then.
  if (!facts.state.changes.some(({ kind }) => kind === "optionalFieldRemoved")) return [];
  const from = new Set(renameQuestions(facts).map((question) => question.from));
  return facts.state.changes.filter(({ kind, path }) => kind === "optionalFieldRemoved" && from.has(path));
}

function questionsFor(facts: ModuleFacts, differences: readonly Difference[]): readonly RenameQuestion[] {
  return renameQuestions(facts).filter(({ from }) => differences.some(({ path }) => path === from));
}

/** Both answers, and neither before the other. */
function fixes(modules: readonly ModuleFacts[], { from, to }: RenameQuestion, project: ProjectFacts): readonly Fix[] {
  if (!modules.every((facts) => missingStep(facts) !== null)) return [];
  const fix = (title: string, renames: Readonly<Record<string, string>>): Fix => ({
    title,
    preferred: false,
    questions: [],
    edits: (answers) => modules.flatMap((facts) => project.writer.step(facts, project, { ...answers, renames })),
  });
  return [fix(`It is a rename: carry ${from} over to ${to}`, { [from]: to }), fix(`It is none: drop ${from}, and begin without ${to}`, {})];
}
