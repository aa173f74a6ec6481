/** All that the analysis needs the TypeScript compiler for. Loaded late: it takes longer than most analyses. */
import type { SourceHost } from "./source-host.ts";
import { CheckedProject, syntaxProblem } from "./checked-project.ts";
import { collectBodies } from "./bodies/collectors.ts";
import { snapshotShapes } from "./parse-snapshot.ts";
import type { PlacedOutline } from "./outline.ts";
import { readOutline } from "./read-outline.ts";
import { compilerTree } from "./syntax/compiler-tree.ts";
import type { SourceTree } from "./syntax/tree.ts";
import { ts } from "./typescript.ts";
import { readOnlySteps } from "./reads-only.ts";

export const compiler = {
  /** What can be read of a file, however broken it is. */
  sourceTree(file: string, text: string): SourceTree {
    return compilerTree(ts.createSourceFile(file, text, ts.ScriptTarget.ESNext), null);
  },
  readOutline(file: string, text: string): PlacedOutline {
    const source = ts.createSourceFile(file, text, {
      languageVersion: ts.ScriptTarget.ESNext,
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    });
    const problems = (source as ts.SourceFile & { readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics;
    return readOutline(file, compilerTree(source, syntaxProblem(source, problems)));
  },
  readOnlySteps,
  collectBodies,
  snapshotShapes,
  openProject: (host: SourceHost, root: string): CheckedProject => new CheckedProject(host, root),
};

export type Compiler = typeof compiler;
