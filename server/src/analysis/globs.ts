/** Whether paths fit to globs. */
import picomatch from "picomatch";

/** @param globs as a configuration has them: from the root, with `/`; a folder means all that is in it. */
export function matcher(globs: readonly string[]): (path: string) => boolean {
  const all = globs.map((glob) => glob.replace(/^\.\//, "").replace(/\/+$/, "")).flatMap((glob) => [glob, `${glob}/**`]);
  // Pure: what a path looks like does not depend on the machine.
  const matches = picomatch(all, { dot: true, windows: false });
  return (path) => matches(path);
}
