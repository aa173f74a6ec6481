/** `.instar/` under the project root: made with a `.gitignore` of its own, so that only the releases in it are committed. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Creates the folder where it is missing, and leaves an existing `.gitignore` as it is. @returns the folder's path */
export function ensureInstarFolder(root: string): string {
  const folder = join(root, ".instar");
  mkdirSync(folder, { recursive: true });
  const ignore = join(folder, ".gitignore");
  if (!existsSync(ignore)) {
    const temporary = `${ignore}.${process.pid}.tmp`;
    writeFileSync(
      temporary,
      "# Written by Instar: snapshots are committed, the rest belongs to this machine.\n/*\n!/.gitignore\n!/releases/\n",
    );
    renameSync(temporary, ignore);
  }
  return folder;
}
