/** The versions of a module as far as they are known: its releases, and the source as it is now. */
import type { ModuleFacts } from "../facts.ts";
import type { ProtocolShapes } from "../protocol-shapes.ts";

export interface Version {
  readonly vsn: number;
  /** Null where its snapshot cannot be read. */
  readonly shapes: ProtocolShapes | null;
  /** Whether it is the source, though this version is released. */
  readonly edited: boolean;
}

/** Ascending; the last one is the source's own, which may be the same as the release before it. Nothing where the source does not say its version. */
export function versionsOf({ source, snapshots, released }: ModuleFacts): readonly Version[] {
  const { vsn: current, protocol } = source;
  if (current === null) return [];
  const before = snapshots.filter(({ vsn }) => vsn <= current);
  return [
    ...before.map(({ vsn, parsed }): Version => {
      // With pids under the names that their protocols have now.
      const state = released.find((each) => each.vsn === vsn)?.state;
      return { vsn, shapes: parsed.kind === "ok" ? { ...parsed.shapes, state: state ?? parsed.shapes.state } : null, edited: false };
    }),
    { vsn: current, shapes: protocol, edited: before.at(-1)?.vsn === current },
  ];
}
