/** Random pairs of types of which the second is the first after a few edits, as sources: what a state's type was and what it became. */
import { generator } from "./random-modules.ts";

type Random = (below: number) => number;

interface FieldType {
  name: string;
  optional: boolean;
  type: Type;
}

type Type =
  | { kind: "leaf"; text: string }
  | { kind: "array"; readonly: boolean; element: Type }
  | { kind: "tuple"; slots: Type[]; rest: Type | null }
  | { kind: "object"; fields: FieldType[] }
  | { kind: "tagged"; variants: { tags: string[]; fields: FieldType[] }[] }
  | { kind: "union"; members: Type[] }
  | { kind: "map" | "set" | "index"; readonly: boolean; value: Type };

interface Declarations {
  readonly tree: Type;
  readonly modes: readonly (readonly [name: string, value: string])[];
}

export interface RelatedTypes {
  /** Declarations, `State` among them. */
  readonly old: string;
  readonly now: string;
}

/** The same for the same seed. */
export function relatedTypes(seed: number): RelatedTypes {
  const random = generator(seed);
  const modes: [string, string][] =
    random(2) === 0
      ? [
          ["On", "0"],
          ["Off", "1"],
          ["Idle", "2"],
        ]
      : [
          ["On", '"on"'],
          ["Off", '"off"'],
          ["Idle", '"idle"'],
        ];
  const before = { tree: typeOf(random, 1), modes };
  const state = objectOf(random, 2, 1 + random(2));
  const old = sourceOf(state, before);
  const after = structuredClone({ ...before, modes: [...modes] });
  const changed = structuredClone(state);
  const holder = { tree: after.tree };
  for (let edit = 0; edit <= random(3); edit += 1) {
    const place = random(6);
    if (place === 0) holder.tree = edited(random, holder.tree);
    else if (place === 1) editModes(random, after.modes);
    else changed.fields = (edited(random, changed) as typeof changed).fields;
  }
  return { old, now: sourceOf(changed, { ...after, ...holder }) };
}

function sourceOf(state: Type, { tree, modes }: Declarations): string {
  return [
    `enum Mode { ${modes.map(([name, value]) => `${name} = ${value}`).join(", ")} }`,
    `interface Tree { readonly value: ${textOf(tree)}; readonly kids: readonly Tree[]; up: Tree | null }`,
    `interface Box<T> { readonly held: T; next?: Box<T> }`,
    `export interface State ${textOf(state).replace(/ }$/, "; readonly same: [number, Map<string, boolean>] }")}`,
  ].join("\n");
}

function editModes(random: Random, modes: [string, string][]): void {
  const [first, second] = modes;
  if (first === undefined || second === undefined) return;
  if (random(2) === 0) [first[1], second[1]] = [second[1], first[1]];
  else if (!modes.some(([name]) => name === "New")) modes.push(["New", first[1].startsWith('"') ? '"new"' : "9"]);
}

