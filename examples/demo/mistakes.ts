/** Two mistakes that the compiler and the analysis let pass, as edits of version 2: one that a rehearsal finds, and one that only real work does. */
import type { Edit } from "../chat/version-2.ts";

const room = "src/room.actor.ts";

const said = { step: 'topic: "",\n        members: old.members', better: "topic: old.log[0]![1],\n        members: old.members" };

/** The step is to be cleverer: the first thing that was said becomes the topic. Not every room has heard something. */
export const cleverStep: readonly Edit[] = [{ file: room, find: said.step, replace: said.better }];
export const plainStep: readonly Edit[] = [{ file: room, find: said.better, replace: said.step }];

const posted = "const after = passOn(state, message(from, text));\n      return reply(after.posted, after);";
const topic = (pattern: string): string => `if (text.startsWith("/topic ")) {
        const [, topic] = text.match(${pattern})!;
        return reply(state.posted, { ...state, topic: topic! });
      }
      ${posted}`;

/** "/topic tea" is to say what a room is about. The colon is one too many. */
export const topicWithSlip: readonly Edit[] = [{ file: room, find: posted, replace: topic("/^\\/topic: (.+)/") }];
export const topicMended: readonly Edit[] = [{ file: room, find: "topic: (.+)/", replace: "topic (.+)/" }];
