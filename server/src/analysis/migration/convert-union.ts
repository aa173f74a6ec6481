/**
 * Alternatives: tells at run time which of them a value is, in a way that the type checker follows, and converts each for itself. Few of
 * them are told apart in one expression, many variants by a total `switch` in a local function.
 */
import { byTag, tagOf } from "../compare.ts";
import {
  type BuiltinShape,
  type EnumShape,
  isPrimitive,
  type LiteralShape,
  membersOf,
  type ObjectShape,
  primitive,
  type Shape,
} from "../shape.ts";
import { accessText, keyText, typeText } from "../type-text.ts";
import { literalsOf } from "../validity.ts";
import { either, indent, statement } from "./code.ts";
import type { Converting } from "./conversion.ts";

interface Tested {
  readonly test: string;
  readonly made: string;
}

/** What becomes of alternatives that one test tells from all others. */
interface Branch extends Tested {
  readonly members: readonly Shape[];
  /** The same where nothing else is left. */
  readonly alone: string;
  /** The type checker does not take it away from what is left where the test is false. */
  readonly sticky: boolean;
}

export function alternatives(
  converter: Converting,
  from: Shape,
  to: Shape,
  value: string,
  path: string,
  taken: ReadonlySet<string>,
): string {
  const { conversion } = converter;
  /** How the members of enums are written. */
  const written = new Map<Shape, string>();
  const members = membersOf(from).flatMap((member): readonly Shape[] =>
    member.kind === "enum" && !converter.passes(member, to)
      ? enumMembers(converter, member, written)
      : isPrimitive(member, "boolean") && !converter.passes(member, to)
        ? [true, false].map((each): Shape => ({ kind: "literal", value: each }))
        : [member],
  );
  if (members.every((member) => converter.passes(member, to))) return value;
  // The values are the same, which only the type checker cannot see.
  const literals = [...members, ...membersOf(to)].every(({ kind }) => ["literal", "enum", "primitive", "template"].includes(kind));
  if (literals && converter.valid(from, to) === "compatible") return `${value} as ${conversion.typeOf(to)}`;
  const tag = tagOf(from, to);
  const targets = byTag(membersOf(to), tag);
  const sources = byTag(members, tag);
  const tested = new Map<string, Shape[]>();
  const rest: Shape[] = [];
  for (const member of sources.rest) {
    const test = guard(member, written.get(member) ?? typeText(member), value, sources.rest);
    if (test === undefined) rest.push(member);
    else tested.set(test, [...(tested.get(test) ?? []), member]);
  }
  const objects = sources.variants.size > 0;
  if (rest.length + (objects ? 1 : 0) > 1 && !rest.every((member) => converter.passes(member, to)))
    return converter.unknown(path, from, to);
  if (objects && rest.length > 0) return converter.unknown(path, from, to);

  const branches: Branch[] = [];
  for (const [test, group] of tested) {
    const made = group.map((member) => alternative(converter, member, targets.rest, to, value, path, taken));
    const [first = value] = made;
    if (made.some((each) => each !== first)) return converter.unknown(path, from, to);
    const sticky = group.some(isSticky);
    const [member] = group;
    const type = sticky && member !== undefined && first !== value ? conversion.wholeType(member, "from") : undefined;
    const known =
      type === undefined || member === undefined
        ? first
        : alternative(converter, member, targets.rest, to, `(${value} as ${type})`, path, taken);
    branches.push({ members: group, test, made: known, alone: first, sticky });
  }
  const variants = [...sources.variants].map(([unit, member]) => ({ unit, member, target: targets.variants.get(unit) }));
  const changed = variants.filter(({ member, target }) => target === undefined || !converter.passes(member, target));
  const several = sources.groups.some((units) => units.length > 1 && units.some((unit) => changed.some((each) => each.unit === unit)));
  if (changed.length > 0 && (variants.length > 2 || several || branches.some(({ sticky }) => sticky))) {
    // Under its own name, where it has no other alternatives.
    const tagged = members.filter(({ kind }) => kind === "object");
    const [one = from] = tagged;
    const own: Shape = tagged.length === members.length ? from : tagged.length === 1 ? one : { kind: "union", members: tagged };
    const name = converter.callable(own, to, path, (parameter) =>
      switchOver(converter, { sources, targets, tag: tag ?? "", members }, to, parameter, path),
    );
    if (name === undefined) return converter.unknown(path, from, to);
    const type = branches.some(({ sticky }) => sticky) ? ` as ${conversion.wholeType(own, "from")}` : "";
    return inOrder(converter, branches, [], `${name}(${value}${type})`, value);
  }
  if (changed.length > 0) {
    const tests = variants.map(({ unit, member, target }) => ({
      test: `${value}${accessText(tag ?? "")} === ${tagText(converter, members, tag ?? "", unit)}`,
      made: variant(converter, member, target, to, value, `${path}|${tag}=${unit}`, taken),
    }));
    const moved = tests.filter(({ made }) => made !== value);
    const whole = moved.length === tests.length;
    return inOrder(converter, branches, whole ? moved.slice(0, -1) : moved, whole ? (moved.at(-1)?.made ?? value) : value, value);
  }
  const others = members.filter((member) => !branches.some((branch) => branch.members.includes(member)));
  if (objects || rest.length > 1) return inOrder(converter, branches, [], value, value, others);
  const [other] = rest;
  if (other !== undefined) {
    if (converter.passes(other, to)) return inOrder(converter, branches, [], value, value, others);
    // The type checker has to know what is left.
    const type = branches.some(({ sticky }) => sticky) ? conversion.wholeType(other, "from") : "";
    if (type === undefined) return converter.unknown(path, from, to);
    const left = type === "" ? value : `(${value} as ${type})`;
    return inOrder(converter, branches, [], alternative(converter, other, targets.rest, to, left, path, taken), value);
  }
  return inOrder(converter, branches, [], undefined, value);
}

