/**
 * Writes the step from a module's baseline to its source as it is now: `up`, `down`, the messages that need translating, the frozen old
 * types, and the version. Everything is marked for review, and type-checks as it stands.
 */
import type { DefinitionNodes } from "../definition.ts";
import type { ShapeReader } from "../extract-shape.ts";
import type { ModuleFacts, ProjectFacts, StepSource, StepWriter } from "../facts.ts";
import { relativeSpecifier, withoutExtension } from "../paths.ts";
import type { Message } from "../protocol-shapes.ts";
import type { Answers, FileEdit } from "../rule.ts";
import type { Shape, Slot } from "../shape.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import { keyText } from "../type-text.ts";
import { ts } from "../typescript.ts";
import { createValidity } from "../validity.ts";
import { indent, inLayout, type Layout, layoutOf, list } from "./code.ts";
import { body, convert } from "./convert.ts";
import { initialValue, obviousValue } from "./defaults.ts";
import { missingStep, renameQuestions } from "./missing-step.ts";
import { Scope, VersionTypes } from "./names.ts";

/** An actor module in the compiler's tree, with what its names mean. */
export interface TypedModule {
  readonly source: ts.SourceFile;
  readonly call: ts.CallExpression;
  readonly nodes: DefinitionNodes;
  readonly checker: ts.TypeChecker;
  readonly reader: ShapeReader;
  readonly options: ts.CompilerOptions;
}

/** @param typed the module of a file as it is now; undefined where it is none any more. */
export function createStepWriter(typed: (file: string) => TypedModule | undefined): StepWriter {
  const withTree = (facts: ModuleFacts): TypedFacts | undefined => {
    const tree = typed(facts.source.file);
    return tree === undefined ? undefined : { ...facts, tree };
  };
  return {
    step(facts, project, answers) {
      const own = withTree(facts);
      return own === undefined ? [] : writeStep(own, project, answers);
    },
    down(facts, project, step, answers, irreversible) {
      const own = withTree(facts);
      return own === undefined ? [] : writeDown(own, project, step, answers, irreversible);
    },
  };
}

interface TypedFacts extends ModuleFacts {
  readonly tree: TypedModule;
}

function writeStep(facts: TypedFacts, project: ProjectFacts, answers: Answers): readonly FileEdit[] {
  const step = missingStep(facts);
  const { baseline, source, tree } = facts;
  const { object, vsn, codeChange } = tree.nodes;
  if (step === null || baseline === null || object === null || vsn === null) return [];
  const layout = layoutOf(tree.source.text);
  const types = typesFor(facts, project, step.from, layout);
  const parts = [upAndDown(facts, project, answers, types, layout)];
  const messages = messageParts(facts, project, types, layout);
  if (messages.length > 0) parts.push(`messages: ${list("{", messages, "}", { broken: true, layout })}`);
  const state = stateType(facts, types);
  const texts = [`// instar: review this step before the release.\n${step.from}: ${list("{", parts, "}", { broken: true, layout })}`];
  for (let between = step.from + 1; between < step.to; between += 1) {
    const same = list("{", [`up: (state: ${state}): ${state} => state`, `down: (state: ${state}): ${state} => state`], "}", {
      broken: true,
      layout,
    });
    texts.push(`// instar: review: version ${between} was never released, so nothing is left to convert.\n${between}: ${same}`);
  }
  const edits = [...typeEdits(facts, types, layout), ...olderSteps(facts, types)];
  if (step.to !== source.vsn) edits.push({ file: source.file, range: rangeOf(vsn), newText: String(step.to) });
  if (codeChange) edits.push(...insertProperties(codeChange, texts, layout));
  else edits.push(...insertProperties(object, [`codeChange: ${list("{", texts, "}", { broken: true, layout })}`], layout));
  return edits.map((edit) => ({ ...edit, newText: inLayout(edit.newText, layout) }));
}

