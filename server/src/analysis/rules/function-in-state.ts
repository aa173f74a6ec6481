/** A function in the state is old code that no upgrade reaches. */
import type { ProjectFacts } from "../facts.ts";
import { resolveSource } from "../resolve-source.ts";
import type { Finding, Fix, Rule } from "../rule.ts";
import { type Held, heldBy, heldInStates } from "../held-values.ts";
import { type Hidden, hiddenInStates } from "../hidden-values.ts";
import { typeText } from "../type-text.ts";

export const functionInState: Rule = {
  id: "function-in-state",
  severity: "error",
  group: "old-code",
  description: "The state holds a function, which stays the old version's code for as long as the process lives.",
  *check(project): Iterable<Finding> {
    const { modules, bodies } = project;
    for (const held of heldInStates(modules, "function", "foreignFunction")) yield finding(held, project);
    for (const hidden of hiddenInStates(modules, bodies, "function")) yield assigned(hidden);
  },
};

function finding(held: Held, project: ProjectFacts): Finding {
  const { path, shape, sort } = held;
  return {
    rule: functionInState.id,
    severity: sort === "function" ? functionInState.severity : "warning",
    ...heldBy(held),
    message:
      sort === "function"
        ? `\`${path}\` is a function (\`${typeText(shape)}\`) in the state. ${why}`
        : `\`${path}\` is of a type that another package declares with functions in it. If they are functions of that package, no upgrade touches them; functions of this project would stay the old version's, and which they are the type does not say. ` +
          `Keep what the object is made from in the state, and make it where it is used, or accept it with a reason.`,
    related: [],
    fixes: byReference(held, project),
  };
}

/** A reference by name, where the field is only given functions that can be named. */
function byReference({ sort, path, place: { file, range }, modules: [facts, ...others] }: Held, project: ProjectFacts): readonly Fix[] {
  if (sort !== "function" || facts === undefined || others.length > 0 || facts.module.file !== file) return [];
  const kept = project.bodies
    .of("keptReferences", file)
    .find(
      ({ field, declared: { start } }) =>
        path === `State.${field}` && start.line === range.start.line && start.column === range.start.column,
    );
  if (kept?.functions.every((each) => isNamed(each, file, project)) !== true) return [];
  return [
    {
      title: "Keep a reference by mfa(…)",
      // Old states still hold functions: a step has to say which references these become.
      preferred: facts.baseline === null,
      questions: [],
      edits: () => kept.edits.map((edit) => ({ file, ...edit })),
    },
  ];
}

/** Whether it is one function, of which a reference is called as it is itself. */
function isNamed({ from, name }: { readonly from: string; readonly name: string }, importer: string, project: ProjectFacts): boolean {
  const file = resolveSource(importer, from, (each) => project.text(each) !== undefined);
  const found = file === undefined ? [] : project.bodies.of("exportedFunctions", file).filter((each) => each.name === name);
  const generic = new RegExp(`\\b${name.replaceAll("$", "\\$")}\\s*(?:=\\s*(?:async\\s*)?(?:function\\s*\\w*\\s*)?)?<`);
  return found.length === 1 && found[0]?.passedOn === null && !generic.test(project.text(file ?? "") ?? "");
}

function assigned({ facts: { module }, path, type, range }: Hidden): Finding {
  return {
    rule: functionInState.id,
    severity: functionInState.severity,
    module: module.id,
    items: [path],
    file: module.file,
    range,
    message: `\`${path}\` gets a function here, which its type (\`${type}\`) does not say. ${why}`,
    related: [],
    fixes: [],
  };
}

const why =
  "A function cannot be replaced where it is held: after an upgrade the process goes on calling the old version's, and that version can never be unloaded. " +
  "Keep data that says what to do, such as a name, and look the function up when it is called, or keep a reference by mfa(…); to reach another process, keep its pid.";
