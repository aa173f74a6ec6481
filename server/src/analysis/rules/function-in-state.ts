/** A function in the state is old code that no upgrade reaches. */
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";
import { findInShape, type FoundShape } from "../find-in-shape.ts";
import type { Shape } from "../shape.ts";
import type { Location } from "../span.ts";
import { typeText } from "../type-text.ts";

export const functionInState: Rule = {
  id: "function-in-state",
  severity: "error",
  description: "The state holds a function, which stays the old version's code for as long as the process lives.",
  *check({ modules }: ProjectFacts): Iterable<Finding> {
    const found = new Map<string, { place: Location; held: FoundShape; modules: ModuleFacts[] }>();
    for (const facts of modules) {
      const { state } = facts.source.protocol;
      const fallback: Location = { file: facts.module.file, range: facts.module.ranges.state ?? facts.module.ranges.actor };
      for (const held of functionsIn(state)) {
        const place = held.declared ?? fallback;
        const key = `${place.file}:${place.range.start.line}:${place.range.start.column}`;
        const before = found.get(key) ?? { place, held, modules: [] };
        if (!before.modules.includes(facts)) before.modules.push(facts);
        found.set(key, before);
      }
    }
    for (const { place, held, modules: concerned } of found.values()) yield finding(place, held, concerned);
  },
};

/** Methods of a class lie on its prototype, and are another rule's business. */
function functionsIn(state: Shape): readonly FoundShape[] {
  let found = known.get(state);
  if (found === undefined) {
    found = findInShape(
      state,
      "State",
      (shape) => shape.kind === "function",
      (shape) => shape.kind !== "class",
    );
    known.set(state, found);
  }
  return found;
}

/** Most states are the same from one analysis to the next. */
const known = new WeakMap<Shape, readonly FoundShape[]>();

function finding(place: Location, { path, shape }: FoundShape, modules: readonly ModuleFacts[]): Finding {
  const ids = modules.map(({ module }) => module.id);
  return {
    rule: functionInState.id,
    severity: functionInState.severity,
    module: ids[0] ?? null,
    ...(ids.length > 1 ? { modules: ids } : {}),
    ...place,
    message:
      `\`${path}\` is a function (\`${typeText(shape)}\`) in the state. A function cannot be replaced where it is held: after an upgrade the process goes on calling the old version's, ` +
      `and that version can never be unloaded. Keep data that says what to do, such as a name, and look the function up when it is called, or keep a reference by mfa(…); to reach another process, keep its pid.`,
    related: [],
    fixes: [],
  };
}
