/**
 * What was read of a commit, kept in `.instar/cache/` by the ids of the blobs that it was read from: another commit with the same blobs is
 * read already, whatever has changed in the working copy or beside the sources.
 */
import { hash as digest } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import atomically from "write-file-atomic";
import type { Reading } from "./analysis/facts.ts";
import { packGraph, unpackGraph } from "./pack-graph.ts";
import { givesSame, type IdentifiedHost, type RecordedAnswer } from "./recording-host.ts";

/** Raised when an older version would misread what this one writes. */
const format = 2;

interface Kept {
  readonly format: number;
  readonly engine: string;
  readonly answers: readonly RecordedAnswer[];
  readonly readings: ReturnType<typeof packGraph>;
}

/** Undefined where there are none, or others, or the file is damaged. */
export function recallReadings(root: string, engine: string, host: IdentifiedHost): readonly Reading[] | undefined {
  try {
    const whole = readFileSync(fileOf(root), "utf8");
    const text = whole.slice(33);
    if (digest("md5", text) !== whole.slice(0, 32)) return undefined;
    const kept = JSON.parse(text) as Kept;
    if (kept.format !== format || kept.engine !== engine || !givesSame(host, kept.answers)) return undefined;
    return unpackGraph(kept.readings) as readonly Reading[];
  } catch {
    return undefined;
  }
}

/** What cannot be kept costs nothing but time. */
export function keepReadings(root: string, engine: string, answers: readonly RecordedAnswer[], readings: readonly Reading[]): void {
  if (!existsSync(join(root, ".instar"))) return;
  try {
    const text = JSON.stringify({ format, engine, answers, readings: packGraph(readings) } satisfies Kept);
    mkdirSync(join(root, ".instar/cache"), { recursive: true });
    atomically.sync(fileOf(root), `${digest("md5", text)}\n${text}`);
  } catch {
    // A folder that cannot be written to.
  }
}

function fileOf(root: string): string {
  return join(root, ".instar/cache/tree.json");
}
