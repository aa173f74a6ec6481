/** What a file has to be found in it, for outlines: its actor with version, state, messages and steps, or its supervisor with children. */
import type { SupervisorCall } from "../bodies/supervisors.ts";
import { sections } from "../protocol-shapes.ts";
import { actorFunctions, runtimePackage } from "../runtime-names.ts";
import { lineStarts, positionAt, type Range } from "../span.ts";
import { defaultCall, propertyOf, readDefinition, type StepTree, valueIn, type Variables, variablesOf } from "../syntax/definition-tree.ts";
import type { CallTree, ObjectTree, PropertyTree, SourceTree, Spot, StatementTree } from "../syntax/tree.ts";

export interface FileSymbol {
  readonly kind: "actor" | "supervisor" | "version" | "state" | "call" | "cast" | "info" | "machineState" | "step" | "child";
  readonly name: string;
  readonly detail: string;
  /** Of all of it, and of its name. */
  readonly whole: Range;
  readonly range: Range;
  readonly children: readonly FileSymbol[];
}

/** @param supervisors those that the file makes. */
export function fileSymbols(file: string, tree: SourceTree, supervisors: readonly SupervisorCall[]): readonly FileSymbol[] {
  return new SymbolReader(file, tree).read(supervisors);
}

export const kindOf = { calls: "call", casts: "cast", infos: "info" } as const;

class SymbolReader {
  readonly #file: string;
  readonly #tree: SourceTree;
  readonly #starts: readonly number[];
  readonly #variables: Variables;

  constructor(file: string, tree: SourceTree) {
    this.#file = file;
    this.#tree = tree;
    this.#starts = lineStarts(tree.text);
    this.#variables = variablesOf(tree);
  }

