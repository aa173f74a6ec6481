/**
 * Which version of which file a function or a class came from: noted when a module has been evaluated, for its exported functions, its
 * exported classes, and their methods. What is not exported has no tag.
 */
import { types } from "node:util";
import type { ModuleInstance } from "./module-instance.ts";

export interface CodeTag {
  /** The script's, with its `?v=`. */
  readonly url: string;
  readonly file: string;
  /** For people: `Money`, `Money.of`, `rate`. */
  readonly name: string;
}

export interface CodeTags {
  /** Notes what an instance exports, as far as `code` defines it: it may also pass on what others define. */
  add(instance: ModuleInstance, code: string): void;
  /** Where a function, or the class with this prototype, was defined. */
  of(value: object): CodeTag | undefined;
}

export function createCodeTags(): CodeTags {
  const tags = new WeakMap<object, CodeTag>();
  return {
    add({ url, built, module }, code) {
      const put = (value: object, name: string): void => {
        if (!tags.has(value)) tags.set(value, { url, file: built.file, name });
      };
      for (const [name, value] of namedExports(module.exports)) {
        if (typeof value === "object" && value !== null) {
          for (const [key, member] of functionsOf(value)) if (isDefinedIn(code, member)) put(member, `${name}.${key}`);
        }
        if (typeof value !== "function" || !isDefinedIn(code, value)) continue;
        put(value, name);
        for (const [key, member] of functionsOf(value)) put(member, `${name}.${key}`);
        const { prototype } = value as { readonly prototype?: unknown };
        if (typeof prototype !== "object" || prototype === null) continue;
        put(prototype, name);
        for (const [key, member] of functionsOf(prototype)) put(member, `${name}.${key}`);
      }
    },
    of: (value) => tags.get(value),
  };
}

/** The exports by name; for a CommonJS module that exports one value, that value. */
export function namedExports(exports: unknown): readonly (readonly [name: string, value: unknown])[] {
  if (typeof exports === "function") return [["default", exports], ...readable(exports)];
  return typeof exports === "object" && exports !== null ? readable(exports) : [];
}

/** The prototypes of classes that two versions of a file export under the same name with the same text: the old ones and their successors. */
export function samePrototypes(before: ModuleInstance, after: ModuleInstance): readonly (readonly [object, object])[] {
  const next = new Map(namedExports(after.module.exports));
  return namedExports(before.module.exports).flatMap(([name, old]) => {
    const now = next.get(name);
    if (typeof old !== "function" || typeof now !== "function" || old === now || !isSameClass(old, now)) return [];
    return [[(old as unknown as Class).prototype, (now as unknown as Class).prototype]];
  });
}

interface Class {
  readonly prototype: object;
}

/** Instances with private fields belong to the class that made them for good. */
function isSameClass(old: Function, now: Function): boolean {
  const text = textOf(old);
  if (!text.startsWith("class") || text !== textOf(now) || text.includes("#")) return false;
  const [oldBase, nowBase] = [Object.getPrototypeOf(old) as Function, Object.getPrototypeOf(now) as Function];
  return oldBase === nowBase || isSameClass(oldBase, nowBase);
}

function isDefinedIn(code: string, value: Function): boolean {
  return code.includes(textOf(value));
}

function textOf(value: Function): string {
  return Function.prototype.toString.call(value);
}

function functionsOf(holder: object): readonly (readonly [string, Function])[] {
  return readable(holder).filter(
    (entry): entry is readonly [string, Function] => typeof entry[1] === "function" && entry[0] !== "constructor",
  );
}

/** Own properties. A getter of esbuild's may stand for a binding that is not initialized, and one of the application's is not run. */
function readable(holder: object): readonly (readonly [string, unknown])[] {
  if (types.isProxy(holder)) return [];
  return Object.entries(Object.getOwnPropertyDescriptors(holder)).flatMap(([name, { value, get }]) => {
    if (get === undefined) return [[name, value]];
    try {
      return isExport(get) ? [[name, get.call(holder) as unknown]] : [];
    } catch {
      return [];
    }
  });
}

/** Whether a getter is one that esbuild wrote for an export. */
function isExport(get: () => unknown): boolean {
  return textOf(get) === "() => from[key]";
}
