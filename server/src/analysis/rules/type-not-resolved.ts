/** What does not resolve cannot be compared, and must not be written into a snapshot as if it were known. */
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { findInShape, type FoundShape } from "../find-in-shape.ts";
import { modulesWith } from "../of-modules.ts";
import { sections } from "../protocol-shapes.ts";
import type { Finding, Rule } from "../rule.ts";
import type { Shape } from "../shape.ts";
import type { Location } from "../span.ts";
import { accessText } from "../type-text.ts";

export const typeNotResolved: Rule = {
  id: "type-not-resolved",
  severity: "error",
  group: "project",
  description: "The state or a message refers to a type that cannot be found.",
  *check({ modules }: ProjectFacts): Iterable<Finding> {
    const found = new Map<string, { place: Location; path: string; modules: ModuleFacts[] }>();
    for (const facts of modulesWith(modules, isUnresolved)) {
      for (const { path, declared } of unresolvedIn(facts)) {
        const place = declared ?? { file: facts.module.file, range: facts.module.ranges.state ?? facts.module.ranges.actor };
        const key = `${place.file}:${place.range.start.line}:${place.range.start.column}`;
        const before = found.get(key) ?? { place, path, modules: [] };
        if (!before.modules.includes(facts)) before.modules.push(facts);
        found.set(key, before);
      }
    }
    for (const { place, path, modules: concerned } of found.values()) yield finding(place, path, concerned);
  },
};

function isUnresolved({ unresolved }: ModuleFacts): boolean {
  return unresolved;
}

function unresolvedIn({ source: { protocol } }: ModuleFacts): readonly FoundShape[] {
  const wanted = (shape: Shape) => shape.kind === "primitive" && shape.why === "unresolved";
  const messages = sections.flatMap((section) =>
    protocol[section].flatMap(({ name, args, reply }) => {
      const path = `${section}${accessText(name)}`;
      return [...findInShape(args, path, wanted), ...(reply === null ? [] : findInShape(reply, `${path}()`, wanted))];
    }),
  );
  return [...findInShape(protocol.state, "State", wanted), ...messages];
}

/** @param path as the first of the modules has it. */
function finding(place: Location, path: string, modules: readonly ModuleFacts[]): Finding {
  const ids = modules.map(({ module }) => module.id);
  return {
    rule: typeNotResolved.id,
    severity: typeNotResolved.severity,
    module: ids[0] ?? null,
    ...(ids.length > 1 ? { modules: ids } : {}),
    ...place,
    message:
      `The type at \`${path}\` of \`${ids[0] ?? ""}\` cannot be found. What lies there cannot be compared with a release, and the module cannot be released. ` +
      `Correct the name or the import; if it comes from a package, install it.`,
    related: [],
    fixes: [],
  };
}
