/** The shapes of one actor module at one version: what a snapshot holds. */
import { hasUnresolved, type Shape, type TupleShape } from "./shape.ts";
import type { Location } from "./span.ts";

export interface ProtocolShapes {
  /** Name of the protocol's interface. */
  readonly name: string;
  readonly state: Shape;
  readonly calls: readonly Message[];
  readonly casts: readonly Message[];
  readonly infos: readonly Message[];
}

export interface Message {
  readonly name: string;
  readonly args: TupleShape;
  /** Only calls have one. */
  readonly reply: Shape | null;
  /** Where its name is declared; only for what is read from the project's source. */
  readonly declared?: Location;
}

export const sections = ["calls", "casts", "infos"] as const;
export type Section = (typeof sections)[number];

/** Whether a type of the state or of a message cannot be found: verdicts are worth nothing then. */
export function isUnresolved(protocol: ProtocolShapes): boolean {
  const messages = sections.flatMap((section) => protocol[section]);
  return [protocol.state, ...messages.flatMap(({ args, reply }) => [args, ...(reply === null ? [] : [reply])])].some(hasUnresolved);
}
