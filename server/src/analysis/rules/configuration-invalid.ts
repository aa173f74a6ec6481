/** What the project's configuration says and nobody understands would be taken for granted by whoever wrote it. */
import { closest } from "../closest.ts";
import type { ConfigProblem, ProjectFacts } from "../facts.ts";
import type { Finding, Rule, Severity } from "../rule.ts";

export const configurationInvalid: Rule = {
  id: "configuration-invalid",
  severity: "error",
  group: "project",
  description: "The configuration of Instar says something that does not exist.",
  *check(facts: ProjectFacts): Iterable<Finding> {
    for (const problem of facts.config.problems) {
      yield finding(
        configurationInvalid.severity,
        problem,
        `The configuration of Instar is wrong here: ${problem.text} In the editor, the rest of it counts; the command line refuses to judge by half a configuration.`,
      );
    }
    // First things first.
    if (facts.config.problems.length > 0) return;
    yield* globs(facts);
    yield* modules(facts);
  },
};

function* globs({ config, unmatched }: ProjectFacts): Iterable<Finding> {
  const included = unmatched.filter(({ kind }) => kind === "include");
  // Whoever named a folder that may be there is not wrong; where nothing is left, nothing is judged.
  const nothing = included.length > 0 && included.length === config.include.length;
  for (const glob of unmatched) {
    const text = `No source file of the project fits to ${JSON.stringify(glob.name)}`;
    const how = "Globs are from the folder of this file; a folder means all that is in it.";
    if (glob.kind !== "include") yield finding("info", glob, `${text}, so it leaves nothing out. ${how} Correct it, or remove it.`);
    else if (nothing)
      yield finding("error", glob, `${text}, nor to anything else in "include", so no actor module is judged. ${how} Correct it.`);
    else yield finding("warning", glob, `${text}, so it takes nothing in. ${how} Correct it, or remove it.`);
  }
}

function* modules({ config, modules, orphans }: ProjectFacts): Iterable<Finding> {
  for (const place of config.names.filter(({ kind }) => kind === "module")) {
    const { name } = place;
    const oldest = config.upgradableFrom.modules.get(name) ?? 0;
    const found = modules.find(({ module }) => module.id === name);
    const newest = Math.max(0, found?.source.vsn ?? 0, ...(found?.snapshots ?? []).map(({ vsn }) => vsn));
    if (found === undefined && !orphans.some(({ id }) => id === name)) {
      const near = closest(
        name,
        modules.map(({ module }) => module.id),
      );
      const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}?` : "Correct it, or remove it.";
      yield finding("warning", place, `There is no actor module ${name}, so this says nothing. ${hint}`);
    } else if (found?.source.vsn != null && oldest > newest) {
      yield finding(
        "warning",
        place,
        `${name} has no version ${oldest} yet, its newest is ${newest}: as if none of its versions still ran anywhere, no step from them is asked for. Name the oldest version that may still run.`,
      );
    }
  }
}

function finding(severity: Severity, { file, range }: Pick<ConfigProblem, "file" | "range">, message: string): Finding {
  return { rule: configurationInvalid.id, severity, module: null, file, range, message, related: [], fixes: [] };
}
