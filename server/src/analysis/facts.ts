/** What the analysis itself knows of a module, beyond the plain facts that leave it. */
import type { ActorModule } from "./model.ts";
import type { Comparison, MessageComparison } from "./compare.ts";
import type { ShapeReader } from "./extract-shape.ts";
import type { ConfigProblem } from "./program.ts";
import type { ProtocolShapes } from "./protocol-shapes.ts";
import type { Snapshots } from "./snapshots.ts";
import type { ts } from "./typescript.ts";

/** An actor module as its source says it, before it is compared. */
export interface ActorSource {
  readonly id: string;
  readonly file: string;
  readonly source: ts.SourceFile;
  readonly call: ts.CallExpression;
  readonly others: readonly ts.CallExpression[];
  /** The object that `actor` is called with; null where it is not written out. */
  readonly definition: ts.ObjectLiteralExpression | null;
  readonly vsn: number | null;
  /** The whole property `vsn: 1`, and its value. */
  readonly vsnValue: ts.Expression | null;
  readonly protocol: ProtocolShapes;
  readonly steps: readonly StepSource[];
  /** The object literal of `codeChange`; null where there is none, undefined where it is not written out. */
  readonly codeChange: ts.ObjectLiteralExpression | null | undefined;
  /** The object that `init` returns, where it is written out. */
  readonly initial: ts.ObjectLiteralExpression | null;
}

export interface StepSource {
  /** The version that the step starts from; null where the key is not a whole number. */
  readonly from: number | null;
  readonly property: ts.ObjectLiteralElementLike;
  readonly object: ts.ObjectLiteralExpression | null;
  readonly up: boolean;
  readonly down: "function" | "irreversible" | "missing";
}

/** An actor module with everything that the rules judge. */
export interface ModuleFacts {
  readonly module: ActorModule;
  readonly source: ActorSource;
  readonly snapshots: Snapshots;
  /** The shapes of the baseline; null where there is none. */
  readonly baseline: { readonly vsn: number; readonly shapes: ProtocolShapes } | null;
  readonly state: Comparison;
  readonly messages: MessageComparison;
  /** Whether a type of the state or of a message cannot be found: verdicts are worth nothing then. */
  readonly unresolved: boolean;
}

export interface ProjectFacts {
  readonly root: string;
  readonly modules: readonly ModuleFacts[];
  /** Actors that are not the default export of their file. */
  readonly unreachable: readonly ts.CallExpression[];
  /** Files that do not parse. */
  readonly broken: readonly ts.SourceFile[];
  readonly configProblem: ConfigProblem | null;
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly reader: ShapeReader;
  readonly isRuntime: (file: string) => boolean;
}
