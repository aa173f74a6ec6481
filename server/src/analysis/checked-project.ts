/** The files of a project as the type checker understands them: what is asked where names and syntax alone do not say it. */
import type { SourceHost } from "./source-host.ts";
import { definitionNodes, readDefinition } from "./definition.ts";
import { readProtocol } from "./extract.ts";
import { createShapeReader, type ShapeReader } from "./extract-shape.ts";
import type { Reading, StepWriter } from "./facts.ts";
import { findActor } from "./find.ts";
import { createStepWriter, type TypedModule } from "./migration/write-step.ts";
import { orderUnions } from "./order-unions.ts";
import { relativeTo, withoutExtension } from "./paths.ts";
import { type CheckedProgram, ProjectProgram } from "./program.ts";
import { mentionsActor, pathId } from "./project-files.ts";
import type { Settings } from "./settings.ts";
import { rangeIn, rangeOf } from "./source-place.ts";
import { ts } from "./typescript.ts";

export class CheckedProject {
  readonly writer: StepWriter = createStepWriter((file) => this.#typed(file));
  readonly #root: string;
  readonly #project: ProjectProgram;

  constructor(host: SourceHost, root: string) {
    this.#root = root;
    this.#project = new ProjectProgram(host, root);
  }

  invalidate(files: readonly string[]): void {
    this.#project.invalidate(files);
  }

  settings(): Settings {
    const { options, problem } = this.#project.options();
    const { paths, baseUrl, rootDirs, moduleSuffixes, lib, target = ts.ScriptTarget.ES5, moduleResolution, module } = options;
    const modern =
      lib === undefined ? target >= ts.ScriptTarget.ES2015 : lib.some((each) => /^lib\.(es6|es20\d\d|esnext)(\.full)?\.d\.ts$/.test(each));
    const node =
      moduleResolution === undefined
        ? (module ?? 0) >= ts.ModuleKind.Node16 && module !== ts.ModuleKind.Preserve
        : moduleResolution === ts.ModuleResolutionKind.Node16 || moduleResolution === ts.ModuleResolutionKind.NodeNext;
    return {
      exact: options.exactOptionalPropertyTypes === true,
      names: modern && rootDirs === undefined && moduleSuffixes === undefined,
      packages: paths === undefined && baseUrl === undefined,
      extensions: node,
      problem,
    };
  }

  /** The files of the project that a reading of this file depends on. */
  reachedFrom(file: string): ReadonlySet<string> {
    return this.#project.reachedFrom(file);
  }

  /** @param roots all files of the program: asked for together, they cost little more than one. */
  read(file: string, roots: readonly string[]): Reading {
    const state = this.#project.program(roots);
    const { program, checker } = state;
    const source = program.getSourceFile(file);
    if (source === undefined) return { file, actor: null, unreachable: [], syntax: null };
    const { actor, unreachable } = findActor(checker, source, (each) => this.#project.isRuntime(each));
    const syntax = syntaxProblem(source, program.getSyntacticDiagnostics(source));
    const ranges = (calls: readonly ts.CallExpression[]) => calls.map((call) => rangeOf(call.expression));
    if (actor === null) return { file, actor, unreachable: ranges(unreachable), syntax };
    const definition = readDefinition(actor.call);
    return {
      file,
      actor: {
        ...definition,
        id: definition.id ?? pathId(this.#root, file),
        file,
        call: rangeOf(actor.call.expression),
        others: ranges(actor.others),
        protocol: orderUnions(readProtocol(actor.call, checker, this.#shapes(state))),
        imports: relativeImports(source),
      },
      unreachable: [],
      syntax,
    };
  }

  #typed(file: string): TypedModule | undefined {
    const state = this.#project.program([file]);
    const { program, checker } = state;
    const source = program.getSourceFile(file);
    if (source === undefined) return undefined;
    const { actor } = findActor(checker, source, (each) => this.#project.isRuntime(each));
    if (actor === null) return undefined;
    return {
      source,
      call: actor.call,
      nodes: definitionNodes(actor.call),
      checker,
      reader: this.#shapes(state),
      options: program.getCompilerOptions(),
    };
  }

  /** A new one for each module: what types are called must not depend on what was read before. */
  #shapes({ checker, program }: CheckedProgram): ShapeReader {
    return createShapeReader({
      checker,
      exact: program.getCompilerOptions().exactOptionalPropertyTypes === true,
      isRuntime: (file) => this.#project.isRuntime(file),
      isExternal: (file) => this.#project.isExternal(file),
      moduleOf: (file) => withoutExtension(relativeTo(this.#root, file)),
    });
  }
}

/** @param problems what the parser says. */
export function syntaxProblem(
  source: ts.SourceFile,
  problems: readonly Pick<ts.DiagnosticWithLocation, "start" | "length" | "messageText">[],
): Reading["syntax"] {
  const [first] = problems;
  if (first === undefined || !mentionsActor(source.text)) return null;
  const start = Math.min(first.start, source.text.length);
  return {
    text: ts.flattenDiagnosticMessageText(first.messageText, " "),
    range: rangeIn(source, start, Math.min(start + Math.max(first.length, 1), source.text.length)),
  };
}

function relativeImports(source: ts.SourceFile): readonly string[] {
  return source.statements
    .filter(ts.isImportDeclaration)
    .flatMap((each) =>
      ts.isStringLiteral(each.moduleSpecifier) && each.moduleSpecifier.text.startsWith(".") ? [each.moduleSpecifier.text] : [],
    );
}
