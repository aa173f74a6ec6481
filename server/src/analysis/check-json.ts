/** Checks JSON against a schema, and says what is wrong with it, where, and what is allowed there. */
import type { Node } from "jsonc-parser";
import { closest } from "./closest.ts";

/** The part of JSON Schema that is understood here. */
export interface Schema {
  readonly type?: "object" | "array" | "string" | "integer";
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly minimum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Schema;
  /** Told apart by their types. */
  readonly anyOf?: readonly Schema[];
  /** Only to refer to a definition of the root. */
  readonly allOf?: readonly [{ readonly $ref: string }];
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly [words: string]: unknown;
}

export interface JsonProblem {
  readonly node: Node;
  readonly text: string;
}

/** @returns what is right in it, as a value, and what is not. */
export function checkJson(root: Node, schema: Schema): { readonly value: unknown; readonly problems: readonly JsonProblem[] } {
  const problems: JsonProblem[] = [];
  return { value: valueOf(root, schema, "the configuration"), problems };

  /** Undefined where it is not what it should be. */
  function valueOf(node: Node, given: Schema, name: string): unknown {
    const own = resolved(given);
    const fitting = own.anyOf === undefined ? own : own.anyOf.find((each) => isOfType(node, each));
    if (fitting === undefined || !isOfType(node, fitting)) {
      const allowed = (own.anyOf ?? [own]).map(allowedText).join(" or ");
      return wrong(node, `${name} must be ${allowed}.`);
    }
    if (fitting.type === "object") return objectOf(node, fitting, name);
    if (fitting.type === "array") {
      const items = fitting.items ?? {};
      return (node.children ?? []).map((each) => valueOf(each, items, `an entry of ${name}`)).filter((each) => each !== undefined);
    }
    const value: unknown = node.value;
    if (typeof value === "string" && fitting.enum !== undefined && !fitting.enum.includes(value)) {
      return wrong(node, `${name} cannot be ${JSON.stringify(value)}. ${hint(value, fitting.enum)}`);
    }
    if (typeof value === "string" && value.trim().length < (fitting.minLength ?? 0)) return wrong(node, `${name} is empty.`);
    if (typeof value === "number" && value < (fitting.minimum ?? -Infinity)) {
      return wrong(node, `${name} must be ${fitting.minimum} or more.`);
    }
    return value;
  }

  function objectOf(node: Node, schema: Schema, name: string): Record<string, unknown> | undefined {
    const { properties = {}, additionalProperties, required = [] } = schema;
    const result: Record<string, unknown> = {};
    const said = new Set<string>();
    for (const property of node.children ?? []) {
      const [key, value] = property.children ?? [];
      // Half typed.
      if (key === undefined || value === undefined) continue;
      const of = String(key.value);
      if (said.has(of)) wrong(key, `${name} has ${JSON.stringify(of)} twice. Keep one of them.`);
      said.add(of);
      const own = Object.hasOwn(properties, of) ? properties[of] : additionalProperties;
      if (own === false || own === undefined) wrong(key, `${name} has no ${JSON.stringify(of)}. ${hint(of, Object.keys(properties))}`);
      else result[of] = valueOf(value, own, JSON.stringify(of));
    }
    const missing = required.filter((key) => result[key] === undefined && !isSaid(node, key));
    if (missing.length > 0) wrong(node, `${name} lacks ${missing.map((key) => JSON.stringify(key)).join(" and ")}.`);
    // Half an entry means nothing.
    return required.some((key) => result[key] === undefined) ? undefined : result;
  }

  function resolved(given: Schema): Schema {
    const reference = given.allOf?.[0].$ref;
    return reference === undefined ? given : (schema.definitions?.[reference.slice("#/definitions/".length)] ?? {});
  }

  function wrong(node: Node, text: string): undefined {
    problems.push({ node, text: text.charAt(0).toUpperCase() + text.slice(1) });
    return undefined;
  }
}

function isSaid(node: Node, key: string): boolean {
  return (node.children ?? []).some(({ children }) => children?.[0]?.value === key);
}

function isOfType(node: Node, { type }: Schema): boolean {
  return type === undefined || node.type === type || (type === "integer" && Number.isInteger(node.value));
}

function allowedText({ type, enum: values }: Schema): string {
  if (values !== undefined) return `one of ${values.join(", ")}`;
  return { object: "an object", array: "a list", string: "a text", integer: "a whole number" }[type ?? "object"];
}

function hint(name: string, names: readonly string[]): string {
  const near = closest(name, names);
  if (near.length > 0) return `Did you mean ${near.join(" or ")}?`;
  return names.length > 20
    ? `There are ${names.length} names for it; complete it in an editor to see them.`
    : `Allowed: ${names.join(", ")}.`;
}
