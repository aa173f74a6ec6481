/** The report of an upgrade in lines: what changed, which processes and messages it met, how long they paused, what went wrong. */
import type {
  PlannedChildren,
  RehearsalInfo,
  UpgradeError,
  UpgradeReport,
  UpgradedModule,
  UpgradedProcess,
} from "../../../runtime/src/protocol.ts";
import { bad, type Cell, columns, good, type Line, type PathText, quiet, section, warning } from "./line.ts";
import { count, milliseconds, processCount } from "./words.ts";

/** As a terminal shows it: processes are counted, and one of each module is shown. */
export function reportLines(report: UpgradeReport, pathOf: PathText): Line[] {
  return [[headline(report)], ...bodyLines(report, pathOf)];
}

/** The report of the way back from an upgrade that did not survive its probation, as a terminal shows it. */
export function rollbackLines(report: UpgradeReport, pathOf: PathText): Line[] {
  return [...rollbackHead(report), ...bodyLines(report, pathOf)];
}

/** As a document to keep: what happened to every process, under headings. */
export function reportDocument(report: UpgradeReport, pathOf: PathText): Line[] {
  const { modules, processes, messages, time, errors } = report;
  const head = report.why === undefined ? [[headline(report)]] : rollbackHead(report);
  return [
    ...head,
    ...section(
      ["Errors"],
      errors.flatMap((error) => errorLines(error, pathOf)),
    ),
    ...section(
      ["Modules"],
      [...columns(modules.map((module) => moduleRow(module, report))), ...modules.flatMap(childrenLines), ...anewLines(report, pathOf)],
    ),
    ...section(["Processes"], processes.length === 0 ? [] : [...pauseLines(report), ...rehearsedLines(report), ...eachProcess(report)]),
    ...section(["Messages"], processes.length === 0 ? [] : [["  ", messagesText(messages)]]),
    ...section(
      ["Time"],
      time.total === 0
        ? []
        : columns([
            ["build", milliseconds(time.build), "from the request to the new code"],
            ["at rest", milliseconds(time.quiesce), "from the first suspended process to all of them at rest"],
            ["convert", milliseconds(time.convert), "computing and checking the new states"],
            ["commit", milliseconds(time.commit), "the one turn in which code and states are swapped"],
            ["total", milliseconds(time.total), "from the request to the commit"],
          ]),
    ),
  ];
}

/** What becomes of a module's processes. */
export function kindText({ kind, steps }: Pick<UpgradedModule, "kind" | "steps">): string {
  const how = {
    convert: `steps: ${steps.join(", ")}`,
    swap: "code only, same state",
    reinstantiate: "its imports changed",
    restart: "restarted, states lost",
    draft: `draft replaced${steps.length > 0 ? `, steps: ${steps.join(", ")}` : ""}`,
  };
  // A newer runtime may know what this program does not.
  return how[kind] ?? kind;
}

/** What becomes of a supervisor's children. */
export function childrenText({ start, stop, reorder, changed }: PlannedChildren): string {
  const parts = (
    [
      ["end", stop],
      ["start", start],
      ["new order", reorder],
      ["changed from the next restart on", changed],
    ] as const
  ).flatMap(([what, ids]) => (ids.length > 0 ? [`${what} ${ids.join(", ")}`] : []));
  return parts.join("; ");
}

export function versionsText({ from, to }: Pick<UpgradedModule, "from" | "to">): string {
  return from === to ? `version ${to}` : `${from} → ${to}`;
}

export function errorLines({ code, message, module, pid, name, place }: UpgradeError, pathOf: PathText): Line[] {
  const who = [module, pid === null ? null : `process ${name === null ? pid : `${name} ${pid}`}`]
    .filter((part) => part !== null)
    .join(", ");
  const where: Cell[] = place === null ? [] : [" at ", { text: `${pathOf(place.file)}:${place.line}:${place.column}`, place }];
  return [
    ["  ", bad(code), who === "" ? "" : ` in ${who}`, ...where],
    ...message.split("\n").map((line): Line => [`    ${line}`.trimEnd()]),
  ];
}

function bodyLines(report: UpgradeReport, pathOf: PathText): Line[] {
  const parts = [
    columns(report.modules.map((module) => moduleRow(module, report))),
    report.modules.flatMap(childrenLines),
    anewLines(report, pathOf),
    report.processes.length === 0 ? [] : processLines(report),
    ...report.errors.map((error) => errorLines(error, pathOf)),
  ];
  return parts.flatMap((lines): Line[] => (lines.length === 0 ? [] : [[], ...lines]));
}

function rollbackHead(report: UpgradeReport): Line[] {
  const { outcome, why, modules } = report;
  // Of a downgrade, the way back leads up again.
  const [tried, before] = modules.some(({ from, to }) => from < to) ? ["older", "newer"] : ["new", "old"];
  const back = modules.some(({ kind }) => kind === "restart")
    ? `Rolled back: the ${before} code serves, and processes for which no step leads back were restarted.`
    : `Rolled back: the ${before} code serves, with the states as they are now.`;
  const head = outcome === "committed" ? back : `It could not be rolled back (${outcome}): the ${tried} code stays.`;
  return [[bad(`The ${tried} code did not hold: ${why}.`)], [bad(head)]];
}

