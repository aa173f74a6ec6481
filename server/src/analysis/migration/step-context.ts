/** What a step is written with: the two versions that it leads between, what their types are called in the file, and how the file looks. */
import type { DefinitionNodes } from "../definition.ts";
import type { ShapeReader } from "../extract-shape.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { relativeSpecifier, withoutExtension } from "../paths.ts";
import { messageShapes } from "../compare.ts";
import type { ProtocolShapes } from "../protocol-shapes.ts";
import type { FileEdit } from "../rule.ts";
import { rangeIn } from "../source-place.ts";
import { ts } from "../typescript.ts";
import { inLayout, type Layout, layoutOf } from "./code.ts";
import { importEdits } from "./insert.ts";
import { Scope, VersionTypes } from "./names.ts";

/** An actor module in the compiler's tree, with what its names mean. */
export interface TypedModule {
  readonly source: ts.SourceFile;
  readonly call: ts.CallExpression;
  readonly nodes: DefinitionNodes;
  readonly checker: ts.TypeChecker;
  readonly reader: ShapeReader;
  readonly options: ts.CompilerOptions;
  /** Other files of the program. */
  readonly fileAt: (file: string) => ts.SourceFile | undefined;
}

export interface TypedFacts extends ModuleFacts {
  readonly tree: TypedModule;
}

/** One version of a module, as the module's file speaks of it. */
export interface Version {
  readonly vsn: number;
  readonly shapes: ProtocolShapes;
  readonly types: VersionTypes;
  /** What the type of its state is called. */
  readonly state: string;
}

export interface StepContext {
  readonly facts: TypedFacts;
  readonly layout: Layout;
  readonly scope: Scope;
  readonly old: Version;
  readonly now: Version;
}

/** @param now the version that is led to; null for the module as it is in the source. */
export function stepContext(
  facts: TypedFacts,
  project: ProjectFacts,
  old: Pick<Version, "vsn" | "shapes">,
  now: Pick<Version, "vsn" | "shapes"> | null,
): StepContext {
  const { source, tree } = facts;
  const layout = layoutOf(tree.source.text);
  const scope = new Scope({
    call: tree.call,
    checker: tree.checker,
    reader: tree.reader,
    specifierOf: (protocol) => {
      const target = project.modules.find((each) => each.source.protocol.name === protocol && each.source.file !== source.file);
      return target === undefined ? undefined : specifier(facts, target.source.file, project);
    },
    exported: (file, name) => {
      const target = file === source.file ? undefined : tree.fileAt(file);
      const symbol = target === undefined ? undefined : tree.checker.getSymbolAtLocation(target);
      const names = symbol === undefined ? [] : tree.checker.getExportsOfModule(symbol).map((each) => each.name);
      return names.includes(name) ? specifier(facts, file, project) : undefined;
    },
    exact: tree.options.exactOptionalPropertyTypes === true,
    current: [source.protocol.state, ...messageShapes(source.protocol)],
  });
  const frozen = ({ vsn, shapes }: Pick<Version, "vsn" | "shapes">): Version => {
    const types = new VersionTypes(scope, vsn, layout);
    return { vsn, shapes, types, state: types.freeze(shapes.state, ("name" in shapes.state ? shapes.state.name : undefined) ?? "State") };
  };
  const before = frozen(old);
  if (now !== null) return { facts, layout, scope, old: before, now: frozen(now) };
  const types = new VersionTypes(scope, null, layout);
  const vsn = source.vsn ?? before.vsn + 1;
  return { facts, layout, scope, old: before, now: { vsn, shapes: source.protocol, types, state: stateType(facts, scope, types) } };
}

/** What the current state is called in the module's file. */
function stateType(facts: TypedFacts, scope: Scope, types: VersionTypes): string {
  const { state } = facts.source.protocol;
  if ("name" in state && state.name !== undefined && scope.means(state.name, state)) return state.name;
  const [protocol] = facts.tree.call.typeArguments ?? [];
  return protocol === undefined ? types.text(state) : `Awaited<ReturnType<${protocol.getText()}["init"]>>`;
}

/** The frozen types that the code speaks of, and the imports that it and they need. */
export function typeEdits(context: StepContext, code: readonly string[]): readonly FileEdit[] {
  const { facts, layout, scope, old, now } = context;
  const { source } = facts.tree;
  const { file } = facts.source;
  const frozen = [old, now].flatMap((version) => [...version.types.frozen].map(([name, text]) => ({ name, text, version })));
  const used = new Set<string>();
  for (const texts = [...code]; texts.length > 0;) {
    const text = texts.pop() ?? "";
    for (const each of frozen) {
      if (used.has(each.name) || !mentions(text, each.name)) continue;
      used.add(each.name);
      texts.push(each.text);
    }
  }
  const declarations = frozen.filter(({ name }) => used.has(name));
  const all = [...code, ...declarations.map(({ text }) => text)].join("\n");
  const needed = [...scope.imports].filter(([name]) => mentions(all, name));
  const edits: FileEdit[] = [];
  for (const each of new Set(needed.map(([, from]) => from)))
    edits.push(
      ...importEdits(
        source,
        needed.filter(([, from]) => from === each).map(([name]) => name),
        each,
        true,
      ),
    );
  const text = declarations
    .map(({ name, text: own, version }) =>
      name === version.state
        ? `/** The state of version ${version.vsn}, frozen. */\n${own}`
        : `/** As it was in version ${version.vsn}. */\n${own}`,
    )
    .join("\n\n");
  const place = source.statements.find((statement) => declares(statement, facts)) ?? source.statements.findLast(ts.isImportDeclaration);
  const offset = place?.getEnd() ?? source.getStart();
  if (text !== "")
    edits.push({ file, range: rangeIn(source, offset, offset), newText: place === undefined ? `${text}\n\n` : `\n\n${text}` });
  return inFile(edits, layout);
}

/** Generated edits as the file writes them. */
export function inFile(edits: readonly FileEdit[], layout: Layout): readonly FileEdit[] {
  return edits.map((edit) => ({ ...edit, newText: inLayout(edit.newText, layout) }));
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`(?<![\\p{ID_Continue}$]|(?<!\\.)\\.)${name.replaceAll("$", "\\$")}(?![\\p{ID_Continue}$])`, "u").test(text);
}

function declares(statement: ts.Statement, facts: TypedFacts): boolean {
  const { state } = facts.source.protocol;
  if (!ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement)) return false;
  return "name" in state && statement.name.text === state.name;
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
