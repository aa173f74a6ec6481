/** `instar prove [module...]`: runs the steps of `codeChange` on generated states, and shows the smallest one with which something goes wrong. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { randomInt } from "node:crypto";
import type { BuiltActor } from "../../../runtime/src/dev/index.ts";
import type { Corpus } from "../../../runtime/src/state-corpus.ts";
import type { ModuleToProve, Proof } from "../prove/report.ts";
import { devModuleUrl } from "./dev-module.ts";
import { exitCode, UsageError } from "./exit.ts";
import { parseSeconds } from "./live.ts";
import { configurationOf, moduleIds, openProject, projectRoot } from "./project.ts";
import { print, printJson } from "./terminal.ts";

interface ProveOptions {
  readonly runs: number;
  readonly seed?: number;
  readonly timeout: number;
  readonly format: "text" | "json";
}

/** What this program uses of `instar/dev`. */
interface DevModule {
  readonly buildActor?: (root: string, file: string) => Promise<BuiltActor>;
  readonly readCorpus?: (root: string, module: string) => Corpus;
}

export function registerProve(program: Command): void {
  program
    .command("prove")
    .description("run the steps of codeChange, up and down, on generated old states; runs the project's code")
    .argument("[module...]", "ids or files of actor modules")
    .option("--runs <n>", "with how many states each way is tried", parseWhole(1, 1_000_000), 100)
    .option("--seed <n>", "generates the states of an earlier run again", parseWhole(-(2 ** 31), 2 ** 31 - 1))
    .option("--timeout <s>", "how long all may take; a single step may take a twentieth of it, at most 5 s", parseSeconds, 120_000)
    .addOption(new Option("--format <format>", "how the result is printed").choices(["text", "json"]).default("text"))
    .action(async (names: string[], { runs, seed = randomInt(2 ** 31), timeout, format }: ProveOptions, command: Command) => {
      const project = await openProject(projectRoot(command));
      const ids = names.length === 0 ? null : moduleIds(names, project.root, project.analyzed.modules);
      const { modulesToProve } = await import("../prove/modules-to-prove.ts");
      const modules = modulesToProve(project, project.analyzed, ids);
      const found =
        modules.length === 0 ? { seed, runs, modules: [], findings: [] } : await prove(project.root, modules, { runs, seed, timeout });
      const { judgedProof } = await import("../prove/judged-proof.ts");
      const proof = judgedProof(found, project.root, await configurationOf(project.root), (file) => project.readFile(file));
      const { proofJson, proofText } = await import("./proof-text.ts");
      if (format === "json") printJson(proofJson(project.root, proof));
      else print(proofText(proof, (file) => project.readFile(file)));
      process.exitCode = proof.findings.some(({ severity }) => severity === "error") ? exitCode.refused : exitCode.ok;
    });
}

async function prove(
  root: string,
  modules: readonly ModuleToProve[],
  options: Pick<Proof, "runs" | "seed"> & { readonly timeout: number },
): Promise<Proof> {
  const { proveModules } = await import("../prove/prove.ts");
  const url = devModuleUrl(root);
  const { buildActor, readCorpus } = (await import(url)) as DevModule;
  if (buildActor === undefined)
    throw new UsageError(`The package instar that is installed in ${root} is too old for this. Update it: npm install instar`);
  // What runs is ended with this process, which a signal alone would not see to.
  const stop = (): void => process.exit(130);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, stop);
  try {
    return await proveModules(modules, {
      root,
      ...options,
      stepTimeout: Math.min(options.timeout / 20, 5000),
      dev: { url, buildActor, ...(readCorpus && { readCorpus }) },
    });
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

function parseWhole(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^-?\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
    return number;
  };
}
