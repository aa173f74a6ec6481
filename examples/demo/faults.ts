/** Faults that a test injects into version 2's room, to show that the demo notices: each happens to exactly one message. */
import type { Edit } from "../chat/version-2.ts";

const line = 'for (const member of state.members) member.cast("heard", message);';

/** The flag is global, because every version of the module has variables of its own. */
const once = (body: string): readonly Edit[] => [
  {
    file: "src/room.actor.ts",
    find: line,
    replace: `const all = globalThis as { fault?: unknown };\n  ${body}\n  ${line}`,
  },
];

export const faults: Readonly<Record<string, readonly Edit[]>> = {
  "drop-one": once("if (all.fault === undefined) {\n    all.fault = true;\n    return state;\n  }"),
  "duplicate-one": once('if (all.fault === undefined) state.members[0]?.cast("heard", (all.fault = message));'),
  "reorder-two": once(
    "if (all.fault === undefined) {\n    all.fault = { state, message };\n    return { ...state, posted: state.posted + 1 };\n  }\n" +
      "  const held = all.fault as { state: State; message: Message } | null;\n" +
      '  if (held?.state.name === state.name) {\n    for (const member of state.members) member.cast("heard", message);\n' +
      '    for (const member of state.members) member.cast("heard", held.message);\n    all.fault = null;\n' +
      "    return { ...state, posted: state.posted + 1 };\n  }",
  ),
};
