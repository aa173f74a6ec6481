/** What an actor's definition says by its own literals, from its syntax alone: its version, its id and its steps. */
import type { Definition, StepSource, WrittenObject } from "../facts.ts";
import { irreversibleFunction } from "../runtime-names.ts";
import { codeText } from "./code-text.ts";
import type { CallTree, ExpressionTree, FunctionTree, ObjectTree, PropertyTree, SourceTree, Spot, TypeTree } from "./tree.ts";

/** The variables and functions outside of functions, by their names. */
export type Variables = ReadonlyMap<string, ExpressionTree>;

/** A definition whose version is where it is in the text. */
export interface DefinitionTree extends Omit<Definition, "vsnValue" | "steps"> {
  readonly vsnValue: (Spot & { readonly text: string }) | null;
  readonly steps: readonly StepTree[];
}

export interface StepTree extends Omit<StepSource, "range" | "functions"> {
  /** Null where it has none that is written out. */
  readonly key: Spot | null;
  readonly functions: { readonly up: StepFunctionTree | null; readonly down: StepFunctionTree | null };
}

export interface StepFunctionTree {
  /** Where the types stand that are declared; null where none is. */
  readonly takes: TypeTree | null;
  readonly gives: TypeTree | null;
  readonly returned: WrittenObject | null;
}

export function variablesOf({ statements }: SourceTree): Variables {
  const variables = new Map<string, ExpressionTree>();
  for (const statement of statements) {
    if (statement.kind === "declared" && statement.value !== undefined && !overloaded(statement.name, statements))
      variables.set(statement.name, statement.value);
    if (statement.kind !== "variables") continue;
    for (const { names, pattern, initializer } of statement.variables) {
      const [name] = names;
      if (!pattern && name !== undefined && initializer !== undefined && !variables.has(name)) variables.set(name, initializer);
    }
  }
  return variables;
}

/** What one is called with, its other declarations say. */
function overloaded(name: string, statements: SourceTree["statements"]): boolean {
  return statements.filter((each) => each.kind === "declared" && each.name === name).length > 1;
}

/** The call whose value is the default export, where this file makes it; one that is passed on belongs to another module. */
export function defaultCall({ statements }: SourceTree, variables: Variables): CallTree | undefined {
  for (const statement of statements) {
    let value: ExpressionTree | undefined;
    if (statement.kind === "value" && statement.asDefault) value = valueIn(statement.value, variables);
    else if (statement.kind === "exports") {
      const specifier = statement.names.find(([, there]) => there === "default");
      if (specifier !== undefined) value = valueIn({ kind: "name", text: specifier[0], start: 0, end: 0 }, variables);
    }
    if (value !== undefined) return value.kind === "call" ? value : undefined;
  }
  return undefined;
}

/** The entries of `codeChange`, with what is spread into it, where they are written out in the file. */
export function codeChangeProperties(call: CallTree, variables: Variables): readonly PropertyTree[] {
  const [argument] = call.args;
  const value = argument === undefined ? undefined : valueIn(argument, variables);
  const codeChange = value?.kind === "object" ? codeChangeOf(value, variables) : undefined;
  return codeChange ? flattened(codeChange, variables) : [];
}

