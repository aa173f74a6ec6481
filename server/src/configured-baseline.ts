/** What a project's configuration names as its baseline, as the language server compares with it. */
import { GitError } from "./git.ts";
import { gitBaseline } from "./git-baseline.ts";
import type { WorkspaceAgainst } from "./late-workspace.ts";

export interface ConfiguredBaseline {
  /** Undefined: the newest snapshots. */
  readonly against: WorkspaceAgainst | undefined;
  /** Stands for the same contents; null for the snapshots. */
  readonly key: string | null;
  /** Why the ref cannot be read, in words for people. */
  readonly problem: string | null;
}

export function configuredBaseline(root: string, ref: string | null): ConfiguredBaseline {
  if (ref === null) return { against: undefined, key: null, problem: null };
  try {
    const against = gitBaseline(root, ref, false);
    return { against, key: against.key, problem: null };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return { against: undefined, key: null, problem: error.message };
  }
}
