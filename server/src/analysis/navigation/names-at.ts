/** The names that may stand at a place in a text, by a look at its line alone. */
import type { Position } from "../span.ts";

export interface NameAt {
  readonly name: string;
  readonly quoted: boolean;
}

/** What stands between quotes comes first: names of messages need not be identifiers. A cursor at an end of a name is in it. */
export function namesAt(text: string, { line, column }: Position): readonly NameAt[] {
  const whole = text.split(/\r\n|[\n\r]/)[line - 1] ?? "";
  const [before, after] = [whole.slice(0, column - 1), whole.slice(column - 1)];
  const names: NameAt[] = [];
  for (const quote of [`"`, "'", "`"]) {
    const [start, end] = [before.lastIndexOf(quote), after.indexOf(quote)];
    const name = start < 0 || end < 0 ? "" : before.slice(start + 1) + after.slice(0, end);
    if (name !== "" && !/["'`\\]/.test(name)) names.push({ name, quoted: true });
  }
  const [start, end] = [/[\p{ID_Continue}$]*$/u.exec(before)?.[0] ?? "", /^[\p{ID_Continue}$]*/u.exec(after)?.[0] ?? ""];
  const name = start + end;
  const [left, right] = [before.slice(0, before.length - start.length), after.slice(end.length)];
  // Of what is not quoted, only keys and members name messages.
  const isKey = /^[\p{ID_Start}$_]/u.test(name) && !/\.\s*$/.test(left) && /^\s*(?:[:(<,}?]|$)/.test(right);
  if (isKey && !names.some((each) => each.name === name)) names.push({ name, quoted: false });
  return names;
}
