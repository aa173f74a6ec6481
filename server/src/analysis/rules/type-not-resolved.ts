/** What does not resolve cannot be compared, and must not be written into a snapshot as if it were known. */
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { findInShape, type FoundShape } from "../find-in-shape.ts";
import { sections } from "../protocol-shapes.ts";
import type { Finding, Rule } from "../rule.ts";
import type { Shape } from "../shape.ts";
import { accessText } from "../type-text.ts";

export const typeNotResolved: Rule = {
  id: "type-not-resolved",
  severity: "error",
  description: "The state or a message refers to a type that cannot be found.",
  *check({ modules }: ProjectFacts): Iterable<Finding> {
    const seen = new Set<string>();
    for (const facts of modules) {
      if (!facts.unresolved) continue;
      for (const found of unresolvedIn(facts)) {
        const each = finding(facts, found);
        const key = `${each.file}:${each.range.start.line}:${each.range.start.column}`;
        if (!seen.has(key)) yield each;
        seen.add(key);
      }
    }
  },
};

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

function finding({ module }: ModuleFacts, { path, declared }: FoundShape): Finding {
  const place = declared ?? { file: module.file, range: module.ranges.state ?? module.ranges.actor };
  return {
    rule: typeNotResolved.id,
    severity: typeNotResolved.severity,
    module: module.id,
    ...place,
    message:
      `The type at \`${path}\` of \`${module.id}\` cannot be found. What lies there cannot be compared with a release, and the module cannot be released. ` +
      `Correct the name or the import; if it comes from a package, install it.`,
    related: [],
    fixes: [],
  };
}
