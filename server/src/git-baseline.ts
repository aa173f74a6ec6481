/** A git ref as what a project is compared with. */
import type { Against } from "./analysis/baselines.ts";
import type { Note } from "./analysis/model.ts";
import { askGit } from "./git.ts";
import { resolveRef } from "./git-ref.ts";
import { GitTree } from "./git-tree.ts";
import type { WorkspaceAgainst } from "./late-workspace.ts";
import { RecordingHost } from "./recording-host.ts";
import { keepReadings, recallReadings } from "./tree-memory.ts";

export interface GitBaseline extends WorkspaceAgainst {
  readonly name: string;
  readonly commit: string;
  /** Whether what is compared with it is in no commit yet, in parts at least. */
  readonly uncommitted: boolean;
  open(...given: Parameters<WorkspaceAgainst["open"]>): Against;
}

/**
 * @param mergeBase means the commit where this branch left the ref.
 * @throws GitError
 */
export function gitBaseline(root: string, ref: string, mergeBase: boolean): GitBaseline {
  const { repository, name, commit, note } = resolveRef(root, ref, mergeBase);
  const notes: Note[] = note === null ? [] : [{ code: "INSTAR_BASELINE_REMOTE", module: null, message: note }];
  return {
    name,
    commit,
    key: `${commit} ${name} ${repository.top}`,
    uncommitted: askGit(root, ["status", "--porcelain", "--", "."]).text !== "",
    open(disk, engine) {
      const tree = new GitTree(root, repository, commit, disk);
      if (!tree.hasProject) {
        notes.push({
          code: "INSTAR_BASELINE_EMPTY",
          module: null,
          message: `${name} has nothing in ${repository.prefix || "."}, so every module is new. If the folder was called otherwise there, compare from a checkout of that commit.`,
        });
      }
      const missing = (): Note[] =>
        [...tree.missing].map((path) => ({
          code: "INSTAR_BASELINE_SUBMODULE",
          module: null,
          message: `The submodule ${path} is not here in the commit that ${name} wants, so types from it are unknown there. Bring it with: git submodule update --init ${path} && git -C ${path} fetch`,
        }));
      const host = new RecordingHost(tree);
      return {
        host,
        name,
        recall: () => (engine === null ? undefined : recallReadings(root, engine, tree)),
        keep(readings) {
          if (engine !== null) keepReadings(root, engine, host.answers, readings);
        },
        notes: () => [...notes, ...missing()],
      };
    },
  };
}
