/** Which messages can meet code of the other version, by how the project rolls out its changes. */
import type { Configuration } from "../configuration.ts";
import type { Section } from "../protocol-shapes.ts";
import type { Severity } from "../rule.ts";

/** `backward`: the new code gets messages of the old; `forward`: the old code gets messages of the new. */
export type Direction = "backward" | "forward";

export interface Exposure {
  /** Processes of both versions send each other messages. */
  readonly mixed: boolean;
  /** Processes live on: messages that wait in a mailbox when an upgrade comes are handled after it. */
  readonly queued: boolean;
  /** The way back is relied upon. */
  readonly back: boolean;
}

type Rollout = Pick<Configuration, "preset" | "strategy">;

export function exposureOf({ preset, strategy }: Rollout): Exposure {
  const mixed = preset === "rolling" || strategy === "blue-green";
  return { mixed, queued: strategy === null || strategy === "hot", back: preset === "rollback" };
}

/** Infos come from the timers of the process itself, and from no process of another version. */
export function exposureIn(exposure: Exposure, section: Section): Exposure {
  return section === "infos" ? { ...exposure, mixed: false } : exposure;
}

/**
 * How much it weighs that one version does not understand a message of the other; null where the two never meet.
 * @param otherwise what counts on one node, where only the way back brings old code a message of the new.
 */
export function severityIn(exposure: Exposure, direction: Direction, certain: boolean, otherwise: Severity | null): Severity | null {
  const { mixed, queued, back } = exposure;
  if (!mixed && !queued) return null;
  if (mixed || back || direction === "backward") return certain ? "error" : "warning";
  return otherwise;
}

export function lowered(severity: Severity): Severity {
  return severity === "error" ? "warning" : "info";
}
