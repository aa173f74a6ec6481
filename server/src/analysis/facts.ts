/** What the analysis itself knows of a module, beyond the plain facts that leave it. Plain data, whoever read it: no part of the compiler's. */
import type { ActorModule } from "./model.ts";
import type { Bodies } from "./bodies/bodies.ts";
import type { Comparison, MessageComparison } from "./compare.ts";
import type { Configuration, ConfiguredName } from "./configuration.ts";
import type { ProtocolShapes, Section } from "./protocol-shapes.ts";
import type { Answers, FileEdit, ValueQuestion } from "./rule.ts";
import type { Shape } from "./shape.ts";
import type { Snapshots, StraySnapshot } from "./snapshots.ts";
import type { Location, Range } from "./span.ts";
import type { Suppression } from "./suppressions.ts";

/** What an actor's definition says by its own literals. */
export interface Definition {
  /** Null where it is not written as a literal. */
  readonly id: string | null;
  /** Whether the object that `actor` is called with is written out. */
  readonly written: boolean;
  readonly vsn: number | null;
  /** What stands after `vsn:`. */
  readonly vsnValue: { readonly text: string; readonly range: Range } | null;
  /** `open`: it is not written out, or not all of it, so it may hold anything. */
  readonly codeChange: "written" | "none" | "open";
  readonly steps: readonly StepSource[];
  /** What `init` gives back; null where it is no object that is written out. */
  readonly initial: WrittenObject | null;
}

/** An object literal, by the names of its fields. */
export interface WrittenObject {
  readonly names: readonly string[];
  /** Whether it takes in the fields of the function's first parameter, too. */
  readonly spread: boolean;
}

export interface StepSource {
  /** The version that the step starts from; null where the key is not a whole number. */
  readonly from: number | null;
  /** Whether the step's object is written out. */
  readonly written: boolean;
  readonly up: boolean;
  readonly down: "function" | "irreversible" | "missing";
  /** Its key; the call of `actor` where it has none that is written out. */
  readonly range: Range;
  /** What its parts do, by their names, whatever their layout and their types; see `code-text.ts`. */
  readonly code: Readonly<Record<string, string>>;
  /** Null where they are not written out in this file. */
  readonly functions: { readonly up: StepFunction | null; readonly down: StepFunction | null };
}

/** `up` or `down` as its signature says it. */
export interface StepFunction {
  /** What it is declared to take, and to give back; null where nothing is declared. */
  readonly takes: Shape | null;
  readonly gives: Shape | null;
  /** Null where it is no object that is written out. */
  readonly returned: WrittenObject | null;
}

/** An actor module as its source says it, before it is compared. */
export interface ActorSource extends Omit<Definition, "id"> {
  readonly id: string;
  readonly file: string;
  /** What is called: `actor`. */
  readonly call: Range;
  /** Other actors in the same file. */
  readonly others: readonly Range[];
  readonly protocol: ProtocolShapes;
  /** How the file imports others of the project. */
  readonly imports: readonly string[];
}

/** One file as it was read. */
export interface Reading {
  readonly file: string;
  readonly actor: ActorSource | null;
  /** Actors that are not the default export of their file. */
  readonly unreachable: readonly Range[];
  /** Where the file does not parse, if that is so and it has to do with actors. */
  readonly syntax: { readonly text: string; readonly range: Range } | null;
}

/** What one module is compared with. */
export interface Baseline {
  /** What the module is called there. */
  readonly id: string;
  readonly vsn: number;
  readonly file: string;
  readonly shapes: ProtocolShapes;
  readonly source: "snapshot" | "git" | "live";
  /** The ref or the runtime; null for a snapshot. */
  readonly name: string | null;
  /** As messages call it: the release of version 2, version 2 at main. */
  readonly label: string;
  /** Where only its state is known. */
  readonly messages?: "unknown";
  /** The steps that it has itself. */
  readonly steps: readonly StepSource[];
  /** The releases that are known there. */
  readonly snapshots: Snapshots;
}

/** An actor module with everything that the rules judge. */
export interface ModuleFacts {
  readonly module: ActorModule;
  readonly source: ActorSource;
  readonly snapshots: Snapshots;
  readonly strays: readonly StraySnapshot[];
  /** What its states were in the releases up to its `vsn`, ascending, as far as they can be read. Pids go by what their protocols are called now. */
  readonly released: readonly ReleasedState[];
  /** Null where there is none. */
  readonly baseline: Baseline | null;
  readonly state: Comparison;
  readonly messages: MessageComparison;
  /** Only where a running system was asked. */
  readonly drift: Drift | null;
  /** Versions that a running system still has though another one is current; only where one was asked. */
  readonly oldCode: readonly OldCode[];
  /** Whether a type of the state or of a message cannot be found: verdicts are worth nothing then. */
  readonly unresolved: boolean;
}

/** Releases of a module that the project does not have. */
export interface OrphanedReleases {
  readonly id: string;
  readonly snapshots: Snapshots;
}

export interface ReleasedState {
  readonly vsn: number;
  readonly state: Shape;
}

/** What is wrong with a configuration: the compiler's, or ours. */
export interface ConfigProblem extends Location {
  readonly text: string;
}

/** What a running system holds that is not what the type of its version says. */
export interface Drift {
  /** Of the runtime. */
  readonly name: string;
  readonly checked: number;
  readonly drifts: number;
  /** The first of them; at least one. */
  readonly states: readonly { readonly pid: string; readonly name: string | null; readonly message: string }[];
}

