/** The files of a project as the type checker understands them: what is asked where names and syntax alone do not say it. */
import type { SourceHost } from "./source-host.ts";
import { declarationsAt } from "./declarations-at.ts";
import { type DefinitionNodes, definitionNodes, functionIn } from "./definition.ts";
import { readProtocol } from "./extract.ts";
import { createShapeReader, type ShapeReader } from "./extract-shape.ts";
import type { Definition, Reading, Receiver, Receivers, StepFunction, StepWriter } from "./facts.ts";
import { findActor } from "./find.ts";
import { type MessagePlace, messagePlaces } from "./navigation/message-places.ts";
import type { TypedModule } from "./migration/step-context.ts";
import { createStepWriter } from "./migration/write-step.ts";
import { orderAlternatives, orderUnions } from "./order-unions.ts";
import { relativeTo, withoutExtension } from "./paths.ts";
import { type CheckedProgram, ProjectProgram } from "./program.ts";
import { changesOptions, mentionsActor, pathId } from "./project-files.ts";
import { RealPaths } from "./real-paths.ts";
import { settingsOf } from "./read-settings.ts";
import { receiversIn } from "./receivers.ts";
import type { Settings } from "./settings.ts";
import type { Location, Position, Range } from "./span.ts";
import { rangeIn, rangeOf } from "./source-place.ts";
import { compilerTree, expressionTree } from "./syntax/compiler-tree.ts";
import type { Shape } from "./shape.ts";
import { type DefinitionTree, readDefinition, type StepFunctionTree, variablesOf } from "./syntax/definition-tree.ts";
import type { SourceTree } from "./syntax/tree.ts";
import { TsConfigs } from "./tsconfigs.ts";
import { ts } from "./typescript.ts";

