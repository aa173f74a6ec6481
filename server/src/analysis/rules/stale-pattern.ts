/** Code that still expects the state of the last release compiles where a cast, a missing default or a position lets it, and never matches. */
import type { BodyFact } from "../bodies/collectors.ts";
import type { Baseline, ModuleFacts, ProjectFacts } from "../facts.ts";
import { modulesWith } from "../of-modules.ts";
import type { Finding, Fix, Rule } from "../rule.ts";
import { type Shape, shapeHash } from "../shape.ts";
import { shapePathText, shapesAtPath } from "../shapes-at-path.ts";
import type { Range } from "../span.ts";
import { typeText } from "../type-text.ts";

type Pattern = BodyFact<"patterns">;
type Expectation<Kind> = Extract<Pattern["expects"], { readonly kind: Kind }>;

/** What is wrong with a pattern, and how it could be mended. */
interface Stale {
  readonly range: Range;
  readonly what: string;
  readonly advice: string;
  readonly fix?: { readonly title: string; readonly range: Range; readonly newText: string };
}

export const stalePattern: Rule = {
  id: "stale-pattern",
  group: "state",
  severity: "warning",
  description: "Code expects of the state what the released version had, and compiles although this version has something else.",
  *check({ modules, bodies }: ProjectFacts): Iterable<Finding> {
    for (const facts of modulesWith(modules, mayLeavePatterns)) {
      const { baseline, module, source } = facts;
      if (baseline === null) continue;
      const { state } = source.protocol;
      const name = "name" in state ? state.name : undefined;
      for (const pattern of bodies.of("patterns", module.file)) {
        if (pattern.root !== null && pattern.root !== name) continue;
        const old = shapesAtPath(baseline.shapes.state, pattern.path);
        const now = shapesAtPath(state, pattern.path);
        if (old === undefined || now === undefined) continue;
        for (const stale of staleIn(pattern, old, now)) yield finding(facts, baseline, pattern, stale);
      }
    }
  },
};

/**
 * Only what changed can have left a pattern behind: neither what is new, which none expected, nor a field that any string or number was in.
 * So whoever adds a field does not wait for a parser.
 */
function mayLeavePatterns({ state, unresolved }: ModuleFacts): boolean {
  return (
    !unresolved &&
    state.changes.some(
      ({ kind, from, to }) =>
        kind !== "fieldAdded" && kind !== "optionalFieldAdded" && !(from?.kind === "primitive" && to?.kind === "primitive"),
    )
  );
}

function staleIn({ expects, path }: Pattern, old: readonly Shape[], now: readonly Shape[]): readonly Stale[] {
  if (expects.kind === "cases") return staleCases(expects, old, now);
  if (expects.kind === "positions") return stalePositions(expects, old, now);
  if (expects.kind === "value") return staleValue(expects, old, now);
  return staleKey(expects, path, old, now);
}

function staleCases({ cases, otherwise, insert }: Expectation<"cases">, old: readonly Shape[], now: readonly Shape[]): readonly Stale[] {
  const [before, after] = [literalsOf(old), literalsOf(now)];
  if (before === undefined || after === undefined) return [];
  const values: readonly unknown[] = cases.map(({ value }) => value);
  const gone = cases.filter(({ value }) => before.includes(value) && !after.includes(value));
  const stale = gone.map(({ value, range }): Stale => {
    const what = `The case ${shown([value])} never comes any more`;
    return { range, what, advice: "Say what becomes of what has taken its place." };
  });
  const added = after.filter((value) => !before.includes(value) && !values.includes(value));
  // One that left something out on purpose before does so now.
  if (added.length === 0 || otherwise === "something" || !before.every((value) => values.includes(value))) return stale;
  const what = otherwise === "throws" ? "it throws" : "nothing happens";
  const text = added.map((value) => `${insert?.before}case ${JSON.stringify(value)}:`).join("");
  return [
    ...stale,
    {
      range: whole,
      what: `There is no case for ${shown(added)}, and ${what}`,
      advice: `Add a case for ${shown(added)}.`,
      ...(insert === null
        ? {}
        : {
            fix: {
              title: `Add ${added.length === 1 ? "a case" : "cases"} for ${added.join(", ")}`,
              range: insert.range,
              newText: `${text}${insert.before}  // instar: say what is to happen.${insert.before}  break;`,
            },
          }),
    },
  ];
}

function staleValue({ value }: Expectation<"value">, old: readonly Shape[], now: readonly Shape[]): readonly Stale[] {
  const [before, after] = [literalsOf(old), literalsOf(now)];
  if (before?.includes(value) !== true || after === undefined || after.includes(value)) return [];
  return [
    {
      range: whole,
      what: `It is never ${shown([value])} any more`,
      advice: `It can be ${shown(after)}: compare with what has taken its place.`,
    },
  ];
}

