/** All states of an upgrade are swapped in one turn of the event loop, so a step has no time to wait. */
import type { ProjectFacts } from "../facts.ts";
import { moduleSteps, type ModuleStep } from "../module-steps.ts";
import type { FileEdit, Finding, Fix, Rule } from "../rule.ts";

export const codeChangeAsync: Rule = {
  id: "code-change-async",
  severity: "error",
  group: "code-change",
  description: "A step of `codeChange` gives a promise in place of a state.",
  proof: true,
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const { facts, step } of moduleSteps(project)) yield* finding({ facts, step });
  },
};

function* finding({ facts: { module }, step: { name, promise } }: ModuleStep): Iterable<Finding> {
  if (promise === null) return;
  const edits = promise.edits?.map((edit): FileEdit => ({ file: module.file, ...edit })) ?? null;
  const how = promise.text === "async" ? "is `async`, so it returns a promise" : `returns the promise of \`${promise.text}\``;
  const what =
    edits === null
      ? "Do the waiting before the upgrade, and pass its result as `extra`; or begin with a value that says that nothing is known yet, and let a message bring the rest."
      : "It waits for nothing, so it can return the value itself.";
  yield {
    rule: codeChangeAsync.id,
    severity: codeChangeAsync.severity,
    module: module.id,
    file: module.file,
    range: promise.range,
    message: `\`${name}\` ${how}. All states are swapped in one turn of the event loop, so an upgrade refuses it (INSTAR_CODE_CHANGE_ASYNC). ${what}`,
    related: [],
    fixes: edits === null ? [] : [fix(edits)],
  };
}

function fix(edits: readonly FileEdit[]): Fix {
  return { title: "Return the value without a promise", preferred: true, questions: [], edits: () => edits };
}
