/** `valueText`: a value in memory as the code that would make it, for people. Runs none of the project's code. */
import { types } from "node:util";
import { accessText } from "../analysis/type-text.ts";
import { standInText } from "./make-value.ts";
import type { Segment } from "./recipe.ts";

/** More than anybody reads. */
const longest = 4000;
const most = 100;
const deepest = 20;

export function valueText(value: unknown): string {
  try {
    const text = write(value, []);
    return text.length > longest ? `${text.slice(0, longest)}…` : text;
  } catch {
    return "/* cannot be printed */";
  }
}

/** As validators write it: `State.members[3].name`. */
export function pathText(path: readonly Segment[], name = "State"): string {
  const parts = path.map((segment) => {
    if (segment.kind === "field") return accessText(segment.name);
    return segment.kind === "index" ? `[${segment.index}]` : `.get(${segment.text})`;
  });
  return `${name}${parts.join("")}`;
}

function write(value: unknown, above: readonly object[]): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return `Symbol(${JSON.stringify(value.description ?? "")})`;
  if (Object.is(value, -0)) return "-0";
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return String(value);
  const standIn = standInText(value);
  if (standIn !== null) return standIn;
  if (types.isProxy(value)) return "/* a Proxy */";
  if (typeof value === "function") return `/* a function${value.name === "" ? "" : `, ${value.name}`} */`;
  if (above.includes(value)) return "/* itself */";
  if (above.length >= deepest) return "…";
  const inner = (each: unknown): string => write(each, [...above, value]);
  if (Array.isArray(value)) return `[${some(value, (index) => (index in value ? inner(value[index]) : ""), value.length).join(", ")}]`;
  if (types.isMap(value)) {
    const entries = [...Map.prototype.entries.call(value)];
    return entries.length === 0
      ? "new Map()"
      : `new Map([${some(entries, (index) => `[${inner(entries[index]?.[0])}, ${inner(entries[index]?.[1])}]`, entries.length).join(", ")}])`;
  }
  if (types.isSet(value)) {
    const items = [...Set.prototype.values.call(value)];
    return items.length === 0 ? "new Set()" : `new Set([${some(items, (index) => inner(items[index]), items.length).join(", ")}])`;
  }
  if (types.isDate(value)) {
    const time = Date.prototype.getTime.call(value);
    return Number.isNaN(time) ? "new Date(NaN)" : `new Date(${JSON.stringify(new Date(time).toISOString())})`;
  }
  if (types.isRegExp(value)) return RegExp.prototype.toString.call(value);
  if (types.isPromise(value)) return "/* a Promise */";
  if (types.isNativeError(value)) return `new ${className(value)}(${JSON.stringify(ownText(value, "message"))})`;
  if (value instanceof URL) return `new URL(${JSON.stringify(String(value))})`;
  if (types.isAnyArrayBuffer(value)) return `/* ${className(value)} */ ${write(new Uint8Array(value), above)}`;
  if (types.isDataView(value)) return `new DataView(${write(value.buffer, above)})`;
  if (types.isTypedArray(value)) return `${className(value)}.from([${[...(value as Uint8Array)].slice(0, most).map(inner).join(", ")}])`;
  const fields = Object.entries(Object.getOwnPropertyDescriptors(value))
    .filter(([, property]) => property.enumerable)
    .map(([name, property]) => `${keyText(name)}: ${"value" in property ? inner(property.value) : "/* an accessor */"}`);
  const prototype: unknown = Object.getPrototypeOf(value);
  const name = prototype === Object.prototype || prototype === null ? "" : `/* ${className(value)} */ `;
  return fields.length === 0 ? `${name}{}` : `${name}{ ${some(fields, (index) => fields[index] ?? "", fields.length).join(", ")} }`;
}

function some(all: readonly unknown[], text: (index: number) => string, length: number): string[] {
  const shown = Array.from({ length: Math.min(length, most) }, (_, index) => text(index));
  return all.length > most ? [...shown, "…"] : shown;
}

function keyText(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}

/** Without running accessors of the project's. */
export function className(value: object): string {
  for (let each: unknown = Object.getPrototypeOf(value); typeof each === "object" && each !== null; each = Object.getPrototypeOf(each)) {
    const maker: unknown = Object.getOwnPropertyDescriptor(each, "constructor")?.value;
    if (typeof maker !== "function") continue;
    const name: unknown = Object.getOwnPropertyDescriptor(maker, "name")?.value;
    if (typeof name === "string" && name !== "") return name;
  }
  return "Object";
}

function ownText(value: object, name: string): string {
  const held: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return typeof held === "string" ? held : "";
}
