/** Processes that were upgraded and processes that are new differ for good: a field that only new ones have. */
import type { ModuleFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";
import { stateOf } from "../step-types.ts";

export const initialStateDiverges: Rule = {
  id: "initial-state-diverges",
  severity: "warning",
  group: "state",
  description: "`init` sets a field that processes which were upgraded never get.",
  *checkModule(facts: ModuleFacts): Iterable<Finding> {
    const { module, source } = facts;
    const { initial, vsn } = source;
    const step = source.steps.findLast(({ from }) => from !== null && from + 1 === vsn);
    const given = step?.functions.up?.returned ?? null;
    const { state } = source.protocol;
    if (initial === null || initial.spread || step?.from === null || step === undefined || given === null || state.kind !== "object")
      return;
    const taken = given.spread ? (stateOf(facts, step.from) ?? step.functions.up?.takes ?? null) : null;
    if (given.spread && taken?.kind !== "object") return;
    const carried = taken?.kind === "object" ? taken.fields.map(({ name }) => name) : [];
    const set = new Set([...given.names, ...carried]);
    // What has to be there the compiler or another rule asks for.
    const missing = state.fields.filter(({ name, optional }) => optional && initial.names.includes(name) && !set.has(name));
    if (missing.length === 0) return;
    const names = missing.map(({ name }) => `\`${name}\``).join(", ");
    yield {
      rule: initialStateDiverges.id,
      severity: initialStateDiverges.severity,
      module: module.id,
      items: missing.map(({ name }) => `State.${name}`),
      file: module.file,
      range: step.range,
      message:
        `\`init\` of \`${module.id}\` sets ${names}, and \`codeChange[${step.from}].up\` does not: processes that live through the upgrade never have ${missing.length === 1 ? "it" : "them"}, and those that start after it do. ` +
        "The types allow both, so nothing else tells the two apart. Set it in `up` as `init` does, or leave it out of `init`.",
      related: [],
      fixes: [],
    };
  },
};
