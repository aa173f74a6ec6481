/** The code lens above `actor(`: the version, what changed since the release, which steps are there, and how many processes live. */
import type { CodeLens, Command } from "vscode-languageserver";
import type { ActorModule } from "../analysis/model.ts";
import { toLspRange } from "../to-lsp.ts";

/** What a connected runtime says of one module. */
export interface LiveModule {
  /** How many processes run each version. */
  readonly versions: ReadonlyMap<number, number>;
  /** The version that new processes get. */
  readonly loaded: number;
}

/**
 * The lenses of one module, each segment a lens of its own, for example
 * `v2 (draft)`, `2 changes since v1`, `up missing, down missing`, `12 live (3 on v1)`.
 * @param commands those that the client has; a segment without one is plain text.
 */
export function codeLenses(module: ActorModule, live: LiveModule | undefined, commands: ReadonlySet<string>): CodeLens[] {
  const range = toLspRange(module.ranges.actor);
  const segments: { title: string; command?: string }[] = [{ title: versionText(module) }];
  const changes = changesText(module);
  if (changes !== undefined) segments.push({ title: changes });
  const steps = stepsText(module);
  if (steps !== undefined) segments.push({ title: steps });
  if (live !== undefined) segments.push({ title: liveText(live), command: "instar.processes.focus" });
  return segments.map(({ title, command }) => ({
    range,
    command: { title, command: command !== undefined && commands.has(command) ? command : "" } satisfies Command,
  }));
}

function versionText({ vsn, released }: ActorModule): string {
  if (vsn === null) return "vsn unreadable";
  return released ? `v${vsn}` : `v${vsn} (draft)`;
}

function changesText({ baseline, state, messages }: ActorModule): string | undefined {
  if (baseline === null) return "never released";
  const count = state.changes.length + messages.changes.length;
  const since = baseline.source === "snapshot" ? `since v${baseline.vsn}` : `since ${baseline.source} v${baseline.vsn}`;
  return count === 0 ? `no change ${since}` : count === 1 ? `1 change ${since}` : `${count} changes ${since}`;
}

function stepsText({ baseline, codeChange: { up, down } }: ActorModule): string | undefined {
  if (baseline === null || (up === "unneeded" && down === "unneeded")) return undefined;
  return `up ${up}, down ${down}`;
}

function liveText({ versions, loaded }: LiveModule): string {
  const total = [...versions.values()].reduce((sum, count) => sum + count, 0);
  const others = [...versions]
    .filter(([vsn]) => vsn !== loaded)
    .toSorted(([a], [b]) => a - b)
    .map(([vsn, count]) => `${count} on v${vsn}`);
  return others.length === 0 ? `${total} live on v${loaded}` : `${total} live (${others.join(", ")})`;
}