/**
 * One test after the other, and then what is left. Those that stay as they are come together: last, or before what has to know that the
 * value is none of them.
 * @param then tests that only hold for what is left.
 * @param end what is made of what is left; undefined where nothing is.
 * @param left what is left, where it stays as it is.
 */
function inOrder(
  converter: Converting,
  branches: readonly Branch[],
  then: readonly Tested[],
  end: string | undefined,
  value: string,
  left: readonly Shape[] = [],
): string {
  const kept = branches.filter(({ made }) => made === value);
  const changed = branches.filter(({ made }) => made !== value);
  const tests = kept.map(({ test }) => test);
  const unit = kept.length === 1 ? /=== (null|undefined)$/.exec(tests[0] ?? "")?.[1] : undefined;
  const first = kept.length === 0 ? [] : [{ test: tests.join(" || "), made: unit ?? value }];
  if (then.length > 0 || (end !== undefined && end !== value))
    return choose(converter, [...first, ...changed, ...then], end ?? value, value);
  const one = end === undefined && changed.filter(({ sticky }) => sticky).length === 1;
  if (end === value || (kept.length > 0 && !one)) {
    const stays = [...kept.flatMap(({ members }) => members), ...left];
    const [only = primitive("never")] = stays;
    // The checker does not know that what is readonly is none of them any more.
    const sticky = changed.some((each) => each.sticky);
    const type = sticky ? converter.conversion.wholeType(stays.length === 1 ? only : { kind: "union", members: stays }, "from") : undefined;
    return choose(converter, changed, type === undefined ? value : `${value} as ${type}`, value);
  }
  const last = changed.find(({ sticky }) => sticky) ?? changed.at(-1);
  return choose(converter, [...first, ...changed.filter((each) => each !== last)], last?.alone ?? value, value);
}

/** The members of an enum as its values, each of which is written as the type checker wants it compared. */
function enumMembers({ conversion }: Converting, shape: EnumShape, written: Map<Shape, string>): readonly Shape[] {
  const literals = literalsOf(shape);
  for (const literal of literals) {
    const text = memberText(conversion, shape, literal);
    if (text !== undefined) written.set(literal, text);
  }
  return literals;
}

function memberText(conversion: Converting["conversion"], shape: EnumShape, { value }: LiteralShape): string | undefined {
  const member = shape.table.find(([name, each]) => each === value && shape.members.includes(name))?.[0];
  return member === undefined ? undefined : conversion.enumMember(shape, member);
}

/** How a value of the tag is written; by its name where it is an enum's. */
function tagText({ conversion }: Converting, members: readonly Shape[], tag: string, unit: string): string {
  for (const member of members) {
    const own = member.kind === "object" ? member.fields.find(({ name }) => name === tag) : undefined;
    for (const shape of own === undefined ? [] : membersOf(own.shape)) {
      if (shape.kind !== "enum") continue;
      const literal = literalsOf(shape).find((each) => typeText(each) === unit);
      const text = literal === undefined ? undefined : memberText(conversion, shape, literal);
      if (text !== undefined) return text;
    }
  }
  return unit;
}

/** What becomes of an alternative. */
function alternative(
  converter: Converting,
  member: Shape,
  targets: readonly Shape[],
  to: Shape,
  value: string,
  path: string,
  taken: ReadonlySet<string>,
): string {
  if (converter.passes(member, to)) return value;
  if (isPrimitive(member, "null") || isPrimitive(member, "undefined")) {
    const other = membersOf(to).find((each) => isPrimitive(each, "null") || isPrimitive(each, "undefined"));
    return other === undefined ? converter.first(path, to) : typeText(other);
  }
  const all = targets.length === 0 ? membersOf(to) : targets;
  const candidates = all.filter((each) => family(each) === family(member));
  const [one, ...others] = candidates;
  if (one !== undefined && others.length === 0 && !isUnit(member)) return converter.value(member, one, value, path, taken);
  const rest = all.filter((each) => !isPrimitive(each, "null") && !isPrimitive(each, "undefined"));
  const [single] = rest;
  if (single !== undefined && rest.length === 1 && !isUnit(member)) return converter.value(member, single, value, path, taken);
  return converter.unknown(path, member, to);
}

