/** A part of the state of which nothing is known: what changes there, nobody sees. */
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { findInShape, type FoundShape } from "../find-in-shape.ts";
import { ofModules } from "../of-modules.ts";
import type { Finding, Rule } from "../rule.ts";
import type { Shape } from "../shape.ts";
import type { Location } from "../span.ts";

export const stateTypeOpaque: Rule = {
  id: "state-type-opaque",
  severity: "warning",
  group: "state",
  description: "A part of the state is `any`, so nothing can be said of what changes there.",
  *check({ modules }: ProjectFacts): Iterable<Finding> {
    const found = new Map<string, { readonly place: Location; readonly first: FoundShape; readonly modules: ModuleFacts[] }>();
    for (const [facts, parts] of ofModules(modules, opaqueIn)) {
      for (const part of parts) {
        const place = part.declared ?? { file: facts.module.file, range: facts.module.ranges.state ?? facts.module.ranges.actor };
        const key = `${place.file}:${place.range.start.line}:${place.range.start.column}`;
        const before = found.get(key) ?? { place, first: part, modules: [] };
        if (!before.modules.includes(facts)) before.modules.push(facts);
        found.set(key, before);
      }
    }
    for (const { place, first, modules: all } of found.values()) yield finding(place, first, all);
  },
};

/** By the state as it was read: it stays the same object for as long as nothing of it changes. */
const known = new WeakMap<Shape, readonly FoundShape[]>();

function opaqueIn({ source }: ModuleFacts): readonly FoundShape[] {
  const { state } = source.protocol;
  let found = known.get(state);
  if (found === undefined) {
    const isOpaque = (shape: Shape) => shape.kind === "primitive" && shape.why === "any";
    known.set(state, (found = findInShape(state, "State", isOpaque, isOurs)));
  }
  return found;
}

/** What functions take is no part of a state; what the platform declares, with `any` in it, is not for the project to say. */
function isOurs(shape: Shape): boolean {
  if (shape.kind === "function") return false;
  if (shape.kind === "builtin") return shape.from === "" && /^(?:Readonly)?(?:Map|Set|WeakMap|WeakSet|Promise)$/.test(shape.class);
  return shape.kind !== "object" || shape.name === undefined || shape.declared !== undefined;
}

/** @param first as the first of the modules has it. */
function finding(place: Location, { path }: FoundShape, modules: readonly ModuleFacts[]): Finding {
  const ids = modules.map(({ module }) => module.id);
  return {
    rule: stateTypeOpaque.id,
    severity: stateTypeOpaque.severity,
    module: ids[0] ?? null,
    ...(ids.length > 1 ? { modules: ids } : {}),
    items: [path],
    ...place,
    message:
      `\`${path}\` of \`${ids[0] ?? ""}\` is \`any\`: what lies there can change between two versions without a finding, and reach new code that does not expect it. ` +
      "Write its type, or `unknown` if it is handed on unread, so that whoever reads it has to look first.",
    related: [],
    fixes: [],
  };
}
