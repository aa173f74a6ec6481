/**
 * `proveModules`: runs the steps of actor modules on generated states, up and down again, and finds the smallest state with which something
 * goes wrong. It decides nothing by itself that runs the project's code; `prove-child.ts` does that, in a process of its own.
 */
import { relative } from "node:path";
import type { BuiltActor } from "../../../runtime/src/dev/index.ts";
import { validatorSource } from "../analysis/validator.ts";
import type { LoadAnswer, Place } from "./child-protocol.ts";
import { notLoaded, notProved, savedSkipped, type StepPlace } from "./findings.ts";
import type { Corpus } from "../../../runtime/src/state-corpus.ts";
import { ModuleProver } from "./module-prover.ts";
import { slashed } from "../project-root.ts";
import { savedRecipes } from "./saved-recipes.ts";
import type { ModuleToProve, Proof, ProofFinding, ProvedModule } from "./report.ts";
import { type Lost, StepProcess } from "./step-process.ts";

export interface ProveOptions {
  readonly root: string;
  readonly runs: number;
  /** The same seed generates the same states. */
  readonly seed: number;
  /** For all modules together, in milliseconds. */
  readonly timeout: number;
  /** For one step, in milliseconds. */
  readonly stepTimeout: number;
  /** `instar/dev` as the project has it. */
  readonly dev: {
    readonly url: string;
    readonly buildActor: (root: string, file: string) => Promise<BuiltActor>;
    /** What was saved of live states; missing in old ones. */
    readonly readCorpus?: (root: string, module: string) => Corpus;
  };
}

export async function proveModules(modules: readonly ModuleToProve[], options: ProveOptions): Promise<Proof> {
  const deadline = performance.now() + options.timeout;
  const proved: ProvedModule[] = [];
  const findings: ProofFinding[] = [];
  for (const module of modules) {
    const { found, ...rest } = await proveModule(module, options, deadline);
    proved.push(rest);
    findings.push(...found);
  }
  return { seed: options.seed, runs: options.runs, modules: proved, findings };
}

async function proveModule(
  module: ModuleToProve,
  { root, runs, seed, timeout, stepTimeout, dev }: ProveOptions,
  deadline: number,
): Promise<ProvedModule & { readonly found: readonly ProofFinding[] }> {
  const { id, file, vsn, shapes } = module;
  const here: StepPlace = { module: id, file, ...module.place, step: null };
  const none = (...found: readonly ProofFinding[]) => ({ id, file, vsn, tried: [], found });
  if (vsn === null || !shapes.has(vsn)) {
    return none(
      notProved(here, "warning", "its state or its vsn cannot be read, so no states can be made. Correct what instar check finds in it"),
    );
  }
  if (performance.now() > deadline)
    return none(notProved(here, "warning", "the time was over before it was its turn. Give more with --timeout"));
  let actor: BuiltActor;
  try {
    actor = await dev.buildActor(root, file);
  } catch (error) {
    return none(notLoaded(here, error as Error));
  }
  const validators = [...shapes].map(([version, shape]) => ({ vsn: version, source: validatorSource(shape).source }));
  const process = new StepProcess({ actor, dev: dev.url, validators }, { step: stepTimeout, load: Math.max(timeout, 10_000) });
  try {
    const loaded = await process.load();
    if (loaded.kind !== "loaded") return none(notLoaded(here, loadProblem(loaded)));
    const { usable: saved, skipped } = savedRecipes(module, corpusOf(root, id, dev.readCorpus));
    const prover = new ModuleProver({ module, here, loaded, process, saved, runs, seed, stepTimeout, deadline });
    const tried = await prover.prove();
    return { id, file, vsn, tried, found: [...prover.findings, ...skipped.map((each) => savedSkipped(here, each))] };
  } finally {
    process.close();
  }
}

/** With paths from the root. */
function corpusOf(root: string, id: string, read: ProveOptions["dev"]["readCorpus"]): Corpus {
  const { states, damaged } = read?.(root, id) ?? { states: [], damaged: [] };
  const fromRoot = <T extends { readonly file: string }>(each: T): T => ({ ...each, file: slashed(relative(root, each.file)) });
  return { states: states.map(fromRoot), damaged: damaged.map(fromRoot) };
}

function loadProblem(answer: Exclude<LoadAnswer | Lost, { kind: "loaded" }>): {
  message: string;
  code?: string | null;
  place?: Place | null;
} {
  if (answer.kind === "failed") return answer;
  return {
    message:
      answer.kind === "hung" ? "it does not come to an end of being evaluated" : `its process ended while it was evaluated (${answer.how})`,
  };
}
