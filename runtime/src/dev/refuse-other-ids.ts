/**
 * `refuseOtherIds`: a build whose files would be other modules than those that run from the same files is refused before anything begins. Of
 * compiled code that is so where source maps are missing or lead elsewhere, most often since it was compiled for a folder of another depth.
 */
import { dirname, relative } from "node:path";
import type { BuiltFile } from "./built-file.ts";
import type { LoadedVersion } from "./child-protocol.ts";
import { DevError } from "./dev-error.ts";
import { describeMap } from "./module-id.ts";

/** @throws DevError `INSTAR_KIND_CHANGED` */
export function refuseOtherIds(
  root: string,
  {
    running,
    files,
    keepsId,
  }: {
    readonly running: readonly LoadedVersion[];
    readonly files: ReadonlyMap<string, BuiltFile>;
    /** Whether a module has an id that does not come from its path, in the new code. */
    readonly keepsId: (module: LoadedVersion) => boolean;
  },
): void {
  const pinned = new Set(running.filter(keepsId).map(({ file }) => file));
  // Modules first; then what they are made of, to which their states may refer by `mfa`.
  const own = running.flatMap(({ file, closure }) => closure.filter((built) => built.file === file));
  const all = new Map([...own, ...running.flatMap(({ closure }) => closure)].map((built) => [built.file, built]));
  const changed = [...all.values()].flatMap(({ file, id }) => {
    const next = files.get(file);
    return next === undefined || next.id === id || pinned.has(file) ? [] : [{ file, from: id, to: next.id }];
  });
  const [first, ...others] = changed;
  if (first === undefined) return;
  const path = relative(root, first.file);
  const more = others.length === 0 ? "" : `, and ${others.length} more likewise`;
  throw new DevError(
    "INSTAR_KIND_CHANGED",
    `in this build ${path} would be the module ${first.to}, and it runs as ${first.from}${more}; so its processes would have no code. ` +
      `A compiled module is known by the source that its source map names, and the source map of ${path} ${describeMap(root, first.file)}. ` +
      `Build with source maps (tsc: sourceMap) into a folder as deep in the project as ${dirname(path)}, copy that to where it is deployed, and ` +
      "upgrade then; docs/deployed.md has the steps.",
    { module: first.from, place: { file: first.file, line: 1, column: 1 } },
  );
}
