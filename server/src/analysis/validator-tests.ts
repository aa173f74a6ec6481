/** The parts of a validator that are one expression: what JavaScript asks of a value to see whether it is of a simple shape. */
import type { BuiltinShape, EnumShape, LiteralShape, PrimitiveName, Shape, TemplateShape } from "./shape.ts";
import { isPrimitive } from "./shape.ts";
import { literalsOf } from "./validity.ts";

export function primitiveTest(type: PrimitiveName, v: string): string {
  switch (type) {
    case "unknown":
      return "true";
    case "never":
      return "false";
    case "null":
    case "undefined":
      return `${v} === ${type}`;
    case "object":
      return `isObject(${v})`;
    default:
      return `typeof ${v} === "${type}"`;
  }
}

export function literalText(value: LiteralShape["value"]): string {
  return typeof value === "object" ? `${value.bigint}n` : JSON.stringify(value) === "null" ? String(value) : JSON.stringify(value);
}

export function joined(tests: readonly string[]): string {
  return tests.length === 0 ? "false" : tests.map((test) => (tests.length > 1 && test.includes("&&") ? `(${test})` : test)).join(" || ");
}

/** Whether one expression decides it. */
export function isSimple(shape: Shape): boolean {
  switch (shape.kind) {
    case "array":
    case "tuple":
    case "object":
    case "class":
      return false;
    case "builtin":
      return !isContainer(shape);
    case "brand":
      return isSimple(shape.base);
    case "union":
      return shape.members.every(isSimple);
    default:
      return true;
  }
}

/** What can be looked into. */
export function isContainer({ class: name, from }: BuiltinShape): boolean {
  return from === "" && (name === "Map" || name === "Set");
}

/** @param lookUp gives the name of a set of these values. */
export function enumTest(shape: EnumShape, v: string, lookUp: (values: readonly string[]) => string): string {
  const values = literalsOf(shape).map(({ value }) => literalText(value));
  const test = values.length > 8 ? `${lookUp(values)}.has(${v})` : joined(values.map((value) => `${v} === ${value}`));
  const flags = flagsOf(shape);
  return flags === null ? test : `${test} || (typeof ${v} === "number" && (${v} & ${~flags}) === 0)`;
}

/**
 * The bits of an enum whose members may be meant to be combined, which TypeScript allows and which makes numbers that no member has. Four
 * and more members that count up from 0 are not.
 */
function flagsOf(shape: EnumShape): number | null {
  const values = literalsOf(shape).flatMap(({ value }) => (typeof value === "number" ? [value] : []));
  if (shape.members.length < shape.table.length || values.some((value) => !Number.isInteger(value) || value < 0)) return null;
  if (values.some((value) => value > 0x7fffffff)) return -1;
  const bits = values.filter((value) => value > 0 && (value & (value - 1)) === 0);
  const all = bits.reduce((mask, value) => mask | value, 0);
  const counted = values.length >= 4 && values.toSorted((one, other) => one - other).every((value, index) => value === index);
  return bits.length > 1 && !counted && values.every((value) => (value & ~all) === 0) ? all : null;
}

/** A pattern that all strings of the type fit; numbers are written in more ways than a pattern would say. */
export function templatePattern({ texts, types }: TemplateShape): string {
  const parts = types.map((type) =>
    isPrimitive(type, "number")
      ? "(?:[^]*\\d[^]*|NaN|-?Infinity)"
      : isPrimitive(type, "bigint")
        ? "[^]*\\d[^]*"
        : isPrimitive(type, "boolean")
          ? "(?:true|false)"
          : "[^]*",
  );
  const text = texts.map((each, index) => each.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&") + (parts[index] ?? "")).join("");
  return `new RegExp(${JSON.stringify(`^${text}$`)})`;
}

/**
 * Classes of the platform by identity. TypeScript knows them by their members alone, so what is no plain value and looks like one passes.
 * What only types know, such as the classes of packages, is any value.
 */
export function builtinTest({ class: name, from }: BuiltinShape, v: string): string {
  if (from !== "") return `${v} !== null && ${v} !== undefined`;
  if (/^(String|Number|Boolean|Symbol|BigInt)$/.test(name)) return `typeof ${v} === "${name.toLowerCase()}" || isObject(${v})`;
  if (name.endsWith("Error")) return `${v} instanceof Error || like(${v}, "Error", "message")`;
  const member = members[name] ?? (/^((Uint|Int|Float|BigInt|BigUint)\d+(Clamped)?Array)$/.test(name) ? "byteLength" : undefined);
  return member === undefined ? `isObject(${v})` : `${v} instanceof ${name} || like(${v}, "${name}", "${member}")`;
}

/** What instances have and nothing else is likely to. */
const members: Readonly<Record<string, string>> = {
  Map: "has",
  Set: "has",
  WeakMap: "has",
  WeakSet: "has",
  WeakRef: "deref",
  Date: "getTime",
  RegExp: "exec",
  Promise: "then",
  ArrayBuffer: "byteLength",
  SharedArrayBuffer: "byteLength",
  DataView: "byteLength",
  Buffer: "byteLength",
};
