/** The words and signs of TypeScript that the parser without the compiler tells apart. */

/** Words that are no names; some are under certain circumstances, which the compiler knows. */
export const reserved = words(
  "break case catch class const continue debugger default delete do else enum export extends false finally for function if import in",
  "instanceof new null return super switch this throw true try typeof var void while with",
  "implements interface let package private protected public static yield await",
);

export const typeOperators = words("keyof unique readonly infer");
export const parameterModifiers = words("public private protected readonly override");
/** What may stand before a member's name in some places, and is an error in others. */
export const memberModifiers = words(
  "get set public private protected static abstract async declare override export accessor readonly const default in out",
);
export const classModifiers = words("public private protected static readonly override abstract async get set");

export const prefixes = words("+ - ~ ! ++ --");
export const operators = words("+ - * / % ** << >> >>> < > <= >= == != === !== & | ^ && || ??");
export const assignments = words("= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??=");

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(" ")));
}
