/**
 * Version 2 of the chat, and a later draft of it, as edits of version 1: what a developer would type. The steps between the versions are
 * not here, and `vsn` is not raised, because `instar fix` writes both.
 */

export interface Edit {
  /** From the root of the example. */
  readonly file: string;
  /** Text that the file contains; all its occurrences are replaced. */
  readonly find: string;
  readonly replace: string;
}

/** The shared record changes its arity; the room's state renames one field and gains another. */
export const version2: readonly Edit[] = [
  {
    file: "src/message.ts",
    find: "readonly [from: string, text: string]",
    replace: "readonly [from: string, text: string, at: number]",
  },
  { file: "src/message.ts", find: "return [from, text];", replace: "return [from, text, Date.now()];" },
  { file: "src/room.actor.ts", find: "readonly title: string;", replace: "readonly name: string;\n  readonly topic: string;" },
  { file: "src/room.actor.ts", find: "init: (title) => ({ title,", replace: 'init: (name) => ({ name, topic: "",' },
  { file: "src/room.actor.ts", find: "reply(state.title)", replace: "reply(state.name)" },
];

/** The draft edited again, once `instar fix` has written the step from version 1: one more field, under the same `vsn`. */
export const version2Again: readonly Edit[] = [
  { file: "src/room.actor.ts", find: "readonly topic: string;", replace: "readonly topic: string;\n  readonly pinned: string | null;" },
  { file: "src/room.actor.ts", find: 'topic: ""', replace: 'topic: "", pinned: null' },
];

/** The text after these edits of one file. @throws where an edit does not fit, so that the edits cannot fall behind version 1. */
export function edited(file: string, text: string, edits: readonly Edit[]): string {
  let after = text;
  for (const edit of edits) {
    if (edit.file !== file) continue;
    if (!after.includes(edit.find)) throw new Error(`${file} does not contain ${JSON.stringify(edit.find)}, which an edit replaces.`);
    after = after.replaceAll(edit.find, edit.replace);
  }
  return after;
}
