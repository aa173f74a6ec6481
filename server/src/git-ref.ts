/** What a person means by a git ref: one commit, or a message that says which command brings it here. */
import { askGit, GitError, repositoryOf, type Repository } from "./git.ts";

export interface ResolvedRef {
  readonly repository: Repository;
  /** As messages call it: `main`, `the merge base with main`. */
  readonly name: string;
  /** The whole object id. */
  readonly commit: string;
  /** What is not quite what was asked for, for people; null where it is. */
  readonly note: string | null;
}

/**
 * @param mergeBase means the commit where this branch left the ref.
 * @throws GitError
 */
export function resolveRef(root: string, ref: string, mergeBase: boolean): ResolvedRef {
  const repository = repositoryOf(root);
  const found = commitOf(root, ref);
  const remote = found === undefined ? remoteBranch(root, ref) : undefined;
  const commit = found ?? remote?.commit;
  if (commit === undefined) throw unknownRef(root, ref, repository);
  const name = remote?.name ?? ref;
  const note =
    remote === undefined ? null : `There is no branch or tag ${ref} here, so ${remote.name} is compared with, as it was last fetched.`;
  if (!mergeBase) return { repository, name, commit, note };
  const base = askGit(root, ["merge-base", commit, "HEAD"]);
  if (base.ok) return { repository, name: `the merge base with ${name}`, commit: base.text.trim(), note };
  if (commitOf(root, "HEAD") === undefined) {
    throw new GitError(
      "INSTAR_NO_MERGE_BASE",
      `This branch has no commits yet, so it has no merge base with ${name}. Commit something, or leave out --merge-base.`,
    );
  }
  throw new GitError(
    "INSTAR_NO_MERGE_BASE",
    repository.shallow
      ? `This clone is shallow, and the commit where this branch left ${name} is not among its commits. Bring more of them with: git fetch --deepen=100; ` +
          "or all of them: git fetch --unshallow (in GitHub Actions: fetch-depth: 0 for actions/checkout)."
      : `${name} and the current commit have no common ancestor. Compare with ${name} itself: leave out --merge-base.`,
  );
}

function commitOf(root: string, ref: string): string | undefined {
  // What begins with a dash would be an option of git's.
  if (ref === "" || ref.startsWith("-")) return undefined;
  // All that follows is text to look for in messages, `^{commit}` too.
  const object = ref.startsWith(":/") ? objectOf(root, ref) : ref;
  return object === undefined ? undefined : objectOf(root, `${object}^{commit}`);
}

/** Undefined also for what stands for more than one object, such as `^main`. */
function objectOf(root: string, name: string): string | undefined {
  const answer = askGit(root, ["rev-parse", "--verify", "--quiet", name]);
  const id = answer.text.trim();
  return answer.ok && /^[0-9a-f]+$/.test(id) ? id : undefined;
}

/** CI checks out one branch, and knows the others by their remote alone. */
function remoteBranch(root: string, ref: string): { readonly name: string; readonly commit: string } | undefined {
  const remotes = askGit(root, ["remote"]).text.split("\n").filter(Boolean);
  const names = [...new Set([...(remotes.includes("origin") ? ["origin"] : []), ...remotes])].map((remote) => `${remote}/${ref}`);
  for (const name of names) {
    const commit = commitOf(root, `refs/remotes/${name}`);
    if (commit !== undefined) return { name, commit };
  }
  return undefined;
}

function unknownRef(root: string, ref: string, { top, shallow }: Repository): GitError {
  const known = askGit(root, ["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"]).text;
  const remotes = askGit(root, ["remote"]).text.split("\n").filter(Boolean);
  const wanted = ref.toLowerCase();
  const close = known
    .split("\n")
    .filter((name) => name !== "" && name !== ref && (name.toLowerCase().includes(wanted) || wanted.includes(name.toLowerCase())))
    .slice(0, 3);
  const hint = close.length > 0 && wanted !== "" ? ` Did you mean ${close.join(" or ")}?` : "";
  const isObject = !ref.startsWith("-") && askGit(root, ["cat-file", "-e", ref]).ok;
  const back = /[~^]/.test(ref);
  const way = isObject
    ? " It is not a commit; name a branch, a tag or a commit."
    : shallow
      ? ` This clone is shallow, so it may be among what was left out. Bring it with: ${back ? "git fetch --deepen=100" : "git fetch --unshallow --tags"} (in GitHub Actions: fetch-depth: 0 for actions/checkout).`
      : remotes.length > 0
        ? " If a remote has it, bring it with: git fetch --all --tags"
        : "";
  return new GitError("INSTAR_UNKNOWN_REF", `There is no commit, branch or tag ${ref === "" ? '""' : ref} in ${top}.${hint}${way}`);
}
