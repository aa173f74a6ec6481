/** The files of a project as the type checker understands them: what is asked where syntax alone does not say it. */
import type { SourceHost } from "./analyze.ts";
import { definitionNodes, readDefinition } from "./definition.ts";
import { readProtocol } from "./extract.ts";
import { createShapeReader, type ShapeReader } from "./extract-shape.ts";
import type { Reading, StepWriter } from "./facts.ts";
import { findActor, mentionsActor } from "./find.ts";
import { createStepWriter, type TypedModule } from "./migration/write-step.ts";
import { relativeTo, withoutExtension } from "./paths.ts";
import { pathId, ProjectProgram, type ProgramState } from "./program.ts";
import { rangeIn, rangeOf } from "./source-place.ts";
import { ts } from "./typescript.ts";

export class CheckedProject {
  readonly writer: StepWriter = createStepWriter((file) => this.#typed(file));
  readonly #root: string;
  readonly #project: ProjectProgram;
  #reader: { readonly state: ProgramState; readonly reader: ShapeReader } | undefined;

  constructor(host: SourceHost, root: string) {
    this.#root = root;
    this.#project = new ProjectProgram(host, root);
  }

  invalidate(files: readonly string[]): void {
    this.#project.invalidate(files);
  }

  state(): ProgramState {
    return this.#project.get();
  }

  read(file: string): Reading {
    const { program, checker } = this.#project.get();
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
        protocol: readProtocol(actor.call, checker, this.#shapes()),
        imports: relativeImports(source),
      },
      unreachable: [],
      syntax,
    };
  }

  #typed(file: string): TypedModule | undefined {
    const { program, checker } = this.#project.get();
    const source = program.getSourceFile(file);
    if (source === undefined) return undefined;
    const { actor } = findActor(checker, source, (each) => this.#project.isRuntime(each));
    if (actor === null) return undefined;
    return {
      source,
      call: actor.call,
      nodes: definitionNodes(actor.call),
      checker,
      reader: this.#shapes(),
      options: program.getCompilerOptions(),
    };
  }

  #shapes(): ShapeReader {
    const state = this.#project.get();
    if (this.#reader?.state !== state) {
      const reader = createShapeReader({
        checker: state.checker,
        exact: state.program.getCompilerOptions().exactOptionalPropertyTypes === true,
        isRuntime: (file) => this.#project.isRuntime(file),
        isExternal: (file) => this.#project.isExternal(file),
        moduleOf: (file) => withoutExtension(relativeTo(this.#root, file)),
      });
      this.#reader = { state, reader };
    }
    return this.#reader.reader;
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

export function relativeImports(source: ts.SourceFile): readonly string[] {
  return source.statements
    .filter(ts.isImportDeclaration)
    .flatMap((each) =>
      ts.isStringLiteral(each.moduleSpecifier) && each.moduleSpecifier.text.startsWith(".") ? [each.moduleSpecifier.text] : [],
    );
}
