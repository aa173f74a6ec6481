/** What is accepted and does not happen any more hides the next one of its kind, which nobody has looked at. */
import { closest } from "../closest.ts";
import type { ProjectFacts } from "../facts.ts";
import type { FileEdit, Finding, Review, Rule } from "../rule.ts";
import type { Suppression } from "../suppressions.ts";

export const unusedSuppression: Rule = {
  id: "unused-suppression",
  severity: "warning",
  group: "project",
  description: "A comment or the configuration accepts a finding that there is not.",
  *review({ ids, proved, suppressions, accepted }: Review, { usual, modules }: ProjectFacts): Iterable<Finding> {
    // What is found against another baseline, or in a running system, says nothing of what is found every day.
    if (!usual) return;
    for (const { file, suppression, hidden } of suppressions) {
      const unused = suppression.ids.filter(({ id }) => !proved.has(id) && !hidden.some(({ rule }) => rule === id));
      if (unused.length === 0 && suppression.ids.length > 0) continue;
      yield finding(
        file,
        unused.length === suppression.ids.length ? suppression.range : (unused[0]?.range ?? suppression.range),
        text(unused, ids),
        [
          {
            title: unused.length === suppression.ids.length ? "Remove the suppression" : `Remove ${unused.map(({ id }) => id).join(", ")}`,
            preferred: true,
            questions: [],
            edits: () => [removal(file, suppression, unused)],
          },
        ],
      );
    }
    for (const { entry, hidden } of accepted) {
      if (hidden.length > 0 || proved.has(entry.rule)) continue;
      const { rule, module, item, file, range } = entry;
      const what = item === null ? rule : `${rule} of ${item}`;
      const known = modules.map((each) => each.module.id);
      if (!known.includes(module)) {
        const near = closest(module, known);
        const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}?` : "Correct it, or remove the entry.";
        yield finding(file, range, `${what} is accepted for ${module}, and there is no actor module of that name. ${hint}`, []);
        continue;
      }
      yield finding(
        file,
        range,
        `${what} is accepted for ${module}, and is not found there any more. The next one of its kind would be accepted unseen. Remove the entry.`,
        [],
      );
    }
  },
};

function finding(file: string, range: Finding["range"], message: string, fixes: Finding["fixes"]): Finding {
  return {
    rule: unusedSuppression.id,
    severity: unusedSuppression.severity,
    module: null,
    file,
    range,
    tags: ["unnecessary"],
    message,
    related: [],
    fixes,
  };
}

function text(unused: Suppression["ids"], ids: readonly string[]): string {
  if (unused.length === 0)
    return "This suppression names no rule, so it hides nothing. Name the rule that a finding shows, or remove the comment.";
  const unknown = unused.filter(({ id }) => !ids.includes(id));
  if (unknown.length > 0) {
    const near = closest(unknown[0]?.id ?? "", ids);
    const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}?` : "Take the id that a finding shows.";
    return `There is no rule ${unknown.map(({ id }) => id).join(", ")}, so this suppression hides nothing. ${hint}`;
  }
  const names = unused.map(({ id }) => id).join(", ");
  return `Nothing is found by ${names} in the line that this suppression is for. The next finding there would be hidden unseen. Remove it.`;
}

function removal(file: string, { ids, whole }: Suppression, unused: Suppression["ids"]): FileEdit {
  const left = ids.filter((each) => !unused.includes(each));
  const [first, last] = [ids[0], ids.at(-1)];
  if (left.length === 0 || first === undefined || last === undefined) return { file, range: whole, newText: "" };
  return { file, range: { start: first.range.start, end: last.range.end }, newText: left.map(({ id }) => id).join(", ") };
}
