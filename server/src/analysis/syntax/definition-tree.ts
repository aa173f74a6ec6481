/** What an actor's definition says by its own literals, from its syntax alone: its version, its id and its steps. */
import type { Definition } from "../facts.ts";
import { irreversibleFunction } from "../runtime-names.ts";
import type { CallTree, ExpressionTree, ObjectTree, PropertyTree, SourceTree, Spot } from "./tree.ts";

/** The variables outside of functions, by their names. */
export type Variables = ReadonlyMap<string, ExpressionTree>;

/** A definition whose version is where it is in the text. */
export interface DefinitionTree extends Omit<Definition, "vsnValue"> {
  readonly vsnValue: (Spot & { readonly text: string }) | null;
}

export function variablesOf({ statements }: SourceTree): Variables {
  const variables = new Map<string, ExpressionTree>();
  for (const statement of statements) {
    if (statement.kind !== "variables") continue;
    for (const { names, pattern, initializer } of statement.variables) {
      const [name] = names;
      if (!pattern && name !== undefined && initializer !== undefined && !variables.has(name)) variables.set(name, initializer);
    }
  }
  return variables;
}

export function readDefinition(call: CallTree, variables: Variables, text: string): DefinitionTree {
  const valueOf = (expression: ExpressionTree) => valueIn(expression, variables);
  const [argument] = call.args;
  const value = argument === undefined ? undefined : valueOf(argument);
  const object = value?.kind === "object" ? value : null;
  const vsn = object === null ? undefined : propertyValue(object, "vsn");
  const id = object === null ? undefined : propertyValue(object, "id");
  const codeChange = object === null ? undefined : codeChangeOf(object, variables);
  return {
    id: id?.kind === "string" && id.text !== "" ? id.text : null,
    written: object !== null,
    vsn: vsn === undefined ? null : wholeNumber(vsn),
    vsnValue: vsn === undefined ? null : { text: text.slice(vsn.start, vsn.end), start: vsn.start, end: vsn.end },
    codeChange: codeChange === undefined ? "open" : codeChange === null ? "none" : "written",
    steps: (codeChange?.properties ?? []).map((property): Definition["steps"][number] => {
      const key = nameOf(property);
      const from = key !== undefined && /^[1-9]\d*$/.test(key) ? Number(key) : null;
      const step = property.kind === "value" ? valueOf(property.value) : undefined;
      if (step?.kind !== "object")
        return { from, written: false, up: step !== undefined, down: step === undefined ? "missing" : "function" };
      const spread = step.properties.some(({ kind }) => kind === "spread");
      const down = propertyOf(step, "down");
      return {
        from,
        written: true,
        up: spread || propertyOf(step, "up") !== undefined,
        down: down === undefined ? (spread ? "function" : "missing") : isIrreversible(down) ? "irreversible" : "function",
      };
    }),
  };

  function isIrreversible(down: PropertyTree): boolean {
    const made = down.kind === "value" ? valueOf(down.value) : undefined;
    return made?.kind === "call" && /(^|\.)(\w+)$/.exec(text.slice(made.callee.start, made.callee.end))?.[2] === irreversibleFunction;
  }
}

/** The expression without parentheses, `as`, `satisfies` and `!`. */
export function unwrapped(expression: ExpressionTree): ExpressionTree {
  return expression.kind === "wrapped" ? unwrapped(expression.inner) : expression;
}

/** The expression that a name stands for where it is a variable of the same file. */
export function valueIn(expression: ExpressionTree, variables: Variables): ExpressionTree {
  let bare = unwrapped(expression);
  const seen = new Set<string>();
  while (bare.kind === "name" && !seen.has(bare.text)) {
    seen.add(bare.text);
    const initializer = variables.get(bare.text);
    if (initializer === undefined) return bare;
    bare = unwrapped(initializer);
  }
  return bare;
}

function propertyValue(object: ObjectTree, name: string): ExpressionTree | undefined {
  const property = propertyOf(object, name);
  if (property?.kind === "value") return unwrapped(property.value);
  return property?.kind === "shorthand" ? property.value : undefined;
}

function propertyOf(object: ObjectTree, name: string): PropertyTree | undefined {
  return object.properties.findLast((property) => nameOf(property) === name);
}

function nameOf(property: PropertyTree): string | undefined {
  return property.kind === "spread" ? undefined : property.name;
}

function wholeNumber(expression: ExpressionTree): number | null {
  if (expression.kind !== "number") return null;
  const value = Number(expression.text);
  return Number.isSafeInteger(value) && value >= 1 ? value : null;
}

function codeChangeOf(object: ObjectTree, variables: Variables): ObjectTree | null | undefined {
  const property = propertyOf(object, "codeChange");
  if (property === undefined) return object.properties.some(({ kind }) => kind === "spread") ? undefined : null;
  const value = property.kind === "value" || property.kind === "shorthand" ? valueIn(property.value, variables) : undefined;
  return value?.kind === "object" ? value : undefined;
}
