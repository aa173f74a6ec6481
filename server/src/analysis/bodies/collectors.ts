/** The registry of what is collected from functions' bodies: one line a kind, here and in `words.ts`. */
import { ts } from "../typescript.ts";
import { actorMessages } from "./actor-messages.ts";
import { classChecks } from "./class-checks.ts";
import { classes } from "./classes.ts";
import { emitters } from "./emitters.ts";
import { exportedFunctions } from "./exported-functions.ts";
import { FileNames } from "./file-names.ts";
import { imports } from "./imports.ts";
import { laterNames } from "./load-time.ts";
import { keptReferences } from "./kept-references.ts";
import { loops } from "./loops.ts";
import { messageArguments } from "./message-arguments.ts";
import { moduleVariables } from "./module-variables.ts";
import { patterns } from "./patterns.ts";
import { plainClasses } from "./plain-classes.ts";
import { sends } from "./sends.ts";
import { spawns } from "./spawns.ts";
import { stateValues } from "./state-values.ts";
import { stepFields } from "./step-fields.ts";
import { steps } from "./steps.ts";
import { subscriptions } from "./subscriptions.ts";
import { supervisors } from "./supervisors.ts";
import { timers } from "./timers.ts";
import { waits } from "./waits.ts";

export interface BodySource {
  /** With parents. */
  readonly source: ts.SourceFile;
  /** What its identifiers stand for. */
  readonly names: FileNames;
}

const collectors = {
  actorMessages,
  classChecks,
  classes,
  emitters,
  exportedFunctions,
  imports,
  laterNames,
  keptReferences,
  loops,
  messageArguments,
  moduleVariables,
  patterns,
  plainClasses,
  sends,
  spawns,
  stateValues,
  stepFields,
  steps,
  subscriptions,
  supervisors,
  timers,
  waits,
} satisfies Record<string, (body: BodySource) => readonly unknown[]>;

export type BodyKind = keyof typeof collectors;
/** Plain data, with places as people count them: it is kept, and outlives what was parsed. */
export type BodyFact<Kind extends BodyKind> = ReturnType<(typeof collectors)[Kind]>[number];

export type Collect = typeof collectBodies;

export function collectBodies(
  file: string,
  text: string,
  kinds: readonly BodyKind[],
): { readonly [Kind in BodyKind]?: readonly BodyFact<Kind>[] } {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const body: BodySource = { source, names: new FileNames(source) };
  return Object.fromEntries(kinds.map((kind) => [kind, collectors[kind](body)]));
}