function headline(report: UpgradeReport): Cell {
  const { outcome, errors, mode } = report;
  // Whose end it was, and what that lost, its error says.
  const kept = errors.some(({ code }) => code === "INSTAR_RUNTIME_EXITED") ? "" : " Everything is as it was.";
  const said = {
    committed: good(committedText(report)),
    rehearsed: good("Rehearsed: it would work. Nothing was changed."),
    unchanged: "Nothing to do: the running code is what was asked for.",
    refused: bad(`Refused before it began.${kept}`),
    failed: bad(
      mode === "otp" ? "Failed midway, and nothing is put back: see which processes are suspended with instar ps." : `Failed.${kept}`,
    ),
    canceled: warning("Canceled before the commit. Everything is as it was."),
  };
  // A newer runtime may know outcomes that this program does not.
  return said[outcome] ?? `${outcome}${errors.length > 0 ? " (see the errors below)" : ""}`;
}

function committedText({ operation, modules, time, strategy }: UpgradeReport): string {
  const duration = `${milliseconds(time.total)}${strategy === undefined ? "" : `, by ${strategy}`}`;
  if (operation === undefined) return `Committed in ${duration}: the new code serves.`;
  const versions = modules.map(({ id, to }) => `version ${to} of ${id}`);
  const where = versions.length > 3 ? `with ${versions.length} modules` : `to ${versions.join(" and ")}`;
  // A kept build may also be that of a later version.
  if (operation === "downgrade") return `Went ${modules.every(({ from, to }) => to > from) ? "" : "back "}${where} in ${duration}.`;
  return `Rolled back ${where} in ${duration}: the code of before the last upgrade serves.`;
}

function moduleRow(module: UpgradedModule, { processes }: UpgradeReport): string[] {
  const own = processes.filter((process) => process.module === module.id).length;
  return [module.id, versionsText(module), kindText(module), processCount(own)];
}

/** For a supervisor whose children are others now. */
function childrenLines({ id, children }: UpgradedModule): Line[] {
  if (children === undefined) return [];
  return [
    [`  children of ${id}: ${childrenText(children)}`],
    ...children.failed.map((child): Line => ["  ", bad(`child ${child.id} of ${child.pid} did not start`), `: ${child.message}`]),
  ];
}

function anewLines({ reinstantiated = [] }: UpgradeReport, pathOf: PathText): Line[] {
  const files = reinstantiated.map(({ file, classes }) => `${pathOf(file)}${classes.length === 0 ? "" : ` (${classes.join(", ")})`}`);
  return files.length === 0
    ? []
    : [[`  evaluated anew, since their imports changed; their module-level state begins empty: ${files.join(", ")}`]];
}

function processLines(report: UpgradeReport): Line[] {
  const { outcome, processes, messages, time } = report;
  const restarted = processes.filter((each) => each.restarted === true);
  const anew = restarted.length;
  const lost = restarted.reduce((sum, { queued }) => sum + queued, 0);
  const without = `without their states${lost > 0 ? ` and the ${count(lost, "message")} that waited for them` : ""}`;
  if (outcome === "committed" && anew === processes.length) return [[`  ${processCount(anew)} restarted, ${without}`]];
  const done =
    outcome !== "committed"
      ? `${processCount(processes.length)} met`
      : [
          ...(anew < processes.length ? [`${processCount(processes.length - anew)} converted`] : []),
          ...(anew > 0 ? [`${processCount(anew)} restarted, ${without}`] : []),
        ].join(", ");
  const pauses = pausesOf(processes);
  const rehearsed = rehearsedLines(report);
  const lines: Line[] = [
    [`  ${done}; ${messagesText(messages)}`],
    // Nobody paused in a rehearsal.
    ...(rehearsed.length > 0
      ? rehearsed
      : [
          [
            `  pause per process: median ${milliseconds(median(pauses))}, max ${milliseconds(pauses.at(-1) ?? 0)}` +
              ` (build ${milliseconds(time.build)}, at rest ${milliseconds(time.quiesce)}, convert ${milliseconds(time.convert)}, commit ${milliseconds(time.commit)})`,
          ],
        ]),
  ];
  const examples = new Map(
    processes.filter(({ before, after }) => before !== null && after !== null && before !== after).map((entry) => [entry.module, entry]),
  );
  for (const { name, pid, before, after } of examples.values()) {
    lines.push(
      [`  ${name ?? pid} `, quiet("before"), ` ${before}`],
      [`  ${" ".repeat((name ?? pid).length)} `, quiet(" after"), ` ${after}`],
    );
  }
  return lines;
}

function messagesText({ queued, translated, dropped, callsSpanning }: UpgradeReport["messages"]): string {
  return `${count(queued, "message")} queued, ${translated} translated, ${dropped} dropped; ${count(callsSpanning, "call")} spanning the commit`;
}

