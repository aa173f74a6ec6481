/** The plan of an upgrade in lines: the strategy and what forces it, in which order, whom it concerns, what stands in the way, and whether there is a way back. */
import type { PlannedMessages, PlannedModule, PlannedProcess, UpgradePlan } from "../../../runtime/src/protocol.ts";
import type { Finding } from "../analysis/rule.ts";
import { bad, type Cell, columns, good, type Line, type PathText, type Place, quiet, section, warning } from "./line.ts";
import { isReady, isTravelError, type PlanFacts, type Rehearsal, type StrategyCost, travelText } from "./plan-facts.ts";
import { childrenText, errorLines, kindText, processRows, rehearsedLines, versionsText } from "./report-lines.ts";
import { clockTime, count, processCount } from "./words.ts";

export interface PlanReader {
  readonly pathOf: PathText;
  /** How many processes are named in a row. */
  readonly names: number;
}

export function planLines(facts: PlanFacts, reader: PlanReader, rehearsal?: Rehearsal): Line[] {
  const { plan } = facts;
  if (plan.groups.length === 0 && plan.errors.length === 0) return [["Nothing to do: the running code is what the sources say."]];
  const ready = isReady(plan) && facts.findings.length === 0;
  const head = ready
    ? good("An upgrade would go like this. Nothing was begun; a rehearsal also runs the steps.")
    : bad("An upgrade would be refused. Nothing was begun.");
  return [
    [head],
    ...section([`Strategy: ${facts.strategy}`], strategyLines(facts)),
    ...section(["Modules, in this order"], moduleLines(facts)),
    ...section(["Way back"], wayBackLines(plan.modules)),
    ...section(
      ["Processes"],
      [
        ...processLines("would be converted", plan.convert, reader),
        ...processLines("would be restarted, and lose their states", plan.restart, reader),
        ...blockedLines(plan, reader),
      ],
    ),
    ...section(["Messages that wait, and infos still to come"], messageLines(plan.messages)),
    ...section(["What the steps lose"], lossyLines(facts, reader)),
    ...section(["What cannot move to another process, as window and blue-green would have it"], cannotMoveLines(facts, reader)),
    ...section(
      ["Findings against it"],
      facts.findings.map((finding) => findingLine(finding, reader)),
    ),
    ...section(
      ["Errors"],
      plan.errors.flatMap((error) => errorLines(error, reader.pathOf)),
    ),
    ...(rehearsal === undefined ? [] : rehearsalLines(rehearsal, reader)),
  ];
}

function strategyLines({ strategy, forcedBy, strategies }: PlanFacts): Line[] {
  const forced: Line[] =
    forcedBy.length === 0
      ? [["  nothing forces a stronger one"]]
      : forcedBy.map(({ module, reason }): Line => ["  forced by ", warning(module), `: ${reason.split("\n")[0]}`]);
  return [
    ...forced,
    ...columns(strategies.map((cost) => [cost.strategy === strategy ? good(cost.strategy) : cost.strategy, costText(cost)])),
  ];
}

/** What a strategy would cost, as in the plan. */
export function costText({ strategy, impossible, losesStates, modules, stops }: StrategyCost): Cell {
  const which = modules.map(({ module, processes }) => `${processes} of ${module}`).join(", ");
  const lost =
    losesStates === 0
      ? "no state is lost"
      : `${processCount(losesStates)} ${losesStates === 1 ? "loses its state" : "lose their states"}: ${which}`;
  if (impossible !== null) return bad(`not as things are: ${impossible}`);
  const meanwhile = {
    hot: stops === 0 ? "nobody waits" : `${processCount(stops)} ${stops === 1 ? "waits" : "wait"} for a moment`,
    // Those that lose their states are those that end.
    restart: stops === 0 ? "nobody is started anew" : stops === 1 ? "it ends and is started anew" : "they end and are started anew",
    window: `all ${processCount(stops)} stop until the new code has taken their states over`,
    "blue-green": "old and new code run beside each other until the states are handed over",
  }[strategy];
  const text = `${lost}; ${meanwhile}`;
  return losesStates === 0 ? text : warning(text);
}

/** Numbered: what imports comes after what it imports. */
function moduleLines({ plan: { groups, modules, errors }, places }: PlanFacts): Line[] {
  const rows = groups.flatMap((group, index) =>
    group.map((id): Cell[] => {
      const module = modules.find((candidate) => candidate.id === id);
      const circle = group.length > 1 ? "imports the others of its number in a circle" : "";
      const name: Cell = { text: id, place: places.get(id)?.module };
      if (module === undefined)
        return [`${index + 1}.`, name, "", errors.some((error) => error.module === id) ? "no way, see below" : "", circle];
      return [`${index + 1}.`, name, versionsText(module), { text: kindText(module), place: firstStep(module, places) }, circle];
    }),
  );
  return [...columns(rows), ...modules.flatMap(childrenLines)];
}

/** Where the steps begin; only a step up can be opened, since a kept build that is gone back to has its own. */
function firstStep({ id, steps }: PlannedModule, places: PlanFacts["places"]): Place | undefined {
  const [, from] = /^(\d+) up$/.exec(steps[0] ?? "") ?? [];
  return from === undefined ? undefined : places.get(id)?.steps.get(Number(from));
}