export function readDefinition(call: CallTree, variables: Variables, text: string): DefinitionTree {
  const valueOf = (expression: ExpressionTree) => valueIn(expression, variables);
  const [argument] = call.args;
  const value = argument === undefined ? undefined : valueOf(argument);
  const object = value?.kind === "object" ? value : null;
  const vsn = object === null ? undefined : propertyValue(object, "vsn");
  const id = object === null ? undefined : propertyValue(object, "id");
  const codeChange = object === null ? undefined : codeChangeOf(object, variables);
  const properties = codeChange ? flattened(codeChange, variables) : [];
  return {
    id: id?.kind === "string" && id.text !== "" ? id.text : null,
    written: object !== null,
    vsn: vsn === undefined ? null : wholeNumber(vsn),
    vsnValue: vsn === undefined ? null : { text: text.slice(vsn.start, vsn.end), start: vsn.start, end: vsn.end },
    codeChange: codeChange === null ? "none" : codeChange === undefined || properties.some(isOpen) ? "open" : "written",
    steps: properties.map(stepTree),
    initial: object === null ? null : writtenBy(functionOf(object, "init")),
  };

  function stepTree(property: PropertyTree): StepTree {
    const name = nameOf(property);
    const from = name !== undefined && /^[1-9]\d*$/.test(name) ? Number(name) : null;
    const step = property.kind === "value" ? valueOf(property.value) : undefined;
    const common = {
      from,
      key: name === undefined ? null : { start: property.start, end: property.start + keyLength(text.slice(property.start, property.end)) },
    };
    if (step?.kind !== "object") {
      const functions = { up: null, down: null };
      return { ...common, written: false, up: step !== undefined, down: step === undefined ? "missing" : "function", code: {}, functions };
    }
    const spread = step.properties.some(({ kind }) => kind === "spread");
    const down = propertyOf(step, "down");
    return {
      ...common,
      written: true,
      up: spread || propertyOf(step, "up") !== undefined,
      down: down === undefined ? (spread ? "function" : "missing") : isIrreversible(down) ? "irreversible" : "function",
      code: codeOf(step),
      functions: { up: stepFunction(step, "up"), down: stepFunction(step, "down") },
    };
  }

  function codeOf({ properties }: ObjectTree): Readonly<Record<string, string>> {
    const parts = properties.flatMap((property) =>
      property.kind === "spread" || property.kind === "other" || property.name === undefined
        ? []
        : [[property.name, codeText(valueOf(property.value), text)] as const],
    );
    return Object.fromEntries(parts);
  }

  function stepFunction(step: ObjectTree, name: string): StepFunctionTree | null {
    const written = functionOf(step, name);
    if (written === undefined || written.signature.generic) return null;
    const [first] = written.signature.parameters;
    const { result } = written.signature;
    return {
      takes: first?.type === undefined || first.rest || first.initialized || first.optional ? null : first.type,
      gives: result === undefined || result.kind === "predicate" ? null : result,
      returned: writtenBy(written),
    };
  }

  function functionOf(holder: ObjectTree, name: string): FunctionTree | undefined {
    const property = propertyOf(holder, name);
    if (property === undefined || property.kind === "other" || property.kind === "spread") return undefined;
    const value = property.kind === "method" ? property.value : valueOf(property.value);
    return value.kind === "function" ? value : undefined;
  }

  function isIrreversible(down: PropertyTree): boolean {
    const made = down.kind === "value" ? valueOf(down.value) : undefined;
    return made?.kind === "call" && /(^|\.)(\w+)$/.exec(text.slice(made.callee.start, made.callee.end))?.[2] === irreversibleFunction;
  }
}

/** With what is spread into it, where that is an object of this file; what comes later counts. */
function flattened({ properties }: ObjectTree, variables: Variables): readonly PropertyTree[] {
  if (properties.every(({ kind }) => kind !== "spread")) return properties;
  const all = properties.flatMap((property): readonly PropertyTree[] => {
    const value = property.kind === "spread" ? valueIn(property.value, variables) : undefined;
    return value?.kind === "object" ? value.properties : [property];
  });
  return all.filter((property, at) => isOpen(property) || all.findLastIndex((each) => nameOf(each) === nameOf(property)) === at);
}

/** Which steps it brings is not written here. */
function isOpen(property: PropertyTree): boolean {
  return property.kind === "spread" || property.name === undefined;
}

/** The object that a function gives back at once. */
function writtenBy(written: FunctionTree | undefined): WrittenObject | null {
  if (written?.returns === undefined) return null;
  const value = unwrapped(written.returns);
  if (value.kind !== "object") return null;
  const parameter = written.signature.parameters[0]?.name;
  const names: string[] = [];
  let spread = false;
  for (const property of value.properties) {
    if (property.kind === "spread") {
      const of = unwrapped(property.value);
      if (of.kind !== "name" || of.text !== parameter) return null;
      spread = true;
    } else if (property.name === undefined) return null;
    else names.push(property.name);
  }
  return { names, spread };
}

/** A key as it is written: a number, a name or a string. */
function keyLength(property: string): number {
  return /^(?:"[^"]*"|'[^']*'|[\w$.]+)/.exec(property)?.[0].length ?? 1;
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

export function propertyOf(object: ObjectTree, name: string): PropertyTree | undefined {
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
