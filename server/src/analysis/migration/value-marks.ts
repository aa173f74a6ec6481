/** What stands around a first value that is a guess, in a drafted step: characters that no source has. */
export const valueMarks = { start: "\uE000", end: "\uE001" } as const;
