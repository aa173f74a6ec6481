/**
 * The one door to the TypeScript compiler: no other file of the analysis names the package, so a change of compiler ends here. Whoever
 * must start fast imports the analysis late; TypeScript takes most of a second to load.
 */
import { getLibFiles } from "@ts-morph/common";
import { ts } from "ts-morph";

export { ts };

/** Where the standard library's declarations seem to lie; they come out of the compiler's package, not from the disk. */
export const libFolder = "/@instar/lib";

/** Text of a file of the standard library. */
export function libText(path: string): string | undefined {
  if (!path.startsWith(`${libFolder}/`)) return undefined;
  texts ??= new Map(getLibFiles().map(({ fileName, text }) => [`${libFolder}/${fileName}`, text]));
  return texts.get(path);
}

let texts: Map<string, string> | undefined;
