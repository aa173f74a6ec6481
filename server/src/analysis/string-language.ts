/**
 * Types of strings as the languages that they are: whether one is within others, whether two have a string in common, and a string that
 * tells them apart. Templates and `Uppercase<string>` are regular, so all of it is decided.
 */
import { isPrimitive, type Shape, stringMapping } from "./shape.ts";

/** A non-deterministic automaton: for each state, what may be read there, and where that leads. */
interface Language {
  readonly steps: readonly (readonly (readonly [reads: (char: string) => boolean, to: number])[])[];
  readonly jumps: readonly (readonly number[])[];
  readonly end: number;
  /** The characters that are told apart. */
  readonly chars: ReadonlySet<string>;
}

/** Beyond this, nothing is said. */
const largest = 5000;

/** A string of the one type that none of the others has; null where there is none, undefined where that is not known. */
export function stringOutside(from: Shape, others: readonly Shape[]): string | null | undefined {
  const own = languageOf([from]);
  const theirs = languageOf(others);
  if (own === undefined || theirs === undefined) return undefined;
  return search(own, theirs, (ownEnds, theirEnds) => ownEnds && !theirEnds);
}

/** Whether a string may be of both types. */
export function haveCommonString(one: Shape, other: Shape): boolean {
  const [left, right] = [languageOf([one]), languageOf([other])];
  return left === undefined || right === undefined || search(left, right, (first, second) => first && second) !== null;
}

/** A string of both types; undefined where none is found. */
export function commonString(one: Shape, other: Shape): string | undefined {
  const [left, right] = [languageOf([one]), languageOf([other])];
  return left === undefined || right === undefined ? undefined : (search(left, right, (first, second) => first && second) ?? undefined);
}

export function isString(shape: Shape): boolean {
  if (shape.kind === "literal") return typeof shape.value === "string";
  return shape.kind === "template" || isPrimitive(shape, "string") || (shape.kind === "brand" && stringMapping(shape) !== undefined);
}

/** The shortest string after which both automata are as wanted. */
function search(own: Language, theirs: Language, isFound: (own: boolean, theirs: boolean) => boolean): string | null | undefined {
  // One of each sort that neither speaks of, those first that read well.
  const alphabet = [...new Set(["a", "1", ...own.chars, ...theirs.chars, "A", "0", "-", "é", " "])];
  const start = [closure(own, [0]), closure(theirs, [0])] as const;
  const seen = new Set([keyOf(start)]);
  let current: (readonly [sets: readonly [readonly number[], readonly number[]], text: string])[] = [[start, ""]];
  while (current.length > 0) {
    const next: typeof current = [];
    for (const [[left, right], text] of current) {
      if (isFound(left.includes(own.end), right.includes(theirs.end))) return text;
      for (const char of alphabet) {
        const sets = [step(own, left, char), step(theirs, right, char)] as const;
        const key = keyOf(sets);
        if (sets[0].length === 0 || seen.has(key)) continue;
        if (seen.size > largest) return undefined;
        seen.add(key);
        next.push([sets, text + char]);
      }
    }
    current = next;
  }
  return null;
}

function keyOf([left, right]: readonly [readonly number[], readonly number[]]): string {
  return `${left.join()}|${right.join()}`;
}

function closure({ jumps }: Language, states: readonly number[]): readonly number[] {
  const reached = new Set(states);
  for (const state of reached) for (const to of jumps[state] ?? []) reached.add(to);
  return [...reached].toSorted((one, other) => one - other);
}

function step(language: Language, states: readonly number[], char: string): readonly number[] {
  const reached = states.flatMap((state) => (language.steps[state] ?? []).flatMap(([reads, to]) => (reads(char) ? [to] : [])));
  return closure(language, reached);
}

/** What any of these types allows; undefined where one is none that is known. */
function languageOf(shapes: readonly Shape[]): Language | undefined {
  const steps: [(char: string) => boolean, number][][] = [[], []];
  const jumps: number[][] = [[], []];
  const chars = new Set<string>();
  const fresh = () => {
    jumps.push([]);
    return steps.push([]) - 1;
  };
  const read = (from: number, reads: (char: string) => boolean, to = fresh()) => {
    steps[from]?.push([reads, to]);
    return to;
  };
  const jump = (from: number, to: number) => void jumps[from]?.push(to);
  const text = (from: number, value: string) => {
    let at = from;
    for (const char of value) {
      chars.add(char);
      at = read(at, (each) => each === char);
    }
    return at;
  };
  const repeated = (from: number, reads: (char: string) => boolean) => {
    const at = fresh();
    jump(from, at);
    return read(at, reads, at);
  };
  const digit = (char: string) => char >= "0" && char <= "9" && char.length === 1;
  const oneOf = (wanted: string) => {
    for (const char of wanted) chars.add(char);
    return (char: string) => wanted.includes(char);
  };
  const maybe = (from: number, reads: (char: string) => boolean) => {
    const to = read(from, reads);
    jump(from, to);
    return to;
  };
  const digits = (from: number) => repeated(read(from, digit), digit);

  /** Where what is read by this type, from a state on, ends. */
  const add = (shape: Shape, from: number): number | undefined => {
    if (isPrimitive(shape, "string")) return repeated(from, () => true);
    if (isPrimitive(shape, "bigint")) return digits(maybe(from, oneOf("-")));
    if (isPrimitive(shape, "number")) {
      const signed = maybe(from, oneOf("+-"));
      const whole = digits(signed);
      const point = read(whole, oneOf("."));
      const end = fresh();
      jump(whole, end);
      jump(repeated(point, digit), end);
      jump(digits(read(signed, oneOf("."))), end);
      const last = fresh();
      jump(end, last);
      jump(digits(maybe(read(end, oneOf("eE")), oneOf("+-"))), last);
      return last;
    }
    if (isPrimitive(shape, "boolean")) {
      const end = text(from, "true");
      jump(text(from, "false"), end);
      return end;
    }
    if (isPrimitive(shape, "null") || isPrimitive(shape, "undefined")) return text(from, (shape as { type: string }).type);
    if (shape.kind === "literal") return text(from, typeof shape.value === "object" ? shape.value.bigint : String(shape.value));
    if (shape.kind === "brand") {
      const mapping = stringMapping(shape);
      if (mapping === undefined || !isPrimitive(shape.base, "string")) return undefined;
      // What is mapped must be what it is mapped to.
      const reads = (char: string) => mapping.apply(char) === char;
      if (/^(Upper|Lower)case$/.test(mapping.name)) return repeated(from, reads);
      const first = read(from, reads);
      jump(from, first);
      const rest = repeated(read(from, reads), () => true);
      jump(first, rest);
      return rest;
    }
    if (shape.kind === "union") {
      const end = fresh();
      for (const member of shape.members) {
        const at = add(member, from);
        if (at === undefined) return undefined;
        jump(at, end);
      }
      return end;
    }
    if (shape.kind !== "template") return undefined;
    let at = text(from, shape.texts[0] ?? "");
    for (const [index, type] of shape.types.entries()) {
      const end = add(type, at);
      if (end === undefined) return undefined;
      at = text(end, shape.texts[index + 1] ?? "");
    }
    return at;
  };
  for (const shape of shapes) {
    const at = add(shape, 0);
    if (at === undefined) return undefined;
    jump(at, 1);
  }
  return { steps, jumps, end: 1, chars };
}
