/** `ModuleProver`: the ways through the versions of one module, each tried with generated states; what fails is tried with ever smaller ones. */
import * as fc from "fast-check";
import type { Shape } from "../analysis/shape.ts";
import type { LoadAnswer, LoadedStep, RunAnswer, RunRequest } from "./child-protocol.ts";
import * as say from "./findings.ts";
import { type StateRecipes, stateRecipes } from "./generate.ts";
import { makeValue } from "./make-value.ts";
import type { Recipe, Segment } from "./recipe.ts";
import type { CounterExample, ModuleToProve, ProofFinding, Trial } from "./report.ts";
import type { SavedRecipe } from "./saved-recipes.ts";
import { shapesAt } from "./shapes-at.ts";
import type { StepProcess } from "./step-process.ts";
import { valueText } from "./value-text.ts";

type Step = NonNullable<say.StepPlace["step"]>;

interface Subject {
  readonly module: ModuleToProve;
  readonly here: say.StepPlace;
  readonly loaded: Extract<LoadAnswer, { kind: "loaded" }>;
  readonly process: StepProcess;
  /** States that processes had. They are tried first. */
  readonly saved: readonly SavedRecipe[];
  readonly runs: number;
  readonly seed: number;
  /** For one step, in milliseconds. */
  readonly stepTimeout: number;
  /** As `performance.now()` says it. */
  readonly deadline: number;
}

/** So often a state is made smaller where each try takes a whole time limit. */
const mostCostlyTries = 3;
/** So often a process is started anew for one module. */
const mostLosses = 20;
/** Faults of one way that are told apart; after that, there is enough to do. */
const mostFaults = 10;

export class ModuleProver {
  readonly findings: ProofFinding[] = [];
  readonly #subject: Subject;
  readonly #steps: ReadonlyMap<number, LoadedStep>;
  readonly #recipes = new Map<number, StateRecipes>();
  readonly #reported = new Set<string>();
  /** What is not run again: it takes too long, or ends the process. */
  readonly #broken = new Set<string>();
  #losses = 0;
  readonly #lookedInto = new Map<string, { readonly step: Step; readonly path: string; readonly what: string; count: number }>();

  constructor(subject: Subject) {
    this.#subject = subject;
    this.#steps = new Map(subject.loaded.steps.map((step) => [step.from, step]));
  }

