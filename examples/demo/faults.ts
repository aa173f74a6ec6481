/** The fault that a test injects into version 2's room, to show that the demo notices: one message is dropped, once. */
import type { Edit } from "../chat/version-2.ts";

const passOn = 'for (const member of state.members) member.cast("heard", said);';

/** What happened already is kept globally, because every version of the module has variables of its own. */
const dropOne = `const kept = globalThis as { dropped?: true };
  if (kept.dropped === undefined) {
    kept.dropped = true;
    return state;
  }`;

export const faults: Readonly<Record<string, readonly Edit[]>> = {
  "drop-one": [{ file: "src/room.actor.ts", find: passOn, replace: `${dropOne}\n  ${passOn}` }],
};
