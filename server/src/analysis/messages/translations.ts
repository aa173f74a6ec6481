/** What the steps between a module's baseline and its source do with messages that are queued, and where its source speaks of messages. */
import type { Translation } from "../bodies/actor-messages.ts";
import type { Bodies } from "../bodies/bodies.ts";
import type { ModuleFacts } from "../facts.ts";
import type { Location } from "../span.ts";
import type { MessageName } from "./changed-messages.ts";
import type { Direction } from "./exposure.ts";

/** What becomes of a queued message, by the steps from a version up to this one; `none`: it is handed over as it is. */
export function translationOf(bodies: Bodies, { source }: ModuleFacts, since: number, name: string, direction: Direction): Translation {
  const inRange = (from: number) => from >= since && from < (source.vsn ?? 0);
  const found = new Set<Translation>();
  for (const each of bodies.of("actorMessages", source.file)) {
    if (each.what === "open" && (each.from === null ? (source.vsn ?? 0) > since : inRange(each.from))) found.add("open");
    if (each.what === "translated" && each.name === name && inRange(each.from)) found.add(direction === "backward" ? each.up : each.down);
  }
  return (["drop", "function", "open"] as const).find((each) => found.has(each)) ?? "none";
}

/** Where a message is declared; for one that is gone, its protocol, or its actor, if that is in another file. */
export function placeOf(bodies: Bodies, { source, module }: ModuleFacts, message: MessageName | null): Location {
  const declared = message === null ? undefined : source.protocol[message.section].find(({ name }) => name === message.name)?.declared;
  if (declared !== undefined) return declared;
  const protocol = bodies.of("actorMessages", source.file).find((each) => each.what === "protocol" && each.name === source.protocol.name);
  return { file: source.file, range: protocol !== undefined && "range" in protocol ? protocol.range : module.ranges.actor };
}

/** Where a message is handled, in whichever section. */
export function handlerOf(bodies: Bodies, { source }: ModuleFacts, { section, name }: MessageName): Location | null {
  const found = bodies
    .of("actorMessages", source.file)
    .find((each) => each.what === "handled" && each.section === section && each.name === name);
  return found !== undefined && "range" in found ? { file: source.file, range: found.range } : null;
}

/** Where the release that is compared with says it; null where it is compared with something else. */
export function releasedPlace({ baseline, snapshots }: ModuleFacts, { section, name }: MessageName, vsn = baseline?.vsn): Location | null {
  if (baseline === null || (baseline.source !== "snapshot" && vsn === baseline.vsn)) return null;
  const snapshot = snapshots.find((each) => each.vsn === vsn);
  if (snapshot === undefined) return null;
  const lines = snapshot.text.split(/\r?\n/);
  const head = lines.findIndex((line) => line.trimStart().startsWith(`${section}: {`));
  const at = lines.findIndex((line, index) => index > head && new RegExp(`^\\s+"?${name.replaceAll(/[^\w]/g, "\\$&")}"?\\(`).test(line));
  const line = lines[at];
  if (head < 0 || line === undefined) return null;
  const start = line.length - line.trimStart().length + 1;
  return { file: snapshot.file, range: { start: { line: at + 1, column: start }, end: { line: at + 1, column: line.length + 1 } } };
}