/** Adds `down` to a step that has only `up`. */
function writeDown(
  facts: TypedFacts,
  project: ProjectFacts,
  step: StepSource,
  answers: Answers,
  irreversible: boolean,
): readonly FileEdit[] {
  const { baseline, tree } = facts;
  const object = tree.nodes.steps.find((each) => each.from === step.from)?.object ?? null;
  if (baseline === null || object === null || step.from === null) return [];
  const layout = layoutOf(tree.source.text);
  if (irreversible) {
    const edits = insertProperties(object, ['// instar: review the reason.\ndown: irreversible("say why there is no way back")'], layout);
    return [...edits, ...importEdits(facts, "irreversible")].map((edit) => ({ ...edit, newText: inLayout(edit.newText, layout) }));
  }
  const types = typesFor(facts, project, baseline.vsn, layout);
  const down = functionText("down", "state", facts, project, answers, types, layout);
  const edits = insertProperties(object, [`// instar: review this way back before the release.\n${down}`], layout);
  return [...typeEdits(facts, types, layout), ...edits].map((edit) => ({ ...edit, newText: inLayout(edit.newText, layout) }));
}

interface StepTypes {
  readonly scope: Scope;
  readonly old: VersionTypes;
  readonly now: VersionTypes;
}

function typesFor(facts: TypedFacts, project: ProjectFacts, vsn: number, layout: Layout): StepTypes {
  const { source, tree } = facts;
  const scope = new Scope({
    call: tree.call,
    checker: tree.checker,
    reader: tree.reader,
    specifierOf: (protocol) => {
      const target = project.modules.find((each) => each.source.protocol.name === protocol && each.source.file !== source.file);
      return target === undefined ? undefined : specifier(facts, target.source.file, project);
    },
  });
  return { scope, old: new VersionTypes(scope, vsn, layout), now: new VersionTypes(scope, null, layout) };
}

function upAndDown(facts: TypedFacts, project: ProjectFacts, answers: Answers, types: StepTypes, layout: Layout): string {
  return [
    functionText("up", "old", facts, project, answers, types, layout),
    functionText("down", "state", facts, project, answers, types, layout),
  ].join(",\n");
}

function functionText(
  direction: "up" | "down",
  parameter: string,
  facts: TypedFacts,
  project: ProjectFacts,
  answers: Answers,
  types: StepTypes,
  layout: Layout,
): string {
  const { baseline, source } = facts;
  if (baseline === null) return "";
  const old = baseline.shapes.state;
  const now = source.protocol.state;
  const oldType = types.old.freeze(old, ("name" in old ? old.name : undefined) ?? "State");
  const nowType = stateType(facts, types);
  const up = direction === "up";
  // Answers for other modules may name paths that mean something else here.
  const renames = renameQuestions(facts)
    .filter(({ from, to }) => answers.renames[from] === to)
    .map(({ from, to }) => (up ? { target: to, source: from } : { target: from, source: to }));
  const made = convert(
    {
      layout,
      exact: facts.tree.options.exactOptionalPropertyTypes === true,
      typeOf: (shape) => (up ? types.now : types.old).text(shape),
      renamed: (path) => {
        const found = renames.find(({ target }) => target === path)?.source;
        return found === undefined ? undefined : lastName(found);
      },
      first: (path, shape) => {
        const field = /^State\.([^.[\]|<]+)$/.exec(path)?.[1];
        return (up && field !== undefined ? initialValue(facts.tree.nodes.initial, field) : undefined) ?? obviousValue(shape, layout);
      },
    },
    up ? old : now,
    up ? now : old,
    parameter,
    "State",
    new Set([parameter]),
  );
  const [from, to] = up ? [oldType, nowType] : [nowType, oldType];
  return `${direction}: (${parameter}: ${from}): ${to} => ${body(made)}`;
}

/** What the current state is called in the module's file. */
function stateType(facts: TypedFacts, types: StepTypes): string {
  const { state } = facts.source.protocol;
  if ("name" in state && state.name !== undefined && types.scope.means(state.name, state)) return state.name;
  const [protocol] = facts.tree.call.typeArguments ?? [];
  return protocol === undefined ? types.now.text(state) : `Awaited<ReturnType<${protocol.getText()}["init"]>>`;
}

