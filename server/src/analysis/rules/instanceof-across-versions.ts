/** A class is another one after an upgrade, so asking a value of before for it is asking for the wrong one. */
import type { BodyFact } from "../bodies/collectors.ts";
import type { ClassName } from "../bodies/class-checks.ts";
import type { ProjectFacts } from "../facts.ts";
import { loadedBy, targetsOf } from "../loaded-files.ts";
import { relativeTo, withoutExtension } from "../paths.ts";
import { type ProtocolShapes, sections } from "../protocol-shapes.ts";
import type { Finding, Rule } from "../rule.ts";
import { children, type Shape } from "../shape.ts";

export const instanceofAcrossVersions: Rule = {
  id: "instanceof-across-versions",
  severity: "warning",
  group: "old-code",
  description:
    "A value is asked whether it is an instance of a class, and instances of that class lie in states or travel in messages, where they may be of another version of it.",
  *check(project): Iterable<Finding> {
    const checks = project.bodies.all("classChecks");
    if (checks.length === 0) return;
    const held = heldClasses(project);
    if (held.size === 0) return;
    for (const { file, facts } of checks) {
      const modules = loadedBy(project, file);
      if (modules.length === 0) continue;
      for (const each of facts) {
        const place = placeOf(project, file, each, held);
        if (place !== undefined) yield finding(file, each, place, modules);
      }
    }
  },
};

type ClassCheck = BodyFact<"classChecks">;

/** By module and name of each class that values of states or messages are of: the first place. */
function heldClasses({ modules }: ProjectFacts): ReadonlyMap<string, string> {
  return new Map(modules.flatMap(({ source }) => [...classesIn(source.protocol)]).toReversed());
}

function classesIn(protocol: ProtocolShapes): ReadonlyMap<string, string> {
  let found = known.get(protocol);
  if (found === undefined) {
    found = new Map();
    const roots: [string, Shape][] = [["the state", protocol.state]];
    for (const section of sections)
      for (const { name, args, reply } of protocol[section]) {
        roots.push([`\`${section}.${name}\``, args]);
        if (reply !== null) roots.push([`the answer to \`${section}.${name}\``, reply]);
      }
    for (const [place, root] of roots) {
      const reached = new Set([root]);
      for (const shape of reached) {
        if (shape.kind === "class" && !found.has(keyOf(shape.module, shape.class))) found.set(keyOf(shape.module, shape.class), place);
        // What a function takes and gives does not lie there.
        if (shape.kind !== "function") for (const child of children(shape)) reached.add(child);
      }
    }
    known.set(protocol, found);
  }
  return found;
}

/** Most modules are the same from one analysis to the next. */
const known = new WeakMap<ProtocolShapes, Map<string, string>>();

function keyOf(module: string, name: string): string {
  return `${module} ${name}`;
}

/** Where instances of the class, or of one that it extends, may lie. */
function placeOf(project: ProjectFacts, file: string, named: ClassName, held: ReadonlyMap<string, string>): string | undefined {
  const seen = new Set<string>();
  const waiting: (readonly [file: string, named: ClassName])[] = [[file, named]];
  for (const [from, { name, from: specifier }] of waiting) {
    for (const target of specifier === null ? [from] : targetsOf(from, specifier)) {
      const key = keyOf(withoutExtension(relativeTo(project.root, target)), name);
      if (seen.has(key)) continue;
      seen.add(key);
      const place = held.get(key);
      if (place !== undefined) return place;
      const base = project.bodies.of("classes", target).find((each) => each.name === name)?.extends ?? null;
      if (base !== null) waiting.push([target, base]);
    }
  }
  return undefined;
}

function finding(file: string, { name, range, text, how }: ClassCheck, place: string, modules: readonly string[]): Finding {
  return {
    rule: instanceofAcrossVersions.id,
    severity: instanceofAcrossVersions.severity,
    module: modules[0] ?? null,
    ...(modules.length > 1 ? { modules } : {}),
    file,
    range,
    message:
      `\`${text}\` is asked whether it is a \`${name}\`${how === "instanceof" ? "" : " by its constructor"}, and such instances may be older than this version of \`${name}\`. They lie in ${place}; when an upgrade has changed the text of the class, ` +
      `the answer is no for every instance that was made before, and the code goes the other way. Tell values apart by a field, such as \`kind: "${name.toLowerCase()}"\`, which no upgrade changes.`,
    related: [],
    fixes: [],
  };
}
