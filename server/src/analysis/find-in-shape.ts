/** Looks for something in a shape, and says where it is: by path, and by the declaration that brought it in. */
import { argumentName } from "./compare.ts";
import { children, type Shape } from "./shape.ts";
import type { Location } from "./span.ts";
import { accessText, typeText } from "./type-text.ts";

export interface FoundShape {
  readonly path: string;
  readonly shape: Shape;
  /** The nearest field around it; undefined where there is none. */
  readonly declared: Location | undefined;
}

/**
 * What is found is not looked into; `into` leaves out other parts.
 * @param wanted the same function for the same question: where it was answered with nothing, it is not looked again.
 */
export function findInShape(
  root: Shape,
  path: string,
  wanted: (shape: Shape) => boolean,
  into?: (shape: Shape) => boolean,
): readonly FoundShape[] {
  const found: FoundShape[] = [];
  const seen = new Set<Shape>();
  // Mostly there is nothing to be found, and then nobody needs the paths.
  if (contains(root, wanted, into)) visit(root, path, undefined);
  return found;

  function visit(shape: Shape, at: string, declared: Location | undefined): void {
    if (wanted(shape)) {
      found.push({ path: at, shape, declared });
      return;
    }
    if (seen.has(shape) || into?.(shape) === false) return;
    seen.add(shape);
    if (shape.kind === "object" || shape.kind === "class") {
      for (const field of shape.fields) visit(field.shape, at + accessText(field.name), field.declared ?? declared);
      if (shape.kind === "object") for (const index of shape.indexes) visit(index.value, `${at}[${typeText(index.key)}]`, declared);
    } else if (shape.kind === "builtin") {
      for (const [index, arg] of shape.args.entries()) visit(arg, `${at}<${argumentName(shape.class, index)}>`, declared);
    } else {
      for (const [index, child] of children(shape).entries()) {
        visit(child, shape.kind === "array" ? `${at}[]` : shape.kind === "tuple" ? `${at}[${index}]` : at, declared);
      }
    }
  }
}

function contains(root: Shape, wanted: (shape: Shape) => boolean, into: ((shape: Shape) => boolean) | undefined): boolean {
  const without = into === undefined ? (withoutAny.get(wanted) ?? new WeakSet()) : new WeakSet<Shape>();
  if (into === undefined) withoutAny.set(wanted, without);
  const reached = new Set([root]);
  for (const shape of reached) {
    if (without.has(shape)) continue;
    if (wanted(shape)) return true;
    if (into?.(shape) !== false) for (const child of children(shape)) reached.add(child);
  }
  for (const shape of reached) without.add(shape);
  return false;
}

/** By what was looked for, the shapes in which there is none: most shapes are parts of several states, and the same after an edit. */
const withoutAny = new WeakMap<(shape: Shape) => boolean, WeakSet<Shape>>();
