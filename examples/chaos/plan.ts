/** What chaos does, made of a seed alone, so that a run can be repeated. When exactly things meet is not: they run on a real machine. */
import { seededRandom } from "../../runtime/src/seeded-random.ts";
import { versions, type Version } from "./versions.ts";

export const kinds = [
  "upgrade",
  "upgrade",
  "upgrade",
  "downgrade",
  "rollback",
  "rehearse",
  "restart",
  "window",
  "blue-green",
  "kill",
  "restart process",
  "restart storm",
  "restarts without end",
  "suspend",
  "kill application",
  "restart application",
  "step throws",
  "step returns a wrong state",
  "step returns a promise",
  "step loops",
  "broken source",
  "cancel",
  "lost connection",
  "two at once",
  "kill in the middle",
  "probation",
] as const;
export type Kind = (typeof kinds)[number];

export interface Operation {
  readonly number: number;
  readonly kind: Kind;
  /** Where it is to go; the next one, where that is what runs. */
  readonly version: Version;
  readonly strategy: "hot" | "restart" | "window" | "blue-green";
  /** Which process, and how early or late: from 0 to below 1. */
  readonly victim: number;
  readonly moment: number;
}

/** Each kind comes up once before any comes up again. */
export function planChaos(seed: number, operations: number): Operation[] {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let deck: Kind[] = [];
  return Array.from({ length: operations }, (_, at) => {
    if (deck.length === 0) deck = shuffled(kinds, random);
    const kind = deck.pop() as Kind;
    const strategy = pick(["hot", "hot", "restart", "window", "blue-green"] as const);
    return { number: at + 1, kind, version: pick(versions), strategy, victim: random(), moment: random() };
  });
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const rest = [...list];
  for (let at = rest.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [rest[at], rest[other]] = [rest[other] as T, rest[at] as T];
  }
  return rest;
}
