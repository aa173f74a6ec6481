/**
 * Who in the running systems holds the old code that findings warn of, so that a finding names them. The runtimes are asked when old code has
 * come or gone, and only where a finding is about it: to find out takes the application some time. Nobody is asked because somebody types.
 */
import type { HeldVersion } from "../../../runtime/src/protocol.ts";
import type { Finding } from "../analysis/rule.ts";
import type { Project } from "../projects.ts";
import type { Live, LiveRuntime } from "./live.ts";

export interface HeldCode {
  /** What lives, or what is found, has changed: asks the runtimes whose answer may be another one now. */
  changed(projects: readonly Project[]): Promise<void>;
  /** What is to be said with a finding. */
  related(project: Project, finding: Finding): Finding["related"];
}

/** Named with one finding; the others are many of a kind. */
const most = 3;

/** @param onChanged what is said with findings has changed. */
export function createHeldCode(live: Pick<Live, "of">, onChanged: () => void): HeldCode {
  const answers = new WeakMap<LiveRuntime, Answer>();

  async function ask(runtime: LiveRuntime): Promise<void> {
    const key = keyOf(runtime);
    const before = answers.get(runtime);
    if (before?.key === key) {
      const living = livingHolders(runtime, before.versions);
      if (living === before.living) return;
      before.living = living;
      return onChanged();
    }
    const answer: Answer = { key, versions: before?.versions ?? [], living: before?.living ?? "" };
    answers.set(runtime, answer);
    const some = answer.versions.length > 0 || runtime.modules.some(({ old }) => old !== null);
    // One that does not answer has nothing to add to the findings; that it does not is told elsewhere.
    const versions = some
      ? await runtime.connection.request("code/holders", {}).then(
          (held) => held.versions,
          () => [],
        )
      : [];
    if (answers.get(runtime) !== answer || (versions.length === 0 && answer.versions.length === 0)) return;
    Object.assign(answer, { versions, living: livingHolders(runtime, versions) });
    onChanged();
  }

  return {
    async changed(projects) {
      const concerned = projects.filter(({ latest }) => latest?.findings.some(({ rule }) => rule in holders) === true);
      await Promise.all(concerned.flatMap(({ root }) => live.of(root)).map(ask));
    },
    related({ root }, finding) {
      const holdersOf = holders[finding.rule];
      if (holdersOf === undefined) return [];
      const modules = finding.modules ?? [finding.module];
      const lines = live.of(root).flatMap((runtime) => {
        const living = new Map(runtime.processes.map((process) => [process.pid, process.name]));
        const versions = (answers.get(runtime)?.versions ?? []).filter(({ module }) => modules.includes(module));
        return versions.flatMap((version) => holdersOf(version, finding, living).map((line) => `In ${runtime.info.name}, ${line}`));
      });
      const more = lines.length - most;
      return [...lines.slice(0, most), ...(more > 0 ? [`and ${more} more.`] : [])].map((message) => ({
        file: finding.file,
        range: finding.range,
        message,
      }));
    },
  };
}

interface Answer {
  /** What was known of the runtime when it was asked. */
  readonly key: string;
  versions: readonly HeldVersion[];
  /** Which of the holders lived when that was last shown. */
  living: string;
}

function livingHolders({ processes }: LiveRuntime, versions: readonly HeldVersion[]): string {
  const held = new Set(
    versions.flatMap((each) => [...each.processes, ...each.timers, ...each.functions, ...each.instances].map(({ pid }) => pid)),
  );
  return processes.flatMap(({ pid }) => (held.has(pid) ? [pid] : [])).join(" ");
}

/** What is cheap to know of old code: while it is the same, so is who holds it, but for those that end. */
function keyOf({ modules }: LiveRuntime): string {
  return JSON.stringify(modules.map(({ id, vsn, old }) => [id, vsn, old?.vsn, old?.processes, old?.timers]));
}

/** Whoever has ended since the runtime was asked holds nothing any more. */
type Living = ReadonlyMap<string, string | null>;

/** By rule: the holders of one version that a finding is about, in words. */
const holders: Readonly<Record<string, (version: HeldVersion, finding: Finding, living: Living) => readonly string[]>> = {
  "function-in-state": ({ vsn, functions }, finding, living) => values(vsn, functions, finding, living),
  "class-instance-in-state": ({ vsn, instances }, finding, living) => values(vsn, instances, finding, living),
  "private-field-in-state": ({ vsn, instances }, finding, living) => values(vsn, instances, finding, living),
  "handler-never-returns": ({ vsn, processes }, _, living) =>
    processes.flatMap(({ pid, handler }) =>
      handler === null || !living.has(pid) ? [] : [`${nameOf(pid, living)} is in \`${handler}\` of version ${vsn} still.`],
    ),
  "timer-holds-old-code": ({ vsn, timers }, { file }, living) =>
    timers.flatMap(({ kind, file: own, pid }) => {
      if (own !== file) return [];
      const by = pid === null ? "" : ` that ${living.has(pid) ? nameOf(pid, living) : `${pid}, which has ended,`} set`;
      return [`${kind === "timeout" || kind === "interval" ? `a timer (${kind})` : kind}${by} calls version ${vsn}.`];
    }),
};

function values(vsn: number, all: HeldVersion["functions"], { items = [] }: Finding, living: Living): readonly string[] {
  const fields = new Set(items.map(fieldOf));
  return all.flatMap(({ pid, path, code }) =>
    living.has(pid) && fields.has(fieldOf(path)) ? [`${nameOf(pid, living)} holds \`${code}\` of version ${vsn} at \`${path}\`.`] : [],
  );
}

/** The field of the state in which it lies: how paths go on differs between types and values. */
function fieldOf(path: string): string {
  return /^State(?:\.[\w$]+)?/.exec(path)?.[0] ?? path;
}

function nameOf(pid: string, living: Living): string {
  const name = living.get(pid) ?? null;
  return name === null ? pid : `${name} ${pid}`;
}
