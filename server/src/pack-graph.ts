/** Plain data whose objects refer to each other, in circles too, as a flat list that JSON can say. What was one object is one object again. */

type Packed =
  | null
  | string
  | boolean
  | number
  | readonly ["number", string]
  | { readonly [key: string]: number }
  | readonly ["list", ...number[]];

/** To a map, it is 0. */
const minusZero = Symbol("-0");

/** @param root objects, arrays, strings, numbers, booleans, null; what is undefined is left out. */
export function packGraph(root: unknown): readonly Packed[] {
  const packed: Packed[] = [];
  const places = new Map<unknown, number>();
  const place = (value: unknown): number => {
    const key = Object.is(value, -0) ? minusZero : value;
    const known = places.get(key);
    if (known !== undefined) return known;
    const at = packed.push(null) - 1;
    places.set(key, at);
    packed[at] = pack(value);
    return at;
  };
  const pack = (value: unknown): Packed => {
    if (Array.isArray(value)) return ["list", ...value.map(place)];
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : [[key, place(each)]])));
    }
    // JSON has no NaN and no -0.
    return typeof value === "number"
      ? Object.is(JSON.parse(JSON.stringify(value)), value)
        ? value
        : ["number", numberText(value)]
      : (value as string | boolean | null);
  };
  place(root);
  return packed;
}

export function unpackGraph(packed: readonly Packed[]): unknown {
  const values = packed.map((each): unknown => {
    if (typeof each !== "object" || each === null) return each;
    if (!isList(each)) return {};
    return each[0] === "number" ? Number(each[1]) : [];
  });
  for (const [index, each] of packed.entries()) {
    const value = values[index];
    if (typeof each !== "object" || each === null) continue;
    if (!isList(each)) for (const [key, at] of Object.entries(each)) Reflect.set(value as object, key, values[at]);
    else if (each[0] === "list") (value as unknown[]).push(...each.slice(1).map((at) => values[at as number]));
  }
  return values[0];
}

function isList(each: object): each is readonly ["number", string] | readonly ["list", ...number[]] {
  return Array.isArray(each);
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
