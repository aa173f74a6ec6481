/** Types that never end, since each of their instances has a larger one in it: `interface Nest<T> { inner: Nest<T[]> }`. */
import { argumentWeight } from "./compiler-types.ts";
import type { ts } from "./typescript.ts";

/** So many instances of one declaration may nest in each other with ever larger arguments. */
const growing = 3;
/** So many may in any case. */
const deepest = 50;

/**
 * @returns whether a type that is met is one of these.
 * @param open the types around it, the outermost first.
 * @param called how many functions are around it.
 */
export function createEndless(checker: ts.TypeChecker): (type: ts.Type, open: readonly ts.Type[], called: number) => boolean {
  const weights = new Map<ts.Type, number>();

  return (type, open, called) => {
    // `brand(): this & Brand` gives what has one more part each time, and nobody holds what methods of methods give.
    if (type.isIntersection() && type.aliasSymbol === undefined) {
      const parts = new Set(type.types);
      const same = open.filter((each) => each.isIntersection() && each.types.every((part) => parts.has(part)));
      return same.length >= (called > 1 ? 1 : growing);
    }
    const symbol = type.aliasSymbol ?? type.getSymbol();
    if (symbol === undefined) return false;
    const same = open.filter((each) => (each.aliasSymbol ?? each.getSymbol()) === symbol);
    if (same.length < growing) return false;
    const last = [...same.slice(-growing), type].map(weightOf);
    return same.length > deepest || last.every((weight, index) => index === 0 || weight > (last[index - 1] ?? weight));
  };

  function weightOf(type: ts.Type): number {
    const weight = weights.get(type) ?? argumentWeight(checker, type);
    weights.set(type, weight);
    return weight;
  }
}
