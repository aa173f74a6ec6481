/** The names in an actor's definition that speak of its versions and messages: `vsn`, the keys of steps and of handlers. */
import type { Section } from "../protocol-shapes.ts";
import { sections } from "../protocol-shapes.ts";
import { codeChangeProperties, defaultCall, propertyOf, valueIn, variablesOf } from "../syntax/definition-tree.ts";
import type { ObjectTree, PropertyTree, SourceTree, Spot } from "../syntax/tree.ts";

export type DefinitionName = Spot &
  (
    | { readonly what: "version" }
    | { readonly what: "step"; readonly from: number }
    /** A handler, or what a step does with a queued message, whose section it does not say. */
    | { readonly what: "message"; readonly section: Section | null; readonly name: string }
  );

export function namesInDefinition(tree: SourceTree): readonly DefinitionName[] {
  const variables = variablesOf(tree);
  const call = defaultCall(tree, variables);
  const [argument] = call?.args ?? [];
  const definition = argument === undefined ? undefined : valueIn(argument, variables);
  if (call === undefined || definition?.kind !== "object") return [];
  const objectIn = (holder: ObjectTree, name: string): ObjectTree | undefined => {
    const property = propertyOf(holder, name);
    if (property?.kind !== "value" && property?.kind !== "shorthand") return undefined;
    const value = valueIn(property.value, variables);
    return value.kind === "object" ? value : undefined;
  };
  const keyed = (holder: ObjectTree | undefined, section: Section | null): readonly DefinitionName[] =>
    (holder?.properties ?? []).flatMap((property): readonly DefinitionName[] => {
      const spot = keyOf(property, tree.text);
      return spot === undefined ? [] : [{ what: "message", section, name: spot.name, start: spot.start, end: spot.end }];
    });
  const handlers = (holder: ObjectTree | undefined): readonly DefinitionName[] =>
    holder === undefined ? [] : sections.flatMap((section) => keyed(objectIn(holder, section), section));
  const states = objectIn(definition, "states");
  const vsn = propertyOf(definition, "vsn");
  return [
    ...(vsn === undefined ? [] : [{ what: "version", start: vsn.start, end: vsn.end } as const]),
    ...handlers(definition),
    // Of a state machine.
    ...(states?.properties ?? []).flatMap((property) =>
      property.kind === "value" ? handlers(objectIn(states!, property.name ?? "")) : [],
    ),
    ...handlers(objectIn(definition, "any")),
    ...codeChangeProperties(call, variables).flatMap((property): readonly DefinitionName[] => {
      const spot = keyOf(property, tree.text);
      if (spot === undefined || !/^[1-9]\d*$/.test(spot.name)) return [];
      const step = property.kind === "value" ? valueIn(property.value, variables) : undefined;
      const messages = step?.kind === "object" ? objectIn(step, "messages") : undefined;
      return [{ what: "step", from: Number(spot.name), start: spot.start, end: spot.end }, ...keyed(messages, null)];
    }),
  ];
}

/** Where a property's key stands: `async` and the like come before it. */
function keyOf(property: PropertyTree, text: string): (Spot & { readonly name: string }) | undefined {
  if (property.kind === "spread" || property.name === undefined) return undefined;
  const { name } = property;
  const own = text.slice(property.start, property.end);
  const [, modifiers = "", key = ""] =
    /^((?:(?:async|get|set)\s+(?=[\w$"'*[]))?(?:\*\s*)?)("[^"]*"|'[^']*'|[\p{ID_Continue}$.]+)/u.exec(own) ?? [];
  if (key.replaceAll(/^["']|["']$/g, "") !== name) return undefined;
  const start = property.start + modifiers.length;
  return { name, start, end: start + key.length };
}