function variant(
  converter: Converting,
  member: ObjectShape,
  target: ObjectShape | undefined,
  to: Shape,
  value: string,
  path: string,
  taken: ReadonlySet<string>,
): string {
  if (target !== undefined) return converter.passes(member, target) ? value : converter.value(member, target, value, path, taken);
  const objects = membersOf(to).filter((each) => each.kind === "object");
  return objects.some((each) => converter.passes(member, each)) ? value : converter.unknown(path, member, to);
}

interface Tags {
  readonly sources: ReturnType<typeof byTag>;
  readonly targets: ReturnType<typeof byTag>;
  readonly tag: string;
  readonly members: readonly Shape[];
}

/** A total `switch`: where a variant comes to this type later on, the type checker asks for its case. */
function switchOver(converter: Converting, { sources, targets, tag, members }: Tags, to: Shape, value: string, path: string): string {
  const { unit: level } = converter.conversion.layout;
  const cases: { units: string[]; made: string }[] = [];
  for (const units of sources.groups) {
    for (const unit of units) {
      const member = sources.variants.get(unit);
      if (member === undefined) continue;
      let made = variant(converter, member, targets.variants.get(unit), to, value, `${path}|${tag}=${unit}`, new Set([value]));
      // The type checker does not know of the whole value that only one tag is left; a copy says so.
      const together = targets.groups.some((group) => units.every((each) => group.includes(each)));
      if (made === value && units.length > 1 && !together) made = copyOf(member, value);
      const same = cases.at(-1);
      if (same?.made === made) same.units.push(unit);
      else cases.push({ units: [unit], made });
    }
  }
  const text = cases.map(
    ({ units, made }) =>
      `${units.map((unit) => `case ${tagText(converter, members, tag, unit)}:`).join("\n")}\n${indent(statement(made), level)}`,
  );
  return `switch (${value}${accessText(tag)}) {\n${indent(text.join("\n"), level)}\n}`;
}

function copyOf(member: ObjectShape, value: string): string {
  return `{ ${member.fields.map((field) => `${keyText(field.name)}: ${value}${accessText(field.name)}`).join(", ")} }`;
}

function choose(converter: Converting, branches: readonly Tested[], end: string, value: string): string {
  const [single] = branches;
  if (branches.length === 1 && single?.test === `${value} === null` && end === value && !single.made.includes("\n"))
    return `${value} ?? ${single.made}`;
  return branches.reduceRight((rest, branch) => either(branch.test, branch.made, rest, converter.conversion.layout), end);
}

/** Alternatives that may be the same thing in two versions. */
function family(shape: Shape): string {
  if (shape.kind === "tuple") return "array";
  if (shape.kind === "builtin") return `builtin ${shape.class} ${shape.from}`;
  if (shape.kind === "class") return `class ${shape.class}`;
  if (shape.kind === "primitive") return shape.type;
  return shape.kind;
}

function isUnit(shape: Shape): boolean {
  return shape.kind === "literal" || shape.kind === "enum";
}

/** An expression that is true for this alternative only, where one test tells. */
function guard(member: Shape, text: string, value: string, all: readonly Shape[]): string | undefined {
  const alone = (same: (each: Shape) => boolean) => all.filter(same).length === 1;
  switch (member.kind) {
    case "literal":
      return `${value} === ${text}`;
    case "primitive":
      if (member.type === "null" || member.type === "undefined") return `${value} === ${member.type}`;
      return ["string", "number", "boolean", "bigint", "symbol"].includes(member.type) ? `typeof ${value} === "${member.type}"` : undefined;
    case "template":
      return `typeof ${value} === "string"`;
    case "array":
    case "tuple":
      return alone((each) => each.kind === "array" || each.kind === "tuple") ? `Array.isArray(${value})` : undefined;
    case "builtin":
      return isTested(member) && alone((each) => each.kind === "builtin" && each.class === member.class)
        ? `${value} instanceof ${member.class}`
        : undefined;
    default:
      return undefined;
  }
}

function isTested({ class: name, from }: BuiltinShape): boolean {
  return from === "" && /^(Map|Set|Date|RegExp)$/.test(name);
}

/** `Array.isArray` and `instanceof` say nothing of what is readonly where they are false. */
function isSticky(shape: Shape): boolean {
  return (shape.kind === "array" || shape.kind === "tuple" || shape.kind === "builtin") && shape.readonly;
}
