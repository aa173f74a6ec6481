/** Asks git's plumbing, and says in our words what it cannot answer. Nothing here writes to a repository or looks at its working tree. */
import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { slashed } from "./project-root.ts";

/** A baseline that git cannot give. The message says what is missing and which command brings it. */
export class GitError extends Error {
  readonly code: "INSTAR_GIT_MISSING" | "INSTAR_GIT_FAILED" | "INSTAR_NOT_A_REPOSITORY" | "INSTAR_UNKNOWN_REF" | "INSTAR_NO_MERGE_BASE";

  constructor(code: GitError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

export interface GitAnswer {
  readonly ok: boolean;
  readonly bytes: Buffer;
  readonly text: string;
  /** What git complained about. */
  readonly error: string;
}

/** @throws GitError where git is not there, or does not even start to work in this folder. */
export function askGit(folder: string, args: readonly string[], input?: string): GitAnswer {
  const { error, status, stdout, stderr } = spawnSync("git", ["-C", folder, ...args], {
    input: input ?? "",
    maxBuffer: 2 ** 31,
    windowsHide: true,
    // Its complaints are told apart by their words, and no editor or daemon of its own is to wait for us.
    env: { ...process.env, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" },
  });
  if (error !== undefined && "code" in error && error.code === "ENOENT") {
    throw new GitError(
      "INSTAR_GIT_MISSING",
      "The command git was not found, and only git can say what a ref stands for. Install git, or leave out --against, or 'baseline' in the configuration, to compare with the newest snapshots.",
    );
  }
  if (error !== undefined) throw new GitError("INSTAR_GIT_FAILED", `git ${args[0]} could not be run in ${folder}: ${error.message}`);
  return { ok: status === 0, bytes: stdout, text: stdout.toString("utf8"), error: stderr.toString("utf8").trim() };
}

export interface Repository {
  /** Where its working tree begins, absolute. */
  readonly top: string;
  /** From there down to the project, with `/` at the end; empty where the project is all of it. */
  readonly prefix: string;
  /** Whether old commits are left out of this clone. */
  readonly shallow: boolean;
}

/** @throws GitError where the folder is not in the working tree of a repository. */
export function repositoryOf(root: string): Repository {
  const answer = askGit(root, ["rev-parse", "--show-toplevel", "--show-prefix", "--is-shallow-repository"]);
  if (answer.ok) {
    const [top = "", prefix = "", shallow] = answer.text.split("\n");
    return { top: slashed(realpathSync(top)), prefix, shallow: shallow === "true" };
  }
  if (/dubious ownership/.test(answer.error)) {
    throw new GitError(
      "INSTAR_GIT_FAILED",
      `git does not read the repository around ${root}, because it belongs to somebody else. If you trust it: git config --global --add safe.directory <its folder>`,
    );
  }
  if (/not a git repository|must be run in a work tree/.test(answer.error)) {
    throw new GitError(
      "INSTAR_NOT_A_REPOSITORY",
      `${root} is not in the working tree of a git repository, so there is no ref to compare with. Leave out --against, or "baseline" in the configuration, to compare with the newest snapshots in .instar/releases.`,
    );
  }
  throw new GitError("INSTAR_GIT_FAILED", `git cannot read the repository around ${root}: ${answer.error}`);
}
