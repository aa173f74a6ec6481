/** What a new rule's room begins with. */

const open = "TODO: fill in";

export function ruleSource(id: string): string {
  const name = nameOf(id);
  return `/** ${open} why this goes wrong. */
import type { ProjectFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

export const ${name}: Rule = {
  id: "${id}",
  severity: "warning",
  group: "state",
  description: "${open} in one sentence what it finds.",
  *check({ modules }: ProjectFacts): Iterable<Finding> {
    for (const { module } of modules) {
      // ${open} what is looked for.
      if (module.vsn !== null) continue;
      yield {
        rule: ${name}.id,
        severity: ${name}.severity,
        module: module.id,
        file: module.file,
        range: module.ranges.actor,
        message: "${open} what is wrong, why it matters, with a state or message that would break, and what to do.",
        related: [],
        fixes: [],
      };
    }
  },
};
`;
}

export function rulePage(id: string): string {
  return `# ${id}: ${open} a title

${open} in one sentence what it finds.

## What

${open} what the code looks like.

## Why

${open} what happens to a running system.

## What to do

${open} what the fixes do, and what else helps.

## Limits

- Will detect: ${open}.
- May detect: ${open}.
- Cannot detect: ${open}.

## Examples

### ${open} what is found here

\`\`\`ts file=src/room.actor.ts
import { actor } from "instar";

interface Room {
  init(): { readonly size: number };
}

export default actor<Room>({ vsn: 1, init: () => ({ size: 0 }) });
\`\`\`

## More cases

### ${open} what looks like it and is silent

\`\`\`ts file=src/room.actor.ts
import { actor } from "instar";

interface Room {
  init(): { readonly size: number };
}

export default actor<Room>({ vsn: 1, init: () => ({ size: 0 }) });
\`\`\`
`;
}

/** The registry with a line for this rule, in its order. */
export function registered(registry: string, id: string): string {
  const [head = "", ...lines] = registry.trimEnd().split("\n");
  const fileOf = (line: string): string => /"(.*)"/.exec(line)?.[1] ?? "";
  const all = [...lines, `export { ${nameOf(id)} } from "./${id}.ts";`];
  return `${[head, ...all.toSorted((one, other) => (fileOf(one) < fileOf(other) ? -1 : 1))].join("\n")}\n`;
}

function nameOf(id: string): string {
  return id.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