  read(supervisors: readonly SupervisorCall[]): readonly FileSymbol[] {
    const call = defaultCall(this.#tree, this.#variables);
    const actor = call === undefined || !isActor(call, this.#tree) ? [] : [this.#actor(call)];
    return [...actor, ...supervisors.filter(({ exported }) => exported).map((each) => this.#supervisor(each, call))];
  }

  #actor(call: CallTree): FileSymbol {
    const { vsn, vsnValue, steps } = readDefinition(call, this.#variables, this.#tree.text);
    const [argument] = call.args;
    const value = argument === undefined ? undefined : valueIn(argument, this.#variables);
    const definition = value?.kind === "object" ? value : undefined;
    const [protocol] = call.typeArguments ?? [];
    const children = [
      ...(vsnValue === null ? [] : [this.#symbol("version", "vsn", vsnValue.text, vsnValue, vsnValue)]),
      ...this.#state(protocol?.kind === "reference" ? protocol.name : null),
      ...(definition === undefined ? [] : this.#messages(definition)),
      ...steps.flatMap((step) => this.#step(step)),
    ];
    const name = protocol?.kind === "reference" ? protocol.name : baseName(this.#file);
    return this.#symbol("actor", name, vsn === null ? "actor" : `actor, version ${vsn}`, call, call.callee, children);
  }

  /** The type that `init` gives, where it is declared in this file. */
  #state(protocol: string | null): readonly FileSymbol[] {
    const { statements } = this.#tree;
    const its = statements.find((each) => (each.kind === "interface" || each.kind === "alias") && each.name.text === protocol);
    const members = its?.kind === "interface" ? its.members : its?.kind === "alias" && its.type.kind === "object" ? its.type.members : [];
    const init = members.find((each) => each.kind === "method" && each.name?.text === "init");
    let type = init?.kind === "method" ? init.signature.result : undefined;
    while (type?.kind === "reference" && /^Promise$/.test(type.name)) type = type.args?.[0];
    if (type?.kind !== "reference") return [];
    const { name } = type;
    const declared = statements.find(
      (each): each is Extract<StatementTree, { kind: "interface" | "alias" }> =>
        (each.kind === "interface" || each.kind === "alias") && each.name.text === name,
    );
    return declared === undefined ? [] : [this.#symbol("state", name, "state", declared.name, declared.name)];
  }

  #messages(tables: ObjectTree): readonly FileSymbol[] {
    const own = sections.flatMap((section) =>
      this.#elements(tables, section).flatMap((each) => this.#element(each, kindOf[section], kindOf[section])),
    );
    const states = this.#elements(tables, "states").flatMap((each) => this.#machineState(each));
    const any = propertyOf(tables, "any");
    return [...own, ...states, ...(any === undefined ? [] : this.#machineState(any))];
  }

  #machineState(property: PropertyTree): readonly FileSymbol[] {
    const value = property.kind === "value" || property.kind === "shorthand" ? valueIn(property.value, this.#variables) : undefined;
    return this.#element(property, "machineState", "state", value?.kind === "object" ? this.#messages(value) : []);
  }

  #step({ key, from, up, down }: StepTree): readonly FileSymbol[] {
    if (key === null || from === null) return [];
    const ways = [...(up ? ["up"] : []), ...(down === "missing" ? [] : [down === "function" ? "down" : down])];
    return [this.#symbol("step", `codeChange ${from}`, `to version ${from + 1}: ${ways.join(", ") || "empty"}`, key, key)];
  }

  #supervisor({ range, strategy, children }: SupervisorCall, call: CallTree | undefined): FileSymbol {
    return {
      kind: "supervisor",
      name: baseName(this.#file),
      detail: strategy === null ? "supervisor" : `supervisor, ${strategy.value}`,
      whole: call === undefined ? range : this.#range(call),
      range,
      children: children.map(({ id, handle, restart, range: whole }) => ({
        kind: "child",
        name: id.value ?? handle,
        detail: [...(id.value === null ? [] : [handle]), ...(restart === null ? [] : [restart])].join(", "),
        whole,
        range: id.range,
        children: [],
      })),
    };
  }

  #elements(object: ObjectTree, name: string): readonly PropertyTree[] {
    const property = propertyOf(object, name);
    const value = property?.kind === "value" || property?.kind === "shorthand" ? valueIn(property.value, this.#variables) : undefined;
    return value?.kind === "object" ? value.properties : [];
  }

  #element(property: PropertyTree, kind: FileSymbol["kind"], detail: string, children: readonly FileSymbol[] = []): readonly FileSymbol[] {
    if (property.kind === "spread" || property.name === undefined) return [];
    const { start, end, name } = property;
    const at = this.#tree.text.indexOf(name, start);
    return [
      this.#symbol(
        kind,
        name,
        detail,
        { start, end },
        at < 0 || at > end ? { start, end: start } : { start: at, end: at + name.length },
        children,
      ),
    ];
  }

  #symbol(kind: FileSymbol["kind"], name: string, detail: string, whole: Spot, at: Spot, children: readonly FileSymbol[] = []): FileSymbol {
    return { kind, name, detail, whole: this.#range(whole), range: this.#range(at), children };
  }

  #range({ start, end }: Spot): Range {
    return { start: positionAt(this.#starts, start), end: positionAt(this.#starts, end) };
  }
}

/** By what names mean: whose default export it is that others pass on, this file alone does not tell. */
function isActor({ callee }: CallTree, { statements }: SourceTree): boolean {
  const imported = (here: string, there: (name: string) => boolean): boolean =>
    statements.some(
      (each) => each.kind === "import" && each.from === runtimePackage && each.names.some(([name, own]) => own === here && there(name)),
    );
  if (callee.kind === "name") return imported(callee.text, (name) => actorFunctions.has(name));
  return (
    callee.kind === "property" &&
    callee.object.kind === "name" &&
    actorFunctions.has(callee.name) &&
    imported(callee.object.text, (name) => name === "*")
  );
}

/** What a file is called where nothing in it has a name. */
export function baseName(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1).replace(/(?:\.actor)?\.[cm]?tsx?$/, "");
}