function pauseLines({ outcome, processes }: UpgradeReport): Line[] {
  if (outcome !== "committed") return [];
  const pauses = pausesOf(processes);
  if (pauses.length === 0) return [];
  return [[`  pause per process: median ${milliseconds(median(pauses))}, max ${milliseconds(pauses.at(-1) ?? 0)}`]];
}

/** The slowest first, by modules. */
function eachProcess({ outcome, modules, processes }: UpgradeReport): Line[] {
  return modules.flatMap(({ id }) => {
    const own = processes.filter(({ module }) => module === id).toSorted((one, other) => slowness(other) - slowness(one));
    if (own.length === 0) return [];
    return [[`  ${id}`], ...processRows(own, outcome === "committed")];
  });
}

/** What a rehearsal has found out on copies of the states; nothing where it was none. */
export function rehearsedLines({ processes, rehearsal }: UpgradeReport): Line[] {
  const known = processes.flatMap(({ rehearsed }) => rehearsed ?? []);
  const slowest = processes.toSorted((one, other) => slowness(other) - slowness(one))[0];
  if (known.length === 0 || slowest === undefined) return [];
  const pause = known.reduce((sum, { took }) => sum + took, 0);
  const lossless = known.filter(({ wayBack }) => wayBack === "lossless").length;
  const lossy = known.filter(({ wayBack }) => wayBack === "lossy").length;
  const back = `${lossless} of ${count(known.length, "state")} come back as they were${lossy > 0 ? `, ${lossy} as others` : ""}`;
  return [
    [
      known.length > mostInOneTurn
        ? `  expected pause  some milliseconds: ${count(known.length, "state")} are converted beside the traffic, a few at a time, ${milliseconds(pause)} in all`
        : `  expected pause  ${milliseconds(pause)}, in which ${count(known.length, "state")} and their messages are converted`,
    ],
    [`  slowest         ${slowest.name ?? slowest.pid} (${slowest.module}), ${milliseconds(slowness(slowest))}`],
    ["  way back        ", lossy > 0 ? warning(back) : back],
    ...(rehearsal === undefined ? [] : whereLines(rehearsal)),
  ];
}

/** Where it was, and what that meant for the application. */
function whereLines({ where, why, packing, inApplication }: RehearsalInfo): Line[] {
  const busy =
    packing === null
      ? ""
      : `; copying states took ${milliseconds(packing.took)} of the application, ${milliseconds(packing.longest)} at most at a stretch`;
  const more = inApplication.length - mostNamed;
  return [
    [
      `  where           ${where === "process" ? `a process of its own${busy}` : `the application, on copies, since ${why ?? "nobody knows"}`}`,
    ],
    ...inApplication
      .slice(0, mostNamed)
      .map(({ pid, name, module, path, what }): Line => [`  in application  ${name ?? pid} (${module}), since ${path} is ${what}`]),
    ...(more > 0 ? [[`  in application  ${more} more`]] : []),
  ];
}

/** As the engine has it: with more processes, most states are computed before anybody is brought to rest. */
const mostInOneTurn = 2000;
/** A hundred that are alike say no more. */
const mostNamed = 5;

/** Each process with what happened to it, and its states, where they are known. */
export function processRows(processes: readonly UpgradedProcess[], paused: boolean): Line[] {
  const rows = columns(
    processes.map(({ pid, name, from, to, pause, queued, restarted, rehearsed }) => [
      name ?? pid,
      name === null ? "" : pid,
      versionsText({ from, to }),
      paused && !isUnknown(restarted, pause)
        ? `paused ${milliseconds(pause)}`
        : rehearsed === undefined
          ? ""
          : milliseconds(rehearsed.took),
      queued > 0 ? `${queued} queued` : "",
      restarted === true
        ? bad(queued > 0 ? "restarted, state and messages lost" : "restarted, state lost")
        : rehearsed === undefined
          ? ""
          : wayBackText(rehearsed.wayBack),
    ]),
    "    ",
  );
  return rows.flatMap((row, index) => {
    const { before = null, after = null } = processes[index] ?? {};
    if (before === null || after === null || before === after) return [row];
    return [row, ["      ", quiet("before"), ` ${before}`], ["      ", quiet("after"), `  ${after}`]];
  });
}

function wayBackText(wayBack: string): Cell {
  if (wayBack === "lossless") return "lossless";
  if (wayBack === "lossy") return warning("not lossless");
  return wayBack === "none" ? "no way back" : wayBack;
}

function slowness({ pause, rehearsed }: UpgradedProcess): number {
  return rehearsed?.took ?? pause;
}

function pausesOf(processes: readonly UpgradedProcess[]): number[] {
  return processes.flatMap(({ pause, restarted }) => (isUnknown(restarted, pause) ? [] : [pause])).toSorted((a, b) => a - b);
}

/** How long a process was away that began anew, only its supervisor could say. */
function isUnknown(restarted: UpgradedProcess["restarted"], pause: number): boolean {
  return restarted === true && pause === 0;
}

function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