  async prove(): Promise<readonly Trial[]> {
    const tried: Trial[] = [];
    // The newest first: what goes wrong in a step by itself is said of that step alone.
    const steps = [...this.#steps.keys()].filter((from) => from < this.#current).toSorted((one, other) => other - one);
    for (const from of steps) {
      const up = await this.#way(from, "up", (way) => this.#upAndBack(from, way));
      if (up !== null) tried.push({ from, to: this.#end(from), ...up });
      const step = this.#steps.get(from);
      if (step === undefined) continue;
      if (step.irreversible !== null) {
        const why = `it is irreversible ("${step.irreversible}")`;
        this.findings.push(say.notProved(this.#at({ from, direction: "down" }), "info", why));
        continue;
      }
      const down = await this.#way(from + 1, "down", (way) => this.#down(from + 1, { recipe: way.recipe }, way));
      if (down !== null) tried.push({ from: from + 1, to: this.#bottom(from + 1), ...down });
    }
    for (const { step, path, what, count } of this.#lookedInto.values()) {
      this.findings.push(say.lookedInto(this.#at(step), { path, what }, count));
    }
    return tried;
  }

  get #current(): number {
    return this.#subject.module.vsn ?? 0;
  }

  #shape(vsn: number): Shape | undefined {
    return this.#subject.module.shapes.get(vsn);
  }

  /** How far steps lead up from a version, and how far down. */
  #end(from: number): number {
    return this.#steps.has(from) && from < this.#current ? this.#end(from + 1) : from;
  }

  #bottom(from: number): number {
    return this.#steps.get(from - 1)?.irreversible === null ? this.#bottom(from - 1) : from;
  }

  /** Whether steps in this direction lead to a version from one whose states can be made. */
  #isReached(vsn: number, direction: Step["direction"]): boolean {
    const before = direction === "up" ? vsn - 1 : vsn + 1;
    const step = this.#steps.get(Math.min(before, vsn));
    if (step === undefined || (direction === "down" && step.irreversible !== null)) return false;
    return this.#shape(before) !== undefined || this.#isReached(before, direction);
  }

  /** Tries one way with many states. Null where no states of its first version can be made. */
  async #way(
    vsn: number,
    direction: Step["direction"],
    attempt: (way: Way) => Promise<say.Failure | null>,
  ): Promise<Omit<Trial, "from" | "to"> | null> {
    const { runs, seed, deadline } = this.#subject;
    const shape = this.#shape(vsn);
    const at = this.#at({ from: direction === "up" ? vsn : vsn - 1, direction });
    if (shape === undefined) {
      this.findings.push(say.noSnapshot(at, vsn, this.#isReached(vsn, direction)));
      return null;
    }
    const states = this.#recipes.get(vsn) ?? stateRecipes(shape);
    this.#recipes.set(vsn, states);
    const { recipes, standIns, guessed, impossible } = states;
    const saved = await this.#trySaved(vsn, attempt);
    const real = saved === 0 ? {} : { saved };
    if (recipes === null) {
      this.findings.push(say.notProved(at, "info", `no state of version ${vsn} can be made: ${impossible ?? ""}`));
      return saved === 0 ? null : { states: 0, standIns, ...real };
    }
    let count = 0;
    let isLate = false;
    for (let faults = 0; faults < mostFaults; faults += 1) {
      let smallest: say.Failure | null = null;
      let costly = 0;
      const property = fc.asyncProperty(recipes, async (recipe) => {
        isLate ||= performance.now() > deadline;
        if (isLate || this.#losses > mostLosses || costly >= mostCostlyTries) return;
        if (smallest === null) count += 1;
        const way: Way = { vsn, recipe, guessed, steps: [] };
        let found = await attempt(way);
        // The machine may have been busy.
        if (found?.costly === true && smallest === null) found = await attempt(way);
        if (found === null || this.#reported.has(found.key) || (smallest !== null && smallest.key !== found.key)) return;
        if (found.costly && smallest !== null) costly += 1;
        smallest = found;
        throw new Error(found.key);
      });
      await fc.check(property, { seed, numRuns: runs });
      const found = smallest as say.Failure | null;
      if (found === null) break;
      this.#report(found, found.finding);
    }
    if (isLate) this.findings.push(say.cutShort(at, "warning", `the time was over after ${count} states. Give more with --timeout`));
    if (this.#losses > mostLosses)
      this.findings.push(
        say.cutShort(at, "warning", `its process had to be started ${this.#losses} times; correct the other findings first`),
      );
    return { states: Math.min(count, runs), standIns, ...real };
  }

  /** @returns how many there were */
  async #trySaved(vsn: number, attempt: (way: Way) => Promise<say.Failure | null>): Promise<number> {
    let count = 0;
    for (const { vsn: own, recipe, file } of this.#subject.saved) {
      if (own !== vsn || performance.now() > this.#subject.deadline || this.#losses > mostLosses) continue;
      count += 1;
      const way: Way = { vsn, recipe, guessed: [], steps: [] };
      let found = await attempt(way);
      // The machine may have been busy.
      if (found?.costly === true) found = await attempt(way);
      if (found === null || this.#reported.has(found.key)) continue;
      this.#report(found, say.ofSavedState(found.finding, file));
    }
    return count;
  }

  #report({ key, costly }: say.Failure, finding: ProofFinding): void {
    this.#reported.add(key);
    if (costly) this.#broken.add(key.split(" ")[0] ?? "");
    this.findings.push(finding);
  }

  /** Up one step and back, and then up as far as it goes and all the way back. */
  async #upAndBack(from: number, start: Way): Promise<say.Failure | null> {
    const first = await this.#run({ from, direction: "up" }, { recipe: start.recipe }, start);
    if (first === null || "finding" in first) return first;
    if (this.#steps.get(from)?.irreversible === null) {
      const back = await this.#run({ from, direction: "down" }, { kept: "up" }, first);
      if (back !== null && "finding" in back) return back;
      const failure = back === null ? null : await this.#roundTrip(from, back);
      if (failure !== null) return failure;
    }
    let way = first;
    const end = this.#end(from);
    for (let n = from + 1; n < end; n += 1) {
      const went = await this.#run({ from: n, direction: "up" }, { kept: "up" }, way);
      if (went === null || "finding" in went) return went;
      way = went;
    }
    return end > from + 1 ? await this.#down(end, { kept: "up" }, way) : null;
  }

  async #down(from: number, source: RunRequest["from"], start: Way): Promise<say.Failure | null> {
    let way = start;
    for (let n = from - 1, state = source; this.#steps.get(n)?.irreversible === null; n -= 1, state = { kept: "down" }) {
      const went = await this.#run({ from: n, direction: "down" }, state, way);
      if (went === null || "finding" in went) return went;
      way = went;
    }
    return null;
  }

  /** Null where it cannot be followed further, and nothing is to be said of that. */
  async #run(step: Step, from: RunRequest["from"], way: Way): Promise<say.Failure | Way | null> {
    const name = say.stepName(step);
    if (this.#broken.has(name)) return null;
    const answer = await this.#subject.process.run({ step: step.from, direction: step.direction, from });
    const facts = (gives: string, path: string | null = null) =>
      this.#facts(step, { ...way, steps: [...way.steps, { by: name, gives }] }, path);
    if (answer.kind === "hung" || answer.kind === "ended") this.#losses += 1;
    if (answer.kind === "hung") return failed(say.hangs(facts("nothing: it does not return"), this.#subject.stepTimeout / 1000), true);
    if (answer.kind === "ended") {
      const how = `${answer.how}, unless that is what an earlier step left behind`;
      return failed(say.exits(facts(`nothing: the process ended (${answer.how})`), how), true);
    }
    // After a process was lost, nothing of before is kept.
    if (answer.kind === "forgotten") return null;
    this.#notice(step, answer, way);
    const { outcome, returned } = answer;
    switch (outcome.kind) {
      case "threw": {
        const { text, place, denied } = outcome;
        if (denied !== null) return failed(say.writes(facts(`nothing: it was kept from ${denied}`), denied));
        return failed(say.throws(facts(`nothing: it throws ${text}`), text, place));
      }
      case "promise":
        return failed(say.async(facts("a promise")));
      case "exited":
        return failed(say.exits(facts(`nothing: it calls ${outcome.how}`), outcome.how));
      case "lookedInto": {
        const key = `${name} ${outcome.path}`;
        const known = this.#lookedInto.get(key) ?? { step, path: outcome.path, what: outcome.what, count: 0 };
        known.count += 1;
        this.#lookedInto.set(key, known);
        return null;
      }
      case "returned": {
        const { misfit } = outcome;
        if (misfit !== null)
          return failed(say.wrongShape(facts(returned, misfit.startsWith("State") ? misfit.split(": ")[0] : null), misfit));
        break;
      }
    }
    return { ...way, steps: [...way.steps, { by: name, gives: returned }] };
  }

  /** What a state loses on the way up and down again: a fault where nothing forces it, else worth knowing. */
  async #roundTrip(from: number, way: Way): Promise<say.Failure | null> {
    const [old, now] = [this.#shape(from), this.#shape(from + 1)];
    if (old === undefined || now === undefined) return null;
    const answer = await this.#subject.process.compare({ vsn: from + 1 });
    if (answer.kind !== "compared") return null;
    for (const difference of answer.differences) {
      // What an old state may have beside its type is nobody's business.
      if (shapesAt(old, difference.path).length === 0) continue;
      const hasPlace = shapesAt(now, difference.path, difference.levels).length > 0;
      const facts = this.#facts({ from, direction: "down" }, way, difference.pathText);
      if (hasPlace && difference.fits) return failed(say.roundTripFails(facts, difference));
      this.#once(`lossy-down ${from} ${pathInType(difference.path)}`, () => say.lossyDown(facts, difference, !hasPlace));
    }
    return null;
  }

  /** What does not keep a step from giving a state, and should not be. */
  #notice(step: Step, { mutated, printed, afterwards }: RunAnswer, way: Way): void {
    const name = say.stepName(step);
    if (mutated !== null) this.#once(`${name} mutates`, () => say.mutates(this.#facts(step, way, mutated), mutated));
    if (printed !== null) this.#once(`${name} prints`, () => say.prints(this.#facts(step, way), printed));
    if (afterwards === null) return;
    const begun: Step = { from: afterwards.step, direction: afterwards.direction };
    this.#once(`${say.stepName(begun)} afterwards`, () => say.failsAfterwards(this.#facts(begun, way), afterwards.text));
  }

  #once(key: string, make: () => ProofFinding): void {
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.findings.push(make());
  }

  #facts(step: Step, { vsn, guessed, recipe, steps }: Way, path: string | null = null): say.StepFacts {
    return { at: { ...this.#at(step), step }, guessed, example: { vsn, state: valueText(makeValue(recipe)), steps, path } };
  }

  #at(step: Step): say.StepPlace {
    const { here, loaded } = this.#subject;
    const place = loaded.steps.find(({ from }) => from === step.from)?.[step.direction] ?? null;
    return { ...here, ...place, step };
  }
}

/** A state on its way. */
interface Way {
  /** The version that it starts as. */
  readonly vsn: number;
  readonly recipe: Recipe;
  readonly guessed: StateRecipes["guessed"];
  readonly steps: CounterExample["steps"];
}

function failed(finding: ProofFinding, costly = false): say.Failure {
  const { step, rule } = finding;
  return { key: `${step === null ? "" : say.stepName(step)} ${rule}`, finding, costly };
}

function pathInType(path: readonly Segment[]): string {
  return path.map((segment) => (segment.kind === "field" ? `.${segment.name}` : "[]")).join("");
}