function messageParts(facts: TypedFacts, project: ProjectFacts, types: StepTypes, layout: Layout): readonly string[] {
  const valid = createValidity();
  const { messages } = facts;
  const distinct = new Map(messages.incompatible.map((each) => [each.name, each]));
  return [...distinct.values()].map(({ name, old, new: now }) => {
    const parts: string[] = [];
    if (valid(old.args, now.args) !== "compatible") parts.push(messageFunction("up", old, now, types.old, types.now));
    if (valid(now.args, old.args) !== "compatible") parts.push(messageFunction("down", now, old, types.now, types.old));
    return `${keyText(name)}: ${list("{", parts, "}", { broken: true, layout })}`;
  });

  function messageFunction(direction: "up" | "down", from: Message, to: Message, fromTypes: VersionTypes, toTypes: VersionTypes): string {
    const names = from.args.slots.map((slot, index) => slot.label ?? `arg${index}`);
    const taken = new Set(names);
    const text = (slot: Slot, types: VersionTypes) => `${types.text(slot.shape)}${slot.rest ? "[]" : ""}`;
    const parameters = from.args.slots.map(
      (slot, index) => `${slot.rest ? "..." : ""}${names[index]}${slot.optional ? "?" : ""}: ${text(slot, fromTypes)}`,
    );
    const results = to.args.slots.map((slot) =>
      slot.rest ? `...${text(slot, toTypes)}` : slot.optional ? `(${text(slot, toTypes)})?` : text(slot, toTypes),
    );
    const conversion = {
      layout,
      exact: facts.tree.options.exactOptionalPropertyTypes === true,
      typeOf: (shape: Shape) => toTypes.text(shape),
      renamed: () => undefined,
      first: (_: string, shape: Shape) => obviousValue(shape, layout),
    };
    const values = to.args.slots.flatMap((slot, index): readonly string[] => {
      const own = from.args.slots[index];
      const at = `${from.name}[${index}]`;
      if (own === undefined || own.rest !== slot.rest) {
        if (slot.optional || slot.rest) return [];
        const first = obviousValue(slot.shape, layout);
        return [first ?? convert(conversion, { kind: "primitive", type: "unknown" }, slot.shape, "undefined", at, taken)];
      }
      if (slot.rest)
        return [
          `...${convert(conversion, { kind: "array", element: own.shape, readonly: false }, { kind: "array", element: slot.shape, readonly: false }, names[index] ?? "", at, taken)}`,
        ];
      const name = names[index] ?? "";
      const made = convert(conversion, own.shape, slot.shape, name, at, taken);
      if (!own.optional || (slot.optional && made === name)) return [made];
      const instead = slot.optional
        ? "undefined"
        : (obviousValue(slot.shape, layout) ??
          convert(conversion, { kind: "primitive", type: "unknown" }, slot.shape, "undefined", at, taken));
      return [`${name} === undefined ? ${instead} : ${made}`];
    });
    return `${direction}: (${parameters.join(", ")}): [${results.join(", ")}] => ${list("[", values, "]", { layout })}`;
  }
}

/** In the steps that are there already, names that mean the state of the baseline: they say so from now on. */
function olderSteps({ source, tree }: TypedFacts, { old }: StepTypes): readonly FileEdit[] {
  const edits: FileEdit[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) {
      const name = old.replaced.get(node.typeName.text);
      if (name !== undefined) edits.push({ file: source.file, range: rangeOf(node.typeName), newText: name });
    }
    ts.forEachChild(node, visit);
  };
  for (const step of tree.nodes.steps) visit(step.property);
  return edits;
}

/** The frozen types, and the imports that they need. */
function typeEdits(facts: TypedFacts, types: StepTypes, layout: Layout): readonly FileEdit[] {
  const { file } = facts.source;
  const { source } = facts.tree;
  const [state, ...records] = [...types.old.frozen];
  const vsn = facts.baseline?.vsn ?? 0;
  const declarations = [
    ...(state === undefined ? [] : [`/** The state of version ${vsn}, frozen. */\n${state[1]}`]),
    ...records.map(([, text]) => `/** As it was in version ${vsn}. */\n${text}`),
  ].join("\n\n");
  const imports = [...types.scope.imports].toSorted().join("\n");
  const lastImport = source.statements.findLast(ts.isImportDeclaration);
  const stateDeclaration = source.statements.find((statement) => declares(statement, facts));
  const at = (offset: number, newText: string): FileEdit => ({ file, range: rangeIn(source, offset, offset), newText });
  const edits: FileEdit[] = [];
  const place = stateDeclaration ?? lastImport;
  if (imports !== "" && place !== lastImport && lastImport !== undefined) edits.push(at(lastImport.getEnd(), `\n${imports}`));
  const joined = [imports !== "" && (place === lastImport || lastImport === undefined) ? imports : "", declarations]
    .filter((text) => text !== "")
    .join("\n\n");
  if (joined !== "") edits.push(place === undefined ? at(source.getStart(), `${joined}\n\n`) : at(place.getEnd(), `\n\n${joined}`));
  return edits.map((edit) => ({ ...edit, newText: edit.newText.replaceAll("\n", layout.newline) }));
}

