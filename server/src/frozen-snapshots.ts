/** Snapshots that are not this branch's alone: what the commit has where this branch began is frozen. */
import { askGit, GitError, repositoryOf } from "./git.ts";

export interface FrozenSnapshots {
  /** The branch that others have. */
  readonly name: string;
  /** As they were asked for. */
  readonly files: readonly string[];
}

/** @param files absolute, below the root. Null where there is no git, or no branch that others have. */
export function frozenSnapshots(root: string, files: readonly string[]): FrozenSnapshots | null {
  try {
    const { prefix } = repositoryOf(root);
    const own = askGit(root, ["symbolic-ref", "--quiet", "--short", "HEAD"]).text.trim();
    for (const name of ["origin/HEAD", "origin/main", "origin/master", "main", "master"]) {
      // The commits of a branch that is in no other place are nobody else's.
      const base = name === own ? undefined : askGit(root, ["merge-base", name, "HEAD"]);
      if (base?.ok !== true) continue;
      const commit = base.text.trim();
      const there = files.filter((file) => askGit(root, ["cat-file", "-e", `${commit}:${prefix}${file.slice(root.length + 1)}`]).ok);
      return { name, files: there };
    }
    return null;
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}
