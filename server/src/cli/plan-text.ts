/** The plan of an upgrade as people read it: in which order, whom it concerns, what stands in the way, and whether there is a way back. */
import type { PlannedMessages, PlannedModule, PlannedProcess, UpgradePlan } from "../../../runtime/src/protocol.ts";
import { childrenText, errorLines, kindText } from "./report.ts";
import { colors, count, table } from "./terminal.ts";

/** Whether nothing that is known stands in the way. */
export function isReady({ blocked, errors, messages }: UpgradePlan): boolean {
  return blocked.length === 0 && errors.length === 0 && messages.every(({ how }) => how !== "lost");
}

export function planText(plan: UpgradePlan): string {
  if (plan.groups.length === 0 && plan.errors.length === 0) return "Nothing to do: the running code is what the sources say.";
  const head = isReady(plan)
    ? colors.green("An upgrade would go like this. Nothing was begun; instar rehearse also runs the steps.")
    : colors.red("An upgrade would be refused. Nothing was begun.");
  return [head, ...sections(plan).flatMap((section) => (section.length === 0 ? [] : ["", ...section]))].join("\n");
}

function sections(plan: UpgradePlan): string[][] {
  return [
    moduleLines(plan),
    wayBackLines(plan.modules),
    processLines("would be converted", plan.convert),
    processLines("would be restarted, and lose their states", plan.restart),
    blockedLines(plan),
    messageLines(plan.messages),
    ...plan.errors.map(errorLines),
  ];
}

/** Numbered: what imports comes after what it imports. */
function moduleLines({ groups, modules }: UpgradePlan): string[] {
  const rows = groups.flatMap((group, index) =>
    group.map((id) => {
      const module = modules.find((candidate) => candidate.id === id);
      const circle = group.length > 1 ? "imports the others of its number in a circle" : "";
      if (module === undefined) return [`${index + 1}.`, id, "", "no way, see below", circle];
      const { from, to } = module;
      return [`${index + 1}.`, id, from === to ? `version ${to}` : `${from} → ${to}`, kindText(module), circle];
    }),
  );
  return [...indented(rows), ...modules.flatMap(childrenLines)];
}

function childrenLines({ id, children }: PlannedModule): string[] {
  return children === undefined ? [] : [`  children of ${id}: ${childrenText(children)}`];
}

function wayBackLines(modules: readonly PlannedModule[]): string[] {
  return modules.flatMap(({ id, irreversible, probation }) => {
    const steps = irreversible.length === 0 ? [] : [`  ${colors.yellow(id)}: no way back from ${irreversible.join(", ")}`];
    if (probation === "rollBack") return steps;
    const can =
      probation === "restart"
        ? "a probation could only restart its processes on the old code, without their states"
        : "a probation could not even restart all of its processes: nobody would start them again";
    return steps.length === 0 ? [`  ${colors.yellow(id)}: ${can}`] : [`${steps[0]}; ${can}`];
  });
}

function processLines(what: string, processes: readonly PlannedProcess[]): string[] {
  if (processes.length === 0) return [];
  const rows = [...new Set(processes.map(({ module }) => module))].map((id) => {
    const own = processes.filter(({ module }) => module === id);
    return [id, count(own.length, "process", "processes"), names(own)];
  });
  return [`  ${count(processes.length, "process", "processes")} ${what}:`, ...indented(rows, "    ")];
}

/** The first few by name. */
function names(processes: readonly PlannedProcess[]): string {
  const shown = processes.slice(0, 5).map(({ name, pid }) => name ?? pid);
  return `${shown.join(", ")}${processes.length > shown.length ? ", …" : ""}`;
}

/** By reason, since what keeps one process of a module most often keeps all of them. The errors below are not said twice. */
function blockedLines({ blocked, errors }: UpgradePlan): string[] {
  if (blocked.length === 0) return [];
  const reasonOf = ({ module, why }: (typeof blocked)[number]): string =>
    `(${module})${errors.some(({ message }) => message === why) ? ", see below" : `: ${why}`}`;
  const reasons = [...new Set(blocked.map(reasonOf))];
  const shown = reasons.slice(0, 20);
  return [
    `  ${colors.red(`${count(blocked.length, "process has", "processes have")} no way to the new code, so the upgrade fails as a whole`)}:`,
    ...shown.map((reason) => `    ${names(blocked.filter((each) => reasonOf(each) === reason))} ${reason}`),
    ...(reasons.length > shown.length ? [`    … and ${reasons.length - shown.length} more reasons`] : []),
  ];
}

function messageLines(messages: readonly PlannedMessages[]): string[] {
  if (messages.length === 0) return [];
  const how = { kept: "stay as they are", translated: "are translated", dropped: "are dropped", lost: colors.red("would be lost") };
  const rows = messages.map((row) => [row.module, `${row.queued} × ${row.kind} ${row.name}`, how[row.how] ?? row.how]);
  return ["  messages that wait, and infos still to come:", ...indented(rows, "    ")];
}

function indented(rows: readonly (readonly string[])[], by = "  "): string[] {
  return rows.length === 0
    ? []
    : table(rows)
        .split("\n")
        .map((line) => by + line);
}