function declares(statement: ts.Statement, facts: TypedFacts): boolean {
  const { state } = facts.source.protocol;
  if (!ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement)) return false;
  return "name" in state && statement.name.text === state.name;
}

/** Adds a name to the import of the runtime's package, if it is not there yet. */
function importEdits(facts: TypedFacts, name: string): readonly FileEdit[] {
  const { file } = facts.source;
  const { source } = facts.tree;
  const declaration = source.statements
    .filter(ts.isImportDeclaration)
    .find(
      (each) =>
        ts.isStringLiteral(each.moduleSpecifier) && each.moduleSpecifier.text === "instar" && each.importClause?.isTypeOnly !== true,
    );
  const bindings = declaration?.importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) {
    const start = source.getStart();
    return [{ file, range: rangeIn(source, start, start), newText: `import { ${name} } from "instar";\n` }];
  }
  if (bindings.elements.some((element) => element.name.text === name)) return [];
  const last = bindings.elements.at(-1);
  const end = last?.getEnd() ?? bindings.getStart() + 1;
  return [{ file, range: rangeIn(source, end, end), newText: last === undefined ? name : `, ${name}` }];
}

/** Adds properties at the end of an object literal, and leaves everything that is there as it is. */
function insertProperties(object: ts.ObjectLiteralExpression, properties: readonly string[], layout: Layout): readonly FileEdit[] {
  const source = object.getSourceFile();
  const { text } = source;
  const file = source.fileName;
  const at = (offset: number, newText: string): FileEdit => ({ file, range: rangeIn(source, offset, offset), newText });
  const closing = object.getEnd() - 1;
  const last = object.properties.at(-1);
  const lineStart = (offset: number) => text.lastIndexOf("\n", offset - 1) + 1;
  const indentAt = (offset: number) => /^[ \t]*/.exec(text.slice(lineStart(offset)))?.[0] ?? "";
  const closingIsAlone = text.slice(lineStart(closing), closing).trim() === "";
  const inner =
    last !== undefined && closingIsAlone && text.slice(lineStart(last.getStart()), last.getStart()).trim() === ""
      ? indentAt(last.getStart())
      : indentAt(object.getStart()) + layout.unit;
  const lines = properties.map((property) => `${indent(property, inner)},`).join("\n");
  const comma: FileEdit[] = last === undefined || object.properties.hasTrailingComma ? [] : [at(last.getEnd(), ",")];
  if (closingIsAlone) return [...comma, at(lineStart(closing), `${lines}\n`)];
  // On one line with what is before it: the blanks and the comma in between make way.
  const from = last?.getEnd() ?? object.getStart() + 1;
  const tail = `\n${lines}\n${indentAt(object.getStart())}`;
  if (!/^[\s,]*$/.test(text.slice(from, closing))) return [...comma, at(closing, tail)];
  return [{ file, range: rangeIn(source, from, closing), newText: `${last === undefined ? "" : ","}${tail}` }];
}

/** How this file would import another: with the extension that its imports have, or else those of the other actors. */
function specifier({ source, tree }: TypedFacts, target: string, { modules }: ProjectFacts): string {
  const path = relativeSpecifier(source.file, target);
  const bare = withoutExtension(path);
  const habit = [source, ...modules.map((each) => each.source)].map(({ imports }) => imports).find((texts) => texts.length > 0);
  if (habit?.some((text) => /\.[cm]?tsx?$/.test(text)) === true) return path;
  if (habit?.some((text) => /\.[cm]?js$/.test(text)) === true) return `${bare}.js`;
  if (habit !== undefined) return bare;
  // Node wants to be told the extension of what will be there once it is compiled.
  const { module = ts.ModuleKind.None } = tree.options;
  return module >= ts.ModuleKind.Node16 && module <= ts.ModuleKind.NodeNext ? `${bare}.js` : bare;
}

function lastName(path: string): string {
  const quoted = /\["((?:[^"\\]|\\.)*)"\]$/.exec(path)?.[1];
  return quoted ?? /([^.]+)$/.exec(path)?.[1] ?? path;
}