export class CheckedProject {
  readonly writer: StepWriter = createStepWriter((file) => this.#typed(file));
  readonly receivers: Receivers = { of: (targets) => this.#receivers(targets) };
  readonly #root: string;
  readonly #host: SourceHost;
  readonly #real: RealPaths;
  readonly #configs: TsConfigs;
  /** By configuration. */
  readonly #programs = new Map<string | null, ProjectProgram>();
  readonly #settings = new Map<string | null, Settings>();

  /** Whose processes expressions stand for, until a file changes that the answer may depend on. */
  readonly #answered = new Map<
    string,
    { readonly key: string; readonly reached: ReadonlySet<string>; readonly answers: readonly (readonly Receiver[])[] }
  >();

  constructor(host: SourceHost, root: string) {
    this.#root = root;
    this.#host = host;
    this.#real = new RealPaths(host, root);
    this.#configs = new TsConfigs(host, this.#real);
  }

  invalidate(files: readonly string[]): void {
    for (const [file, { reached }] of this.#answered)
      if (files.some((each) => changesOptions(each) || reached.has(each))) this.#answered.delete(file);
    if (files.some(changesOptions)) {
      this.#configs.forget();
      this.#real.forget();
      this.#programs.clear();
      this.#settings.clear();
    } else for (const program of this.#programs.values()) program.invalidate(files);
  }

  /** What the options that a file is read with mean. */
  settings(file: string): Settings {
    const config = this.#configs.of(file);
    let settings = this.#settings.get(config.file);
    if (settings === undefined) this.#settings.set(config.file, (settings = settingsOf(config)));
    return settings;
  }

  #program(file: string): ProjectProgram {
    const config = this.#configs.of(file);
    let program = this.#programs.get(config.file);
    if (program === undefined) {
      program = new ProjectProgram(this.#host, this.#root, { configs: this.#configs, real: this.#real, config });
      this.#programs.set(config.file, program);
    }
    return program;
  }

  /** The files of the project that a reading of this file depends on. */
  reachedFrom(file: string): ReadonlySet<string> {
    return this.#program(file).reachedFrom(file);
  }

  /** @param roots all files of the program: asked for together, they cost little more than one. */
  read(file: string, roots: readonly string[]): Reading {
    const { file: config } = this.#configs.of(file);
    const project = this.#program(file);
    const state = project.program(roots.filter((each) => this.#configs.of(each).file === config));
    const { program, checker } = state;
    const source = program.getSourceFile(file);
    if (source === undefined) return { file, actor: null, unreachable: [], syntax: null };
    const { actor, unreachable } = findActor(checker, source, (each) => project.isRuntime(each));
    const problem = syntaxProblem(source, program.getSyntacticDiagnostics(source));
    const syntax = problem === null ? null : { text: problem.text, range: rangeIn(source, problem.start, problem.end) };
    const ranges = (calls: readonly ts.CallExpression[]) => calls.map((call) => rangeOf(call.expression));
    if (actor === null) return { file, actor, unreachable: ranges(unreachable), syntax };
    const { steps, ...definition } = definitionOf(actor.call, source);
    const call = rangeOf(actor.call.expression);
    const types = stepTypes(definitionNodes(actor.call), (node) =>
      orderAlternatives(this.#shapes(project, state).read(checker.getTypeFromTypeNode(node), node)),
    );
    return {
      file,
      actor: {
        ...definition,
        steps: steps.map(({ key, functions, ...step }, index) => ({
          ...step,
          range: key === null ? call : rangeIn(source, key.start, key.end),
          functions: { up: withTypes(functions.up, types[index]?.up), down: withTypes(functions.down, types[index]?.down) },
        })),
        id: definition.id ?? pathId(this.#root, file),
        file,
        call,
        others: ranges(actor.others),
        protocol: orderUnions(readProtocol(actor.call, checker, this.#shapes(project, state))),
        imports: relativeImports(source),
      },
      unreachable: [],
      syntax,
    };
  }

  /** Where what a name means is declared, in the project or outside of it. */
  declarations(file: string, position: Position): readonly Location[] {
    const { program, checker } = this.#program(file).program([file]);
    const source = program.getSourceFile(file);
    return source === undefined ? [] : declarationsAt(source, checker, position);
  }

  #receivers(targets: Parameters<Receivers["of"]>[0]): ReturnType<Receivers["of"]> {
    const key = (places: readonly Range[]) => JSON.stringify(places);
    const unknown = [...targets].filter(([file, places]) => this.#answered.get(file)?.key !== key(places)).map(([file]) => file);
    for (const file of unknown) {
      const project = this.#program(file);
      // Asked for together, they make one program.
      const { program, checker } = project.program(unknown.filter((each) => this.#program(each) === project));
      const source = program.getSourceFile(file);
      const places = targets.get(file) ?? [];
      const isRuntime = (each: string) => project.isRuntime(each);
      const answers = source === undefined ? places.map(() => ["unknown"] as const) : receiversIn(source, checker, isRuntime, places);
      this.#answered.set(file, { key: key(places), reached: project.reachedFrom(file), answers });
    }
    return new Map([...targets.keys()].map((file) => [file, this.#answered.get(file)?.answers ?? []]));
  }

  /** Where these files name a message, or several of that name; see `message-places.ts`. */
  messagePlaces(files: readonly string[], name: string): readonly MessagePlace[] {
    return files.flatMap((file) => {
      const project = this.#program(file);
      // Asked for together, they make one program.
      const { program, checker } = project.program(files.filter((each) => this.#program(each) === project));
      const source = program.getSourceFile(file);
      return source === undefined ? [] : messagePlaces(source, checker, (each) => project.isRuntime(each), name);
    });
  }

  #typed(file: string): TypedModule | undefined {
    const project = this.#program(file);
    const state = project.program([file]);
    const { program, checker } = state;
    const source = program.getSourceFile(file);
    if (source === undefined) return undefined;
    const { actor } = findActor(checker, source, (each) => project.isRuntime(each));
    if (actor === null) return undefined;
    return {
      source,
      call: actor.call,
      nodes: definitionNodes(actor.call),
      checker,
      reader: this.#shapes(project, state),
      options: program.getCompilerOptions(),
      fileAt: (each) => program.getSourceFile(each),
    };
  }

  /** A new one for each module: what types are called must not depend on what was read before. */
  #shapes(project: ProjectProgram, { checker, program }: CheckedProgram): ShapeReader {
    return createShapeReader({
      checker,
      exact: program.getCompilerOptions().exactOptionalPropertyTypes === true,
      isRuntime: (file) => project.isRuntime(file),
      isExternal: (file) => project.isExternal(file),
      moduleOf: (file) => withoutExtension(relativeTo(this.#root, file)),
    });
  }
}

/** @param problems what the parser says. */
export function syntaxProblem(
  source: ts.SourceFile,
  problems: readonly Pick<ts.DiagnosticWithLocation, "start" | "length" | "messageText">[],
): SourceTree["syntax"] {
  const [first] = problems;
  if (first === undefined || !mentionsActor(source.text)) return null;
  const start = Math.min(first.start, source.text.length);
  return {
    text: ts.flattenDiagnosticMessageText(first.messageText, " "),
    start,
    end: Math.min(start + Math.max(first.length, 1), source.text.length),
  };
}

function withTypes(tree: StepFunctionTree | null, types: DeclaredTypes | undefined): StepFunction | null {
  if (tree === null) return null;
  return { takes: tree.takes && (types?.takes() ?? null), gives: tree.gives && (types?.gives() ?? null), returned: tree.returned };
}

interface DeclaredTypes {
  takes(): Shape | null;
  gives(): Shape | null;
}

/** What the functions of each step are declared to take and to give, read when asked for. */
function stepTypes(
  { steps }: DefinitionNodes,
  read: (node: ts.TypeNode) => Shape,
): readonly { readonly up: DeclaredTypes | undefined; readonly down: DeclaredTypes | undefined }[] {
  const typesOf = (object: ts.ObjectLiteralExpression | null, name: string): DeclaredTypes | undefined => {
    const written = object === null ? undefined : functionIn(object, name);
    const [first] = written?.parameters ?? [];
    return (
      written && {
        takes: () => (first?.type === undefined ? null : read(first.type)),
        gives: () => (written.type === undefined ? null : read(written.type)),
      }
    );
  };
  return steps.map(({ object }) => ({ up: typesOf(object, "up"), down: typesOf(object, "down") }));
}

function definitionOf(call: ts.CallExpression, source: ts.SourceFile): Omit<DefinitionTree, "vsnValue"> & Pick<Definition, "vsnValue"> {
  const tree = expressionTree(call, source);
  if (tree.kind !== "call") throw new Error("a call is a call");
  const { vsnValue, ...said } = readDefinition(tree, variablesOf(compilerTree(source, null)), source.text);
  return {
    ...said,
    vsnValue: vsnValue === null ? null : { text: vsnValue.text, range: rangeIn(source, vsnValue.start, vsnValue.end) },
  };
}

function relativeImports(source: ts.SourceFile): readonly string[] {
  return source.statements
    .filter(ts.isImportDeclaration)
    .flatMap((each) =>
      ts.isStringLiteral(each.moduleSpecifier) && each.moduleSpecifier.text.startsWith(".") ? [each.moduleSpecifier.text] : [],
    );
}
