/**
 * The code lenses. Above `actor(`: the version, what changed since the release, which steps are there, and how many processes live; over each
 * step of `codeChange` what can be done with it. Where they stand is told at once; what they say, once a client is about to show them.
 */
import type { CodeLens, Command } from "vscode-languageserver";
import type { ActorModule, Analyzed } from "../analysis/model.ts";
import type { Finding } from "../analysis/rule.ts";
import type { FixAnswers, LensTarget } from "../protocol.ts";
import { toLspRange } from "../to-lsp.ts";
import { answerCommand, referenceTo } from "./code-actions.ts";

/** What a connected runtime says of one module. */
export interface LiveModule {
  /** How many processes run each version. */
  readonly versions: ReadonlyMap<number, number>;
  /** The version that new processes get. */
  readonly loaded: number;
}

export interface LensContext {
  readonly root: string;
  readonly live: LiveModule | undefined;
  /** Those that the client has; a segment without one is plain text, and what is nothing but a command is left out. */
  readonly commands: ReadonlySet<string>;
}

/** By what a lens is found again when it is resolved. */
export interface LensReference {
  readonly root: string;
  readonly module: string;
  readonly part: keyof typeof segments | keyof typeof stepCommands;
  /** Of a step. */
  readonly from?: number;
}

/** The lenses of one module, each segment a lens of its own: `v2 (draft)`, `2 changes since v1`, `up missing, down missing`, `12 live (3 on v1)`. */
export function codeLenses(module: ActorModule, context: LensContext): CodeLens[] {
  const lens = (range: ActorModule["ranges"]["actor"], part: LensReference["part"], from?: number): CodeLens => {
    const data: LensReference = { root: context.root, module: module.id, part, ...(from === undefined ? {} : { from }) };
    return { range: toLspRange(range), data };
  };
  const parts = (Object.keys(segments) as (keyof typeof segments)[]).filter((part) => segments[part].title(module, context) !== undefined);
  return [
    ...parts.map((part) => lens(module.ranges.actor, part)),
    ...module.steps
      // A step of a table that is not written out has no place of its own.
      .filter(({ range }) => range.start.line !== module.ranges.actor.start.line)
      .flatMap((step) =>
        (Object.keys(stepCommands) as (keyof typeof stepCommands)[])
          .filter((part) => context.commands.has(stepCommands[part].command) && stepCommands[part].fits(module, step.from, context))
          .map((part) => lens(step.range, part, step.from)),
      ),
  ];
}

/** What a lens says, and does. Where its module has changed so that there is nothing to say, the list that is asked for next has it no more. */
export function resolveCodeLens(lens: CodeLens, reference: LensReference, analyzed: Analyzed | undefined, context: LensContext): CodeLens {
  const module = analyzed?.modules.find(({ id }) => id === reference.module);
  if (module === undefined) return { ...lens, command: plain("…") };
  const target: LensTarget = {
    root: reference.root,
    module: reference.module,
    ...(reference.from === undefined ? {} : { from: reference.from }),
  };
  if (reference.part in stepCommands) {
    const { title, command } = stepCommands[reference.part as keyof typeof stepCommands];
    return { ...lens, command: { title, command, arguments: [target] } };
  }
  const { title, command } = segments[reference.part as keyof typeof segments];
  const text = title(module, context) ?? "…";
  const found = command(module, context, analyzed?.findings ?? []);
  if (found === undefined || !context.commands.has(found.command)) return { ...lens, command: plain(text) };
  return { ...lens, command: { title: text, arguments: [target], ...found } };
}

/** The same of a module that is known by itself alone so far: whole, since who resolves a lens asks for the whole project. */
export function earlyCodeLenses(module: ActorModule, context: LensContext): CodeLens[] {
  const alone = { root: context.root, modules: [module], findings: [] };
  return codeLenses(module, context).map((lens) => resolveCodeLens(lens, lens.data as LensReference, alone, context));
}

