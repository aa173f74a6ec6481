/** A step that never runs: its key is no version that this module comes from. */
import { oldestSupported } from "../configuration.ts";
import type { ModuleFacts, StepSource } from "../facts.ts";
import type { Finding, Fix, ModuleContext, Rule } from "../rule.ts";

export const codeChangeWrongRange: Rule = {
  id: "code-change-wrong-range",
  severity: "error",
  group: "state",
  description: "A step of `codeChange` starts from a version from which nothing is upgraded.",
  *checkModule(facts: ModuleFacts, context): Iterable<Finding> {
    const { source } = facts;
    if (source.vsn === null) return;
    for (const step of source.steps) {
      const found =
        step.from === null ? noVersion(step, facts) : step.from >= source.vsn ? tooHigh(step, facts) : tooLow(step, facts, context);
      if (found !== undefined)
        yield { rule: codeChangeWrongRange.id, module: facts.module.id, file: facts.module.file, range: step.range, related: [], ...found };
    }
  },
};

/** Whether there is a step that this version does not reach: the one that its state asks for may be there, and only the numbers are wrong. */
export function isBehindItsSteps({ source }: ModuleFacts): boolean {
  const { vsn } = source;
  return vsn !== null && source.steps.some(({ from }) => from !== null && from >= vsn);
}

type Found = Pick<Finding, "severity" | "tags" | "message" | "fixes">;

/** A key that is computed may be any. */
function noVersion({ range }: StepSource, { source }: ModuleFacts): Found | undefined {
  if (range.start.line === source.call.start.line && range.start.column === source.call.start.column) return undefined;
  return {
    severity: "error",
    message:
      `A key of \`codeChange\` of \`${source.id}\` is no version. Its step never runs: \`codeChange[n]\` leads from version \`n\`, a whole number from 1 on, to the next. ` +
      "Give it the number of the version that it starts from.",
    fixes: [],
  };
}

function tooHigh({ from, range }: StepSource, { source, baseline, released, state, messages }: ModuleFacts): Found {
  const { vsn, vsnValue } = source;
  const next = (from ?? 0) + 1;
  const before = (vsn ?? 0) - 1;
  const first = Math.min(baseline?.vsn ?? Infinity, vsn ?? Infinity);
  const between = Array.from({ length: Math.max(0, (from ?? 0) - first) }, (_, index) => first + index);
  // Where a step before it is missing, it is the number that is wrong.
  const isFree = before >= 1 && !source.steps.some((step) => step.from === before);
  // Nor is there anything to raise for where nothing has changed, and the version before has no step.
  const isHole = isFree && state.changes.length + messages.changes.length === 0 && released.some((each) => each.vsn === before);
  const isReached = !isHole && between.every((each) => source.steps.some((step) => step.from === each));
  const raise: Fix[] =
    vsnValue === null || !isReached
      ? []
      : [
          {
            title: `Raise vsn to ${next}`,
            preferred: from === vsn,
            questions: [],
            edits: () => [{ file: source.file, range: vsnValue.range, newText: String(next) }],
          },
        ];
  const renumber: Fix[] = isFree
    ? [
        {
          title: `Make it codeChange[${before}]`,
          preferred: false,
          questions: [],
          edits: () => [{ file: source.file, range, newText: String(before) }],
        },
      ]
    : [];
  return {
    severity: "error",
    message:
      `\`codeChange[${from}]\` of \`${source.id}\` leads from version ${from} to ${next}, and this is version ${vsn}: it never runs, so states stay as they are. ` +
      (isReached
        ? `Raise \`vsn\` to ${next}${isFree ? `, or make it \`codeChange[${before}]\` if that is what it starts from` : ""}.`
        : isFree
          ? `Make it \`codeChange[${before}]\` if that is what it starts from.`
          : "Give it the number of the version that it starts from."),
    fixes: [...raise, ...renumber],
  };
}

/** Only where somebody says what is supported. */
function tooLow({ from }: StepSource, { module, released }: ModuleFacts, { config }: ModuleContext): Found | undefined {
  const { releases, modules } = config.upgradableFrom;
  if (releases === null && !modules.has(module.id)) return undefined;
  const versions = released.map(({ vsn }) => vsn);
  const oldest = oldestSupported(config, module.id, versions);
  if (oldest === null || from === null || from >= oldest) return undefined;
  return {
    severity: "info",
    tags: ["unnecessary"],
    message:
      `\`codeChange[${from}]\` of \`${module.id}\` starts from version ${from}, and the configuration supports upgrades from version ${oldest} on. ` +
      "Nobody needs the step any more: delete it, or support the version again.",
    fixes: [],
  };
}