function textOf(type: Type): string {
  const element = (each: Type) => (each.kind === "leaf" && /^[\w"]+$/.test(each.text) ? textOf(each) : `(${textOf(each)})`);
  switch (type.kind) {
    case "leaf":
      return type.text;
    case "array":
      return `${type.readonly ? "readonly " : ""}${element(type.element)}[]`;
    case "tuple":
      return `[${[...type.slots.map(textOf), ...(type.rest === null ? [] : [`...${element(type.rest)}[]`])].join(", ")}]`;
    case "object":
      return `{ ${fieldsText(type.fields)} }`;
    case "tagged":
      return type.variants
        .map(
          ({ tags, fields }) =>
            `{ kind: ${tags.map((tag) => `"${tag}"`).join(" | ")}${fields.length > 0 ? "; " : ""}${fieldsText(fields)} }`,
        )
        .join(" | ");
    case "union":
      return type.members.map((member) => (member.kind === "array" ? `(${textOf(member)})` : textOf(member))).join(" | ");
    case "map":
      return `${type.readonly ? "Readonly" : ""}Map<string, ${textOf(type.value)}>`;
    case "set":
      return `${type.readonly ? "Readonly" : ""}Set<${textOf(type.value)}>`;
    default:
      return `{ [key: string]: ${textOf(type.value)} }`;
  }
}

function fieldsText(fields: readonly FieldType[]): string {
  return fields.map(({ name, optional, type }) => `${name}${optional ? "?" : ""}: ${textOf(type)}`).join("; ");
}

function typeOf(random: Random, depth: number): Type {
  if (depth > 0) {
    switch (random(11)) {
      case 0:
        return { kind: "array", readonly: random(2) === 0, element: typeOf(random, depth - 1) };
      case 1:
        return {
          kind: "tuple",
          slots: Array.from({ length: 1 + random(2) }, () => typeOf(random, depth - 1)),
          rest: random(3) === 0 ? typeOf(random, 0) : null,
        };
      case 2:
      case 3:
        return objectOf(random, depth, 1 + random(3));
      case 4:
      case 5: {
        const tags = ["a", "b", "c", "d"].slice(0, 2 + random(3));
        const variants = tags.map((tag) => ({ tags: [tag], fields: objectOf(random, depth, random(2)).fields }));
        if (variants.length > 2 && random(3) === 0) variants[0]?.tags.push(...(variants.pop()?.tags ?? []));
        return { kind: "tagged", variants };
      }
      case 6:
      case 7:
        return { kind: "union", members: unionMembers(random, depth) };
      case 8:
        return { kind: pick(random, ["map", "set"] as const), readonly: random(2) === 0, value: typeOf(random, depth - 1) };
      case 9:
        return { kind: "index", readonly: false, value: typeOf(random, depth - 1) };
      default:
    }
  }
  return { kind: "leaf", text: pick(random, leaves) };
}

/** Alternatives of which no two are the same sort of thing. */
function unionMembers(random: Random, depth: number): Type[] {
  const sorts: (() => Type)[] = [
    () => ({ kind: "leaf", text: "null" }),
    () => ({ kind: "leaf", text: pick(random, ["string", '"x" | "y"', "number", "boolean"]) }),
    () => ({ kind: "leaf", text: "undefined" }),
    () => ({ kind: "leaf", text: pick(random, ["Tree", "Mode", "Date", "Box<number>"]) }),
    () => objectOf(random, depth - 1, 2),
    () => ({ kind: "array", readonly: random(2) === 0, element: typeOf(random, depth - 1) }),
    () => ({ kind: "map", readonly: random(2) === 0, value: typeOf(random, depth - 1) }),
    () => ({ kind: "tagged", variants: ["a", "b"].map((tag) => ({ tags: [tag], fields: objectOf(random, depth - 1, 1).fields })) }),
  ];
  const start = random(sorts.length);
  return Array.from({ length: 2 + random(2) }, (_, index) => (sorts[(start + index * 3) % sorts.length] as () => Type)());
}

function objectOf(random: Random, depth: number, count: number): Type & { kind: "object" } {
  return {
    kind: "object",
    fields: Array.from({ length: count }, (_, index) => ({
      name: pick(random, ["alpha", "beta", "gamma"]) + index,
      optional: random(4) === 0,
      type: typeOf(random, depth - 1),
    })),
  };
}

const leaves = [
  "string",
  "number",
  "boolean",
  "bigint",
  "null",
  '"a" | "b"',
  "1 | 2 | 3",
  "Date",
  "Tree",
  "Mode",
  "Box<string>",
  "string | null",
];

/** One edit somewhere in a type. */
function edited(random: Random, type: Type): Type {
  const inside = random(3) > 0;
  switch (type.kind) {
    case "leaf":
      return random(3) === 0 ? typeOf(random, 1) : { kind: "leaf", text: pick(random, [...leaves, `${type.text} | null`]) };
    case "array":
      return inside ? { ...type, element: edited(random, type.element) } : { ...type, readonly: !type.readonly };
    case "tuple": {
      const slots = [...type.slots];
      if (inside) slots[random(slots.length)] = edited(random, pick(random, slots));
      else if (slots.length > 1 && random(2) === 0) slots.pop();
      else slots.push(typeOf(random, 0));
      return { ...type, slots };
    }
    case "object":
      return { ...type, fields: editedFields(random, type.fields) };
    case "tagged": {
      const variants = [...type.variants];
      const at = random(variants.length);
      const one = variants[at];
      if (one === undefined) return type;
      if (inside) variants[at] = { ...one, fields: editedFields(random, one.fields) };
      else if (variants.length > 2 && random(2) === 0) variants.splice(at, 1);
      else variants.push({ tags: ["e"], fields: objectOf(random, 1, 1).fields });
      return { ...type, variants };
    }
    case "union": {
      const members = [...type.members];
      const at = random(members.length);
      if (inside) members[at] = edited(random, pick(random, members));
      else if (members.length > 2) members.splice(at, 1);
      else members.push({ kind: "leaf", text: "bigint" });
      return { ...type, members };
    }
    default:
      return inside || type.kind === "index" ? { ...type, value: edited(random, type.value) } : { ...type, readonly: !type.readonly };
  }
}

function editedFields(random: Random, fields: readonly FieldType[]): FieldType[] {
  const result = fields.map((field) => ({ ...field }));
  const at = random(result.length);
  const one = result[at];
  switch (random(5)) {
    case 0:
      return [...result, { name: `new${result.length}`, optional: random(3) === 0, type: typeOf(random, 1) }];
    case 1:
      return result.length > 1 ? result.filter((_, index) => index !== at) : result;
    case 2:
      if (one !== undefined) one.optional = !one.optional;
      return result;
    default:
      if (one !== undefined) one.type = edited(random, one.type);
      return result;
  }
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)] as T;
}