/** Stands for the place of the pattern itself. */
const whole: Range = { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } };

function staleKey(
  expects: Expectation<"key" | "field">,
  path: Pattern["path"],
  old: readonly Shape[],
  now: readonly Shape[],
): readonly Stale[] {
  const key = expects.kind === "key" ? expects.key : expects.name;
  const has = (shapes: readonly Shape[]) =>
    shapes.some((shape) => shape.kind === "object" && shape.fields.some(({ name }) => name === key));
  const isKnown = now.every((shape) => (shape.kind === "object" && shape.indexes.length === 0) || shape.kind === "literal");
  if (!isKnown || !has(old) || has(now)) return [];
  const field = shapePathText([...path, key]);
  return [
    {
      range: whole,
      what:
        expects.kind === "key"
          ? `\`${field}\` is never there any more, so this is always false`
          : `\`${field}\` is gone, so this is always \`undefined\``,
      advice:
        expects.kind === "key" ? "Ask for something that this version has." : "Read what has taken its place, and leave out the cast.",
    },
  ];
}

function stalePositions(
  { names, rest, rewritten }: Expectation<"positions">,
  old: readonly Shape[],
  now: readonly Shape[],
): readonly Stale[] {
  const [[before, ...others], [after, ...more]] = [old, now];
  if (before?.kind !== "tuple" || after?.kind !== "tuple" || others.length > 0 || more.length > 0) return [];
  if (shapeHash(before) === shapeHash(after) && names.every((_, at) => before.slots[at]?.label === after.slots[at]?.label)) return [];
  const labels = after.slots.map(({ label }) => label);
  const moved = names.flatMap((name, at) => {
    const label = labels[at];
    return name !== null && before.slots[at]?.label === name && label !== undefined && label !== name ? [{ name, at, label }] : [];
  });
  const [first] = moved;
  if (first !== undefined) {
    const places = names.map((name) => (name === null ? -1 : labels.indexOf(name)));
    const found = names.every((name, at) => name === null || (places[at] ?? -1) >= 0);
    const newText = `[${labels
      .slice(0, Math.max(...places) + 1)
      .map((_, at) => names[places.indexOf(at)] ?? "")
      .join(", ")}]`;
    return [
      {
        range: whole,
        what: `\`${first.name}\` is what is called \`${first.label}\` now, since positions have moved`,
        advice: `It is \`${typeText(after)}\` now: take each by its place there, or make it an object with names.`,
        ...(rewritten === null || !found ? {} : { fix: { title: "Take the positions of this version", range: rewritten.range, newText } }),
      },
    ];
  }
  const arity = before.slots.length;
  const shifted = before.slots.some((slot, at) => {
    const other = after.slots[at];
    return other === undefined || shapeHash(other.shape) !== shapeHash(slot.shape);
  });
  if (rest || names.length !== arity || after.slots.length === arity || !shifted || labels.some((label) => label !== undefined)) return [];
  return [
    {
      range: whole,
      what: `It takes ${arity} of what are ${after.slots.length} now, and they are not the same ones`,
      advice: `It was \`${typeText(before)}\`, and is \`${typeText(after)}\`: take each by its place there, or make it an object with names.`,
    },
  ];
}

/** Undefined where it can be something else. */
function literalsOf(shapes: readonly Shape[]): readonly (string | number | boolean)[] | undefined {
  const values = shapes.flatMap((shape) => (shape.kind === "literal" && typeof shape.value !== "object" ? [shape.value] : []));
  return values.length === shapes.length ? values : undefined;
}

function shown(values: readonly unknown[]): string {
  return values.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
}

function finding(
  { module }: ModuleFacts,
  { label }: Baseline,
  { text, range, path }: Pattern,
  { range: place, what, advice, fix }: Stale,
): Finding {
  const fixes: Fix[] =
    fix === undefined
      ? []
      : [
          {
            title: fix.title,
            preferred: false,
            questions: [],
            edits: () => [{ file: module.file, range: fix.range, newText: fix.newText }],
          },
        ];
  const shownText = text.replaceAll(/\s+/g, " ");
  return {
    rule: stalePattern.id,
    severity: stalePattern.severity,
    module: module.id,
    items: [shapePathText(path)],
    file: module.file,
    range: place === whole ? range : place,
    message: `${what}: \`${shownText}\` is looked at as ${label} had it, and the compiler does not say so. ${advice}`,
    related: [],
    fixes,
  };
}