/** Equal where a client would be shown the same: whether it has to ask again. */
export function lensKey(modules: readonly ActorModule[], contextOf: (module: ActorModule) => LensContext): string {
  return JSON.stringify(
    modules.map((module) => {
      const context = contextOf(module);
      return [module.id, Object.values(segments).map(({ title }) => title(module, context)), module.steps.map(({ from }) => from)];
    }),
  );
}

interface Segment {
  /** Undefined where there is nothing to say. */
  title(module: ActorModule, context: LensContext): string | undefined;
  command(module: ActorModule, context: LensContext, findings: readonly Finding[]): Omit<Command, "title"> | undefined;
}

const segments = {
  version: {
    title: ({ vsn, released }) => (vsn === null ? "vsn unreadable" : released ? `v${vsn}` : `v${vsn} (draft)`),
    command: ({ baseline }) => (baseline === null ? undefined : { command: "instar.showUpgradePlan" }),
  },
  changes: {
    title({ baseline, state, messages }) {
      if (baseline === null) return "never released";
      const count = state.changes.length + messages.changes.length;
      const since = baseline.source === "snapshot" ? `since v${baseline.vsn}` : `since ${baseline.source} v${baseline.vsn}`;
      return count === 0 ? `no change ${since}` : count === 1 ? `1 change ${since}` : `${count} changes ${since}`;
    },
    command: ({ baseline }) => ({ command: baseline === null ? "instar.release" : "instar.compareWithRelease" }),
  },
  steps: {
    title: ({ baseline, codeChange: { up, down } }) =>
      baseline === null || (up === "unneeded" && down === "unneeded") ? undefined : `up ${up}, down ${down}`,
    command(module, { root }, findings) {
      const fix = missingStep(module, root, findings);
      return fix === undefined ? undefined : { command: answerCommand, arguments: [fix] };
    },
  },
  live: {
    title: (_, { live }) => (live === undefined ? undefined : liveText(live)),
    command: ({ vsn }, { live }) => ({
      command: live !== undefined && vsn !== null && vsn !== live.loaded ? "instar.upgrade" : "instar.processes.focus",
    }),
  },
} satisfies Record<string, Segment>;

interface StepCommand {
  readonly title: string;
  readonly command: string;
  fits(module: ActorModule, from: number, context: LensContext): boolean;
}

const stepCommands = {
  rehearse: {
    title: "Rehearse",
    command: "instar.rehearse",
    // What no process would go through on its way to this version cannot be rehearsed.
    fits: ({ vsn, baseline }, from, { live }) =>
      vsn !== null && from < vsn && from >= Math.min(live?.loaded ?? Infinity, ...(live?.versions.keys() ?? []), baseline?.vsn ?? Infinity),
  },
  prove: { title: "Prove", command: "instar.prove", fits: () => true },
  states: {
    title: "Show states",
    command: "instar.showStates",
    fits: (_, from, { live }) => (live?.versions.get(from) ?? 0) > 0,
  },
} satisfies Record<string, StepCommand>;

/** The fix that writes what is missing between the baseline and this version. */
function missingStep({ id, codeChange }: ActorModule, root: string, findings: readonly Finding[]): FixAnswers | undefined {
  if (codeChange.up !== "missing" && codeChange.down !== "missing") return undefined;
  for (const rule of ["state-changed-no-code-change", "code-change-chain-gap", "state-changed-no-down"]) {
    const finding = findings.find((each) => each.rule === rule && (each.module === id || each.modules?.includes(id) === true));
    const fix = finding?.fixes.find(({ suppresses }) => suppresses !== true);
    if (finding !== undefined && fix !== undefined) return referenceTo(root, finding, fix, { renames: {} });
  }
  return undefined;
}

function liveText({ versions, loaded }: LiveModule): string {
  const total = [...versions.values()].reduce((sum, count) => sum + count, 0);
  const others = [...versions]
    .filter(([vsn]) => vsn !== loaded)
    .toSorted(([a], [b]) => a - b)
    .map(([vsn, count]) => `${count} on v${vsn}`);
  return others.length === 0 ? `${total} live on v${loaded}` : `${total} live (${others.join(", ")})`;
}

/** What no click does anything with. */
function plain(title: string): Command {
  return { title, command: "" };
}
