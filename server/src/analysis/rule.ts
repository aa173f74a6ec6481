/** The vocabulary of judgement: what a rule is, what it finds, and what can be done about it. */
import type { AcceptedBreak, Preset } from "./configuration.ts";
import type { ModuleFacts, ProjectFacts } from "./facts.ts";
import type { Location, Range } from "./span.ts";
import type { Suppression } from "./suppressions.ts";

export type Severity = "error" | "warning" | "info";

/** What rules are about, in the order in which the documentation lists them. */
export const groups = {
  state: "States and their versions",
  "code-change": "Steps of codeChange",
  "old-code": "What keeps old code alive",
  upgradable: "Whether it can be upgraded at all",
  messages: "Messages between two versions",
  supervision: "Supervision",
  plan: "The plan",
  project: "The project and its files",
} as const;

/**
 * A rule judges modules one by one, or the project as a whole; or both, for different things that it finds. Judging runs at every key that
 * somebody types, over all modules of the project, so whatever one module's facts decide is judged by `checkModule`.
 */
export type Rule = RuleWords & (ModuleRule | ProjectRule | ReviewRule | ProofRule);

interface RuleWords {
  /** Published: equals the file's name, the diagnostic's code and the page's title, and never changes. */
  readonly id: string;
  readonly severity: Severity;
  /** Where the documentation lists it. */
  readonly group?: keyof typeof groups;
  /** One sentence; equals the second paragraph of the page. */
  readonly description: string;
  /**
   * What everything that the rule finds is raised to under a preset: under `rolling` what stands between two versions that talk to each other,
   * under `rollback` what stands in the way back. A rule of which only a part is about that looks at `config.preset` itself.
   */
  readonly presets?: Readonly<Partial<Record<Exclude<Preset, "recommended">, Severity>>>;
  /** Whether `instar prove` finds it, as well or alone: the project may then say of findings that are not here that they are meant. */
  readonly proof?: true;
}

/** Nobody sees it in the source: `instar prove` finds it, by running the steps. */
interface ProofRule {
  readonly proof: true;
}

interface ModuleRule {
  /**
   * Called once for each module that changed; what it finds is kept until the module's facts are other objects. So it depends on nothing but
   * its arguments: not on other modules, on `ProjectFacts`, or on what a fix would ask the `StepWriter` for.
   */
  checkModule(facts: ModuleFacts, context: ModuleContext): Iterable<Finding>;
}

/** What a module is judged with; the same for as long as its facts are. */
export type ModuleContext = Pick<ProjectFacts, "root" | "config">;

interface ProjectRule {
  /**
   * Called after every change: for what several modules decide together, such as one finding for all modules that use a declaration. It
   * asks for the modules that concern it by `ofModules` or `modulesWith`, which look again only at those that changed, and for facts of
   * bodies by `bodies.all`, which has the files alone that may hold any.
   */
  check(facts: ProjectFacts): Iterable<Finding>;
}

interface ReviewRule {
  /** Called when all others have spoken, and the project has said which of their findings are meant. No comment hides what it finds. */
  review(review: Review, facts: ProjectFacts): Iterable<Finding>;
}

/** What the project says of findings, and which ones that hides. */
export interface Review {
  /** Of all rules. */
  readonly ids: readonly string[];
  /** Of those of which `instar prove` finds more than is found here. */
  readonly proved: ReadonlySet<string>;
  readonly suppressions: readonly { readonly file: string; readonly suppression: Suppression; readonly hidden: readonly Finding[] }[];
  readonly accepted: readonly { readonly entry: AcceptedBreak; readonly hidden: readonly Finding[] }[];
}

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** How an editor shows it while somebody is still working, where that differs: what must be right at the release need not be right at every key. */
  readonly editorSeverity?: Severity;
  /** The module id, and all of them where one cause concerns several. */
  readonly module: string | null;
  readonly modules?: readonly string[];
  /** What of the module it is about, by the paths of changes (`State.title`) or the names of messages: what somebody who accepts it can name. */
  readonly items?: readonly string[];
  readonly file: string;
  readonly range: Range;
  /** How what is there may be shown as well: faded where nobody needs it any more, struck out where nobody should use it. */
  readonly tags?: readonly ("unnecessary" | "deprecated")[];
  /** What is wrong, why it matters (with a witness), what to do. */
  readonly message: string;
  readonly related: readonly (Location & { readonly message: string })[];
  /** The preferred one first. */
  readonly fixes: readonly Fix[];
}

export interface Fix {
  readonly title: string;
  /** Whether *fix all* and `instar fix` may take it. */
  readonly preferred: boolean;
  /** Whether it hides the finding instead of mending what was found. */
  readonly suppresses?: true;
  /** What only a person can answer; left open, the edits are those of "not renamed". */
  readonly questions: readonly RenameQuestion[];
  /** First values that only a person knows, once renames are answered; left open, the type's simplest value stands there, or code that throws. */
  values?(answers: Answers): readonly ValueQuestion[];
  /** Computed when asked for. All edits of one fix apply together or not at all. */
  edits(answers: Answers): readonly FileEdit[];
}

/** Was `from` renamed to `to`, or dropped and another field added? Paths as in `shape-cases.json`: `State.title`. */
export interface RenameQuestion {
  readonly from: string;
  readonly to: string;
}

/** What is the first value of a field that states of the other version do not have? */
export interface ValueQuestion {
  /** `State.step` */
  readonly path: string;
  readonly type: string;
  /** What is written where nobody answers; null where the code throws then. */
  readonly suggestion: string | null;
  readonly module: string;
}

export interface Answers {
  /** Confirmed renames, old path to new path. */
  readonly renames: Readonly<Record<string, string>>;
  /** First values as expressions, by path. */
  readonly values?: Readonly<Record<string, string>>;
}

export interface FileEdit {
  readonly file: string;
  readonly range: Range;
  readonly newText: string;
}
