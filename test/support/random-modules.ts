/** Random actor modules and what they share, as sources: types of every kind, some that names explain and some that only a checker does. */

export interface RandomModulesOptions {
  readonly actors: number;
  readonly shared: number;
  /** With types that only a type checker understands. */
  readonly odd?: boolean;
}

/** File names and texts; the same for the same seed. */
export function randomModules(seed: number, { actors, shared, odd: withOdd = true }: RandomModulesOptions): Record<string, string> {
  const random = generator(seed);
  odds = withOdd;
  interfaces.clear();
  const files: Record<string, string> = {};
  const known: string[][] = [];
  for (let index = 0; index < shared; index += 1) {
    const others = Array.from({ length: Math.min(index, 2) }, () => random(index));
    const { text, names } = declarations(random, `S${index}`, 5, importable(known, others));
    files[`src/shared${index}.ts`] =
      `${importsOf(known, others)}${text}${index > 0 && random(4) === 0 ? `export * from "./shared${index - 1}.ts";\n` : ""}`;
    known.push(names);
  }
  for (let index = 0; index < actors; index += 1) {
    const others = shared === 0 ? [] : Array.from({ length: 1 + random(3) }, () => random(shared));
    const scope = importable(known, others);
    const { text, names } = declarations(random, `A${index}`, 3, scope);
    const type = () => typeText(random, [...scope, ...names], 2);
    files[`src/m${index}.actor.ts`] =
      `import { actor, type Pid } from "instar";\n${importsOf(known, others)}${text}` +
      `export interface State {\n${fields(random, [...scope, ...names], 2 + random(5))}}\n` +
      `export interface Protocol${index} {\n  init(first: ${type()}): ${random(3) === 0 ? "Promise<State>" : random(6) === 0 ? type() : "State"};\n` +
      `  calls: { read(of: ${type()}, more?: ${type()}): ${type()}; size(): number };\n` +
      (random(2) === 0 ? `  casts: { put(value: ${type()}, ...rest: ${elementText(type())}[]): void };\n` : "") +
      (random(3) === 0 ? `  infos: { tick(pid: Pid<Protocol${index}>): void };\n` : "") +
      `}\nexport default actor<Protocol${index}>({\n  vsn: ${1 + random(3)},\n  init: () => null as never,\n` +
      (random(3) === 0
        ? `  codeChange: { 1: { up: (old: ${names[0] ?? "never"}): State => ({ ...(old as never) })${random(2) === 0 ? `, down(now: State): readonly ${names.at(-1) ?? "never"}[] { return now as never; }` : ""} } },\n`
        : "") +
      `  calls: {} as never,\n});\n`;
  }
  return files;
}

/** A whole number from 0 up to the given one; the same sequence for the same seed. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}

function importable(known: readonly (readonly string[])[], others: readonly number[]): string[] {
  return [...new Set(others)].flatMap((index) => known[index] ?? []);
}

function importsOf(known: readonly (readonly string[])[], others: readonly number[]): string {
  return [...new Set(others)].map((index) => `import type { ${(known[index] ?? []).join(", ")} } from "./shared${index}.ts";\n`).join("");
}

function declarations(
  random: (below: number) => number,
  prefix: string,
  count: number,
  scope: readonly string[],
): { text: string; names: string[] } {
  const names: string[] = [];
  let text = "";
  for (let index = 0; index < count; index += 1) {
    const name = `${prefix}${"ABCDEFGH"[index]}`;
    const all = [...scope, ...names, name];
    const before = [...scope, ...names];
    const bases = before.filter((each) => interfaces.has(each));
    const kind = random(12);
    if (kind < 4) {
      const base = bases.length > 0 && random(3) === 0 ? ` extends ${pick(random, bases)}` : "";
      text += `export interface ${name}${base} {\n${fields(random, all, 1 + random(4))}}\n`;
      if (base === "") interfaces.add(name);
    } else if (kind < 7) text += `export type ${name} = ${unionText(random, before)};\n`;
    else if (kind === 7) text += `export type ${name} = {\n${fields(random, all, 1 + random(3))}};\n`;
    else if (kind === 8)
      text += `export enum ${name} { One${random(2) === 0 ? " = 3" : ""}, Two, Three${random(2) === 0 ? ' = "three"' : ""} }\n`;
    else if (kind === 9) text += `export type ${name} = string & { readonly __brand: "${name}" };\n`;
    else if (kind === 10) text += `export type ${name} = ${typeText(random, before, 2)};\n`;
    else text += `export type ${name} = ${odds ? pick(random, odd(before)) : "string[]"};\n`;
    names.push(name);
  }
  return { text, names };
}

let odds = true;

/** Interfaces among the random names: others cannot be extended. */
const interfaces = new Set<string>();

function fields(random: (below: number) => number, scope: readonly string[], count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const name = random(8) === 0 ? `"key-${index}"` : `f${index}`;
    const type =
      odds && random(30) === 0 ? pick(random, odd(scope)) : random(3) === 0 ? unionText(random, scope) : typeText(random, scope, 2);
    return `  ${random(2) === 0 ? "readonly " : ""}${name}${random(4) === 0 ? "?" : ""}: ${type};${random(5) === 0 ? " // a comment" : ""}\n`;
  }).join("");
}

function unionText(random: (below: number) => number, scope: readonly string[]): string {
  return Array.from({ length: 2 + random(3) }, () => elementText(typeText(random, scope, 1), false)).join(" | ");
}

function elementText(type: string, always = true): string {
  return always || type.startsWith("readonly ") || type.includes("=>") ? `(${type})` : type;
}

function typeText(random: (below: number) => number, scope: readonly string[], depth: number): string {
  const inner = () => typeText(random, scope, depth - 1);
  if (scope.length > 0 && random(3) === 0) return pick(random, scope);
  if (depth > 0) {
    switch (random(12)) {
      case 0:
        return `${elementText(inner())}[]`;
      case 1:
        return `readonly ${elementText(inner())}[]`;
      case 2:
        return `[${inner()}, ${inner()}${random(3) === 0 ? `, ...${elementText(inner())}[]` : ""}]`;
      case 3:
        return `[first: ${inner()}, second?: ${inner()}]`;
      case 4:
        return `Map<string, ${inner()}>`;
      case 5:
        return `ReadonlySet<${inner()}>`;
      case 6:
        return `{ readonly a: ${inner()}; b?: ${inner()} }`;
      case 7:
        return `{ [key: string]: ${inner()} }`;
      case 8:
        return `${elementText(inner())} | null`;
      case 9:
        return `Array<${inner()}>`;
      default:
    }
  }
  return pick(random, [
    "string",
    "number",
    "boolean",
    "bigint",
    "null",
    "undefined",
    '"a"',
    '"b"',
    "1",
    "2",
    "true",
    "Date",
    "unknown",
    "never",
  ]);
}

/** What only the checker understands. */
function odd(scope: readonly string[]): string[] {
  const [some = "{ a: 1; b: 2 }"] = scope;
  return [
    `Partial<{ a: ${some} }>`,
    `Record<"x" | "y", ${some}>`,
    "Missing",
    `keyof { a: 1; b: 2 }`,
    `{ a: 1 } & { b: ${some} }`,
    "() => void",
    "`id-${string}`",
    "any",
  ];
}

function pick<T>(random: (below: number) => number, from: readonly T[]): T {
  return from[random(from.length)] as T;
}
