/** Faults that a test injects into version 2's room, to show that the demo notices: each happens to one message, once. */
import type { Edit } from "../chat/version-2.ts";

const passOn = 'for (const member of state.members) member.cast("heard", said);';

/** What happened already is kept globally, because every version of the module has variables of its own. */
const fault = (body: string): readonly Edit[] => [
  {
    file: "src/room.actor.ts",
    find: `  ${passOn}`,
    replace: `  const kept = globalThis as { fault?: { readonly room: string; readonly said: Message } | null };${body}\n  ${passOn}`,
  },
];

export const faults: Readonly<Record<string, readonly Edit[]>> = {
  "drop-one": fault(`
  if (kept.fault === undefined) {
    kept.fault = null;
    return state;
  }`),
  "duplicate-one": fault(`
  if (kept.fault === undefined) {
    kept.fault = null;
    ${passOn}
  }`),
  "reorder-two": fault(`
  if (kept.fault === undefined) {
    kept.fault = { room: state.name, said };
    return { ...state, posted: state.posted + 1 };
  }
  if (kept.fault?.room === state.name) {
    ${passOn}
    said = kept.fault.said;
    kept.fault = null;
  }`),
};
