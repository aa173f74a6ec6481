/** The fix that makes plain data of instances, where a class is simple enough. */
import type { ProjectFacts } from "./facts.ts";
import type { Held } from "./held-values.ts";
import type { Fix } from "./rule.ts";

export function plainData({ shape, modules: [facts, ...others] }: Held, project: ProjectFacts): readonly Fix[] {
  // What released versions hold, only a person can carry over.
  if (shape.kind !== "class" || facts === undefined || others.length > 0 || facts.baseline !== null) return [];
  const { file } = facts.module;
  const declared = shape.declared;
  const plain = declared?.file === file ? project.bodies.of("plainClasses", file).find(({ name }) => name === shape.class) : undefined;
  if (plain === undefined) return [];
  return [
    {
      title: `Make ${plain.name} plain data, with functions in place of its methods`,
      preferred: false,
      questions: [],
      edits: () => plain.edits.map((edit) => ({ file, ...edit })),
    },
  ];
}
