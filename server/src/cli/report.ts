/** The report of an upgrade as people read it: what changed, which processes and messages it met, how long they paused, what went wrong. */
import type { PlannedChildren, UpgradeError, UpgradeReport, UpgradedModule } from "../../../runtime/src/protocol.ts";
import { fromHere } from "./project.ts";
import { colors, count, table } from "./terminal.ts";

export function reportText(report: UpgradeReport): string {
  return [headline(report), ...bodyLines(report)].join("\n");
}

function bodyLines(report: UpgradeReport): string[] {
  const lines: string[] = [];
  if (report.modules.length > 0) lines.push("", indent(table(report.modules.map((module) => moduleRow(module, report)))));
  const children = report.modules.flatMap(childrenLines);
  if (children.length > 0) lines.push("", ...children);
  const anew = reinstantiatedLines(report);
  if (anew.length > 0) lines.push("", ...anew);
  if (report.processes.length > 0) lines.push("", ...processLines(report));
  for (const error of report.errors) lines.push("", ...errorLines(error));
  return lines;
}

/** The report of the way back from an upgrade that did not survive its probation. */
export function rollbackText(report: UpgradeReport): string {
  const { outcome, why, modules } = report;
  // Of a downgrade, the way back leads up again.
  const [tried, before] = modules.some(({ from, to }) => from < to) ? ["older", "newer"] : ["new", "old"];
  const back = modules.some(({ kind }) => kind === "restart")
    ? `Rolled back: the ${before} code serves, and processes for which no step leads back were restarted.`
    : `Rolled back: the ${before} code serves, with the states as they are now.`;
  const head = outcome === "committed" ? back : `It could not be rolled back (${outcome}): the ${tried} code stays.`;
  return [colors.red(`The ${tried} code did not hold: ${why}.`), colors.red(head), ...bodyLines(report)].join("\n");
}

function headline(report: UpgradeReport): string {
  const { outcome, errors, mode } = report;
  const said = {
    committed: colors.green(committedText(report)),
    rehearsed: colors.green("Rehearsed: it would work. Nothing was changed."),
    unchanged: "Nothing to do: the running code is what was asked for.",
    refused: colors.red("Refused before it began. Everything is as it was."),
    failed: colors.red(
      mode === "otp"
        ? "Failed midway, and nothing is put back: see which processes are suspended with instar ps."
        : "Failed. Everything is as it was.",
    ),
    canceled: colors.yellow("Canceled before the commit. Everything is as it was."),
  };
  // A newer runtime may know outcomes that this program does not.
  return said[outcome] ?? `${outcome}${errors.length > 0 ? " (see the errors below)" : ""}`;
}

function committedText({ operation, modules, time }: UpgradeReport): string {
  const duration = milliseconds(time.total);
  if (operation === undefined) return `Committed in ${duration}: the new code serves.`;
  const versions = modules.map(({ id, to }) => `version ${to} of ${id}`);
  const where = versions.length > 3 ? `with ${versions.length} modules` : `to ${versions.join(" and ")}`;
  // A kept build may also be that of a later version.
  if (operation === "downgrade") return `Went ${modules.every(({ from, to }) => to > from) ? "" : "back "}${where} in ${duration}.`;
  return `Rolled back ${where} in ${duration}: the code of before the last upgrade serves.`;
}

function moduleRow(module: UpgradedModule, { processes }: UpgradeReport): string[] {
  const { id, from, to } = module;
  const own = processes.filter((process) => process.module === id).length;
  return [id, from === to ? `version ${to}` : `${from} → ${to}`, kindText(module), count(own, "process", "processes")];
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
  return how[kind] ?? kind;
}

/** For a supervisor whose children are others now. */
function childrenLines({ id, children }: UpgradedModule): string[] {
  if (children === undefined) return [];
  return [
    `  children of ${id}: ${childrenText(children)}`,
    ...children.failed.map((child) => `  ${colors.red(`child ${child.id} of ${child.pid} did not start`)}: ${child.message}`),
  ];
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

function reinstantiatedLines({ reinstantiated = [] }: UpgradeReport): string[] {
  const files = reinstantiated.map(({ file, classes }) => `${fromHere(file)}${classes.length === 0 ? "" : ` (${classes.join(", ")})`}`);
  return files.length === 0
    ? []
    : [`  evaluated anew, since their imports changed; their module-level state begins empty: ${files.join(", ")}`];
}

function processLines({ outcome, processes, messages, time }: UpgradeReport): string[] {
  const pauses = processes.map(({ pause }) => pause).toSorted((a, b) => a - b);
  const done = outcome === "committed" ? "converted" : "met";
  const lines = [
    `  ${count(processes.length, "process", "processes")} ${done}; ${count(messages.queued, "message")} queued, ${messages.translated} translated, ${messages.dropped} dropped; ` +
      `${count(messages.callsSpanning, "call")} spanning the commit`,
    `  pause per process: median ${milliseconds(median(pauses))}, max ${milliseconds(pauses.at(-1) ?? 0)}` +
      ` (build ${milliseconds(time.build)}, at rest ${milliseconds(time.quiesce)}, convert ${milliseconds(time.convert)}, commit ${milliseconds(time.commit)})`,
  ];
  const examples = new Map(
    processes.filter(({ before, after }) => before !== null && after !== null && before !== after).map((entry) => [entry.module, entry]),
  );
  for (const { name, pid, before, after } of examples.values()) {
    lines.push(
      `  ${name ?? pid} ${colors.dim("before")} ${before}`,
      `  ${" ".repeat((name ?? pid).length)} ${colors.dim(" after")} ${after}`,
    );
  }
  return lines;
}

export function errorLines({ code, message, module, pid, name, place }: UpgradeError): string[] {
  const who = [module, pid === null ? null : `process ${name === null ? pid : `${name} ${pid}`}`]
    .filter((part) => part !== null)
    .join(", ");
  return [
    `  ${colors.red(code)}${who === "" ? "" : ` in ${who}`}${place === null ? "" : ` at ${fromHere(place.file)}:${place.line}:${place.column}`}`,
    ...message.split("\n").map((line) => `    ${line}`.trimEnd()),
  ];
}

function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function milliseconds(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