/** What is known of an earlier tree beyond its actor modules. */
export interface EarlierTree {
  /** As messages call the earlier tree: `main`. */
  readonly name: string;
  /** For files of the earlier tree that are asked for one by one. */
  readonly bodies: Bodies;
}

/** A version that a running system still has though another one is current, and what has it. */
export interface OldCode {
  /** Of the runtime. */
  readonly name: string;
  readonly vsn: number;
  /** Whether it was dropped for yet another version, so that nobody may run it any more. */
  readonly purged: boolean;
  /** That run in it; `handler`: which one, where that is known. */
  readonly processes: readonly { readonly pid: string; readonly name: string | null; readonly handler: string | null }[];
  /** Set by its code and still to fire. */
  readonly timers: number;
  /** Functions and instances in states. */
  readonly values: readonly { readonly pid: string; readonly name: string | null; readonly path: string; readonly code: string }[];
}

export interface ProjectFacts {
  readonly root: string;
  /** The same object for as long as it says the same. */
  readonly config: Configuration;
  readonly modules: readonly ModuleFacts[];
  /** Looked for only where a module has no releases. */
  readonly orphans: readonly OrphanedReleases[];
  /** Files with something wrong that concerns no module, or not only one. */
  readonly readings: readonly Reading[];
  readonly configProblems: readonly ConfigProblem[];
  /** Globs of the configuration that no source of the project fits to. */
  readonly unmatched: readonly ConfiguredName[];
  /** By file: comments that say that findings are meant. */
  readonly suppressions: ReadonlyMap<string, readonly Suppression[]>;
  /** Whether the project is compared with what it is always compared with. */
  readonly usual: boolean;
  text(file: string): string | undefined;
  readonly bodies: Bodies;
  /** The tree that was compared with, as it was earlier; null where there is none. */
  readonly earlier: EarlierTree | null;
  readonly receivers: Receivers;
  readonly writer: StepWriter;
}

/** Whose process an expression stands for. It needs the compiler, so it is asked only where something else is wrong already. */
export interface Receivers {
  /** @param targets by file, where the expressions stand; the answers are in the same order. */
  of(targets: ReadonlyMap<string, readonly Range[]>): ReadonlyMap<string, readonly (readonly Receiver[])[]>;
}

/** `unknown`: it may be anybody's; `other`: it is no process. */
export type Receiver = { readonly protocol: string; readonly file: string } | "unknown" | "other";

/** Writes into sources. It needs the compiler, so it is asked only when somebody takes a fix. What it gives is empty where the source leaves no place for it. */
export interface StepWriter {
  /** The step from the baseline to the source as it is now, with the messages whose arguments are others; raises `vsn` where need be. */
  step(facts: ModuleFacts, project: ProjectFacts, answers: Answers): readonly FileEdit[];
  /**
   * The step from a release to the next version that is known, both written out as they were: for a chain with a gap. `missingBetween` in
   * `migration/missing-step.ts` says whether there is one that can be written.
   */
  between(facts: ModuleFacts, project: ProjectFacts, from: number, answers: Answers): readonly FileEdit[];
  /** Adds `up` or `down` to a step that has only the other one. */
  half(facts: ModuleFacts, project: ProjectFacts, step: StepSource, direction: "up" | "down", answers: Answers): readonly FileEdit[];
  /** Takes a step out, of several with one number too. */
  without(facts: ModuleFacts, step: StepSource): readonly FileEdit[];
  /** Adds `down: irreversible("…")` to a step that has only `up`. */
  irreversible(facts: ModuleFacts, project: ProjectFacts, step: StepSource): readonly FileEdit[];
  /**
   * Says in the step from the baseline what becomes of queued messages: those whose arguments changed are translated both ways, others are
   * dropped with a reason. Where there is no such step, it is written as by `step`. A message that `messages` names already, whose
   * arguments are the same, or that one of the versions does not have (unless it is dropped) is left alone.
   */
  messages(facts: ModuleFacts, project: ProjectFacts, wishes: readonly MessageWish[], answers: Answers): readonly FileEdit[];
  /**
   * Brings a message of the baseline that is gone back into the protocol, marked as deprecated, with a handler that only takes it: an empty
   * answer, where its type makes one obvious, or an error. Nothing where the protocol or the handlers are not written out in the module's
   * file.
   * @param like the message of the same section whose handler it gets instead.
   */
  handler(facts: ModuleFacts, project: ProjectFacts, section: Section, name: string, like?: string): readonly FileEdit[];
  /** The step from a version to the next one that is known, or a part of it, for somebody who is writing it: as if it were not there yet. */
  draft(facts: ModuleFacts, project: ProjectFacts, from: number, part: DraftPart): DraftedStep | null;
  /** The first values that the step from the baseline asks for, in these directions, and nobody has said yet. */
  questions(facts: ModuleFacts, project: ProjectFacts, answers: Answers, directions: readonly ("up" | "down")[]): readonly ValueQuestion[];
}

export type DraftPart = "step" | "up" | "down" | "messages";

export interface DraftedStep {
  /** A property, or several; at indentation 0, with bare newlines. First values that are a guess stand between `valueMarks`. */
  readonly text: string;
  /** What the rest of the file needs for it. */
  readonly edits: readonly FileEdit[];
  readonly to: number;
}

/** What is to become of queued messages of one name: they are translated, or dropped for a reason. */
export interface MessageWish {
  readonly name: string;
  readonly drop?: string;
  /** On which way it is dropped; without it, up. */
  readonly way?: "up" | "down" | "both";
}
