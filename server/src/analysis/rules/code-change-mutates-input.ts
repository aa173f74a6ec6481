/** A step makes a new state; one that writes into the old one costs a copy of each, and may reach what is not copied. */
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { moduleSteps, type StepFunction, wayText } from "../module-steps.ts";
import type { FileEdit, Finding, Fix, Rule } from "../rule.ts";

type InputWrite = StepFunction["writes"][number];

export const codeChangeMutatesInput: Rule = {
  id: "code-change-mutates-input",
  severity: "warning",
  group: "code-change",
  description: "A step of `codeChange` writes into the state that it is given, in place of making another.",
  proof: true,
  *check(project: ProjectFacts): Iterable<Finding> {
    // What two steps reach is one place to mend.
    const seen = new Set<string>();
    for (const { facts, step } of moduleSteps(project)) {
      if (step.part === "messages") continue;
      for (const write of step.writes) {
        const { start } = write.range;
        const key = `${facts.module.file}:${start.line}:${start.column}`;
        if (!seen.has(key)) yield finding(facts, step, write);
        seen.add(key);
      }
    }
  },
};

function finding({ module }: ModuleFacts, { name, rebuilt }: StepFunction, { text, range, through, copied }: InputWrite): Finding {
  const edits = rebuilt ?? copied;
  return {
    rule: codeChangeMutatesInput.id,
    severity: codeChangeMutatesInput.severity,
    module: module.id,
    file: module.file,
    range,
    message:
      `${wayText(name, through)} writes to \`${text}\`, which belongs to the state that it is given. An upgrade gives it a copy, so no state is lost; ` +
      "but to copy is most of what an upgrade of many processes costs, which steps that only read are spared, and pids, functions, errors, " +
      `and instances with private fields are in no copy: what is written there stays when the upgrade is taken back. ${rebuilt !== null || copied === null ? "Make a new object, with every field written out." : "Let it change a new array."}`,
    related: [],
    fixes: edits === null || through.length > 0 ? [] : [fix(module.file, edits, rebuilt !== null)],
  };
}

function fix(file: string, edits: readonly Omit<FileEdit, "file">[], whole: boolean): Fix {
  return {
    title: whole ? "Return a new object" : "Change a copy",
    preferred: true,
    questions: [],
    edits: () => edits.map((edit) => ({ file, ...edit })),
  };
}
