/** Processes are restarted, or the system stands still, for a change that could be carried out while it runs. */
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { modulesText } from "../explain.ts";
import { modulesWith } from "../of-modules.ts";
import type { Finding, Rule } from "../rule.ts";

export const strategyStrongerThanNeeded: Rule = {
  id: "strategy-stronger-than-needed",
  severity: "info",
  group: "plan",
  description:
    "The configuration says that changes are rolled out by a restart, in a window or blue-green, and all that changed can be upgraded while it runs.",
  *check({ modules, config, root }: ProjectFacts): Iterable<Finding> {
    const { strategy, file } = config;
    if (strategy === null || strategy === "hot") return;
    const changed = modulesWith(modules, isChanged);
    if (changed.length === 0 || !changed.every(isHot)) return;
    const ways = { restart: "a restart", window: "a maintenance window", "blue-green": "a second system beside the first" };
    const shown = changed.slice(0, 3);
    const more = changed.length > shown.length ? `, and ${changed.length - shown.length} more` : "";
    yield {
      rule: strategyStrongerThanNeeded.id,
      severity: strategyStrongerThanNeeded.severity,
      module: null,
      file: file ?? `${root}/package.json`,
      range: { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } },
      message:
        `The configuration asks for ${ways[strategy]} (\`"strategy": "${strategy}"\`), and nothing that changed needs one: ${modulesText(shown)}${more} can be upgraded hot, with every state carried over and every message understood. ` +
        `What is in memory would be lost, or the system stand still, for nothing. Roll this change out with \`instar upgrade --strategy hot\`, or set \`"strategy": "hot"\`.`,
      related: [],
      fixes: [],
    };
  },
};

function isChanged({ state, messages, baseline }: ModuleFacts): boolean {
  return baseline !== null && [...state.changes, ...messages.changes].some(({ kind }) => kind !== "readonlyChanged");
}

/** Nothing in it is uncertain, either. */
function isHot({ module, messages, unresolved }: ModuleFacts): boolean {
  if (unresolved || module.strategy !== "hot" || messages.oldToNew !== "compatible") return false;
  return module.codeChange.up !== "missing" && module.codeChange.down !== "missing" && module.codeChange.down !== "irreversible";
}