function childrenLines({ id, children }: PlannedModule): Line[] {
  return children === undefined ? [] : [[`  children of ${id}: ${childrenText(children)}`]];
}

function wayBackLines(modules: readonly PlannedModule[]): Line[] {
  return modules.flatMap(({ id, irreversible, probation }): Line[] => {
    const steps: string[] = irreversible.length === 0 ? [] : [`no way back from ${irreversible.join(", ")}`];
    if (probation !== "rollBack")
      steps.push(
        probation === "restart"
          ? "a probation could only restart its processes on the old code, without their states"
          : "a probation could not even restart all of its processes: nobody would start them again",
      );
    return steps.length === 0 ? [] : [["  ", warning(id), `: ${steps.join("; ")}`]];
  });
}

function processLines(what: string, processes: readonly PlannedProcess[], reader: PlanReader): Line[] {
  if (processes.length === 0) return [];
  const rows = [...new Set(processes.map(({ module }) => module))].map((id) => {
    const own = processes.filter(({ module }) => module === id);
    return [id, processCount(own.length), names(own, reader)];
  });
  return [[`  ${processCount(processes.length)} ${what}:`], ...columns(rows, "    ")];
}

/** The first few by name. */
function names(processes: readonly PlannedProcess[], reader: PlanReader): string {
  const shown = processes.slice(0, reader.names).map(({ name, pid }) => name ?? pid);
  return `${shown.join(", ")}${processes.length > shown.length ? ", …" : ""}`;
}

/** By reason, since what keeps one process of a module most often keeps all of them. The errors below are not said twice. */
function blockedLines({ blocked, errors }: UpgradePlan, reader: PlanReader): Line[] {
  if (blocked.length === 0) return [];
  const reasonOf = ({ module, why }: (typeof blocked)[number]): string =>
    `(${module})${errors.some(({ message }) => message === why) ? ", see below" : `: ${why}`}`;
  const reasons = [...new Set(blocked.map(reasonOf))];
  const shown = reasons.slice(0, 20);
  return [
    ["  ", bad(`${count(blocked.length, "process has", "processes have")} no way to the new code, so the upgrade fails as a whole`), ":"],
    ...shown.map((reason): Line => [
      `    ${names(
        blocked.filter((each) => reasonOf(each) === reason),
        reader,
      )} ${reason}`,
    ]),
    ...(reasons.length > shown.length ? [[`    … and ${reasons.length - shown.length} more reasons`]] : []),
  ];
}

function messageLines(messages: readonly PlannedMessages[]): Line[] {
  const how = { kept: "stay as they are", translated: "are translated", dropped: warning("are dropped"), lost: bad("would be lost") };
  return columns(messages.map((row): Cell[] => [row.module, `${row.queued} × ${row.kind} ${row.name}`, how[row.how] ?? row.how]));
}

/** Each process with what of its state keeps it. */
function cannotMoveLines({ cannotMove }: PlanFacts, { pathOf, names: most }: PlanReader): Line[] {
  const travel = cannotMove.filter(isTravelError);
  const shown = travel.slice(0, 4 * most);
  return [
    ...columns(shown.map((error): Cell[] => [error.name ?? error.pid ?? "", error.module ?? "", warning(travelText(error))])),
    ...(travel.length > shown.length ? [[`  … and ${travel.length - shown.length} more`]] : []),
    ...cannotMove.filter((error) => !isTravelError(error)).flatMap((error) => errorLines(error, pathOf)),
  ];
}

function lossyLines({ lossy }: PlanFacts, { pathOf }: PlanReader): Line[] {
  return lossy.map(({ module, text, place }): Line => {
    const where: Cell = place === null ? module : { text: `${pathOf(place.file)}:${place.line}:${place.column}`, place };
    return ["  ", where, ` ${text}`];
  });
}

function findingLine({ rule, severity, file, range, message }: Finding, { pathOf }: PlanReader): Line {
  const place = { file, ...range.start };
  return ["  ", { text: `${pathOf(file)}:${place.line}:${place.column}`, place }, " ", bad(severity), ` ${rule} ${message}`];
}

/** What it has found out beyond what is known without running the steps. */
function rehearsalLines({ at, report }: Rehearsal, { pathOf }: PlanReader): Line[] {
  const { outcome, processes, errors } = report;
  const said: Record<string, Cell> = {
    rehearsed: good("it would work. Nothing was changed"),
    failed: bad("it would fail. Nothing was changed"),
    refused: bad("it would be refused"),
    canceled: warning("it was canceled"),
    unchanged: "there was nothing to do",
  };
  const lines: Line[] = [
    ["  ", said[outcome] ?? outcome, processes.length === 0 ? "" : quiet(`, on copies of ${count(processes.length, "live state")}`)],
  ];
  lines.push(...rehearsedLines(report));
  const each = [...new Set(processes.map(({ module }) => module))].flatMap((id): Line[] => {
    const own = processes.filter(({ module }) => module === id);
    return [[`  ${id}`], ...processRows(own, false)];
  });
  return section([`Rehearsal at ${clockTime(at)}`], [...lines, ...errors.flatMap((error) => errorLines(error, pathOf)), ...each]);
}
