/** A chain of steps that breaks off on the way from a release to this version. */
import { oldestSupported } from "../configuration.ts";
import type { ActorSource, ModuleFacts, ProjectFacts } from "../facts.ts";
import { missingBetween, renamesBetween } from "../migration/missing-step.ts";
import { modulesWith } from "../of-modules.ts";
import type { Finding, Fix, Rule } from "../rule.ts";
import type { Shape } from "../shape.ts";
import { createValidity } from "../validity.ts";
import { counterexample, valueText } from "../witness.ts";
import { isBehindItsSteps } from "./code-change-wrong-range.ts";

export const codeChangeChainGap: Rule = {
  id: "code-change-chain-gap",
  severity: "error",
  group: "state",
  description: "No chain of `codeChange` steps leads from a version that was released to the newest one.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const facts of modulesWith(project.modules, isHidden)) yield hidden(facts);
    for (const facts of modulesWith(project.modules, lacksSteps))
      for (const gap of gapsIn(facts, project)) yield finding(gap, facts, project);
  },
};

/** Whether a step is needed that may be in a table which is not written out in this file. */
function isHidden({ source, baseline, module, unresolved }: ModuleFacts): boolean {
  if (source.codeChange !== "open" || !source.written || unresolved || source.vsn === null || baseline === null) return false;
  // One under a computed key stands here, and only its number is not known.
  const isComputed = source.steps.some(({ from, written }) => from === null && written);
  return !isComputed && source.vsn > baseline.vsn && module.state.up !== "compatible";
}

/** That nothing else is found says nothing then. */
function hidden({ module, baseline }: ModuleFacts): Finding {
  return {
    rule: codeChangeChainGap.id,
    severity: "info",
    module: module.id,
    file: module.file,
    range: module.ranges.vsn ?? module.ranges.actor,
    message:
      `Not all of \`codeChange\` of \`${module.id}\` is written out in this file, so whether a step carries the states of version ${baseline?.vsn ?? 0} over, and what it takes, gives and does, is not known here. ` +
      "Write the table out in this file, with the steps' functions beside it; `instar prove` tries the steps wherever they are.",
    related: [],
    fixes: [],
  };
}

/** Steps that are missing one after the other. */
interface Gap {
  readonly from: number;
  /** The version that they would lead to. */
  readonly to: number;
  readonly before: Shape | null;
  readonly after: Shape | null;
  readonly certain: boolean;
}

/** Whether any step between two releases is missing, whatever is supported. */
function lacksSteps({ source, released }: ModuleFacts): boolean {
  const [first, newest] = [released[0]?.vsn ?? 0, released.at(-1)?.vsn ?? 0];
  for (let from = first; from < newest; from += 1) if (!leadsUp(source, from)) return true;
  return false;
}

function leadsUp({ steps }: ActorSource, from: number): boolean {
  return steps.some((step) => step.from === from && step.up);
}

/** From the oldest supported release up to the newest; what is missing behind that one another rule says. */
function gapsIn(facts: ModuleFacts, { config }: ProjectFacts): readonly Gap[] {
  const { source, released, unresolved } = facts;
  const [first] = released;
  const newest = released.at(-1)?.vsn ?? 0;
  if (first === undefined || first.vsn === newest || source.vsn === null || source.codeChange === "open" || unresolved) return [];
  const versions = released.map(({ vsn }) => vsn);
  const oldest = Math.max(oldestSupported(config, facts.module.id, versions) ?? newest, first.vsn);
  const gaps: Gap[] = [];
  for (let from = oldest; from < newest; from += 1) {
    if (leadsUp(source, from)) continue;
    let to = from + 1;
    while (to < newest && !leadsUp(source, to)) to += 1;
    const gap = gapBetween(from, to, facts);
    // A step with too high a number may be the one that is missing, which is another rule's.
    if (gap !== undefined && !(to === source.vsn && isBehindItsSteps(facts))) gaps.push(gap);
    from = to;
  }
  return gaps;
}

/** What is valid as it stands needs no step. */
function gapBetween(from: number, to: number, { source, released }: ModuleFacts): Gap | undefined {
  const shapeOf = (vsn: number): Shape | null =>
    released.find((each) => each.vsn === vsn)?.state ??
    source.steps.find((step) => step.from === vsn - 1)?.functions.up?.gives ??
    source.steps.find((step) => step.from === vsn)?.functions.up?.takes ??
    null;
  const [before, after] = [shapeOf(from), shapeOf(to)];
  const verdict = before === null || after === null ? "unknown" : createValidity()(before, after);
  return verdict === "compatible" ? undefined : { from, to, before, after, certain: verdict === "incompatible" };
}

function finding({ from, to, before, after, certain }: Gap, facts: ModuleFacts, project: ProjectFacts): Finding {
  const { module, source, released } = facts;
  const { config } = project;
  const steps = Array.from({ length: to - from }, (_, index) => `\`codeChange[${from + index}]\``);
  // Steps that lead up to the gap show that it was not meant; without any, and without a word on what is supported, it may have been.
  const declared = config.upgradableFrom.releases !== null || config.upgradableFrom.modules.has(module.id);
  const isHole = source.steps.some((step) => step.from !== null && step.from < from);
  const isMeant = !certain || !(isHole || declared);
  const next = source.steps.find((step) => step.from === to);
  const witness = before === null || after === null ? null : counterexample(before, after);
  const stuck = released.filter(({ vsn }) => vsn <= from).map(({ vsn }) => vsn);
  const why = witness === null ? "" : ` Version ${to} does not accept a state such as \`${valueText(witness)}\`.`;
  const unknown = certain ? "" : ` Whether the states of version ${from} need one, what is released does not say.`;
  return {
    rule: codeChangeChainGap.id,
    severity: isMeant ? "warning" : "error",
    module: module.id,
    items: steps.map((step) => step.slice(1, -1)),
    file: module.file,
    range: next?.range ?? module.ranges.vsn ?? module.ranges.actor,
    message:
      `${steps.join(" and ")} of \`${module.id}\` ${steps.length === 1 ? "is" : "are"} missing, so nothing leads from ${versionsText(stuck)} to version ${module.vsn}: an upgrade from there is refused.${why}${unknown} ` +
      `Write ${steps.length === 1 ? "it" : "them"}, or, if nothing runs ${stuck.length === 1 ? "that version" : "those versions"} any more, say so with \`upgradableFrom\` in the configuration.`,
    related: [],
    fixes: fixes(from, !isMeant, facts, project),
  };
}

function fixes(from: number, preferred: boolean, facts: ModuleFacts, project: ProjectFacts): readonly Fix[] {
  const missing = missingBetween(facts, from);
  if (missing === null || missing.now === null) return [];
  return [
    {
      title: `Write codeChange[${from}] with up and down`,
      preferred,
      questions: renamesBetween(missing.old.shapes.state, missing.now.shapes.state),
      edits: (answers) => project.writer.between(facts, project, from, answers),
    },
  ];
}

function versionsText(versions: readonly number[]): string {
  const last = versions.at(-1) ?? 0;
  return versions.length === 1 ? `version ${last}` : `versions ${versions.slice(0, -1).join(", ")} and ${last}`;
}
