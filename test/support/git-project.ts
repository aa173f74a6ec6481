/** A temporary project in a git repository of its own, apart from whatever git is told on this machine. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { type TemporaryProject, temporaryProject } from "./temporary-project.ts";

export interface GitProject extends TemporaryProject {
  git(...args: string[]): string;
  /** Commits everything as it is. */
  commit(message: string): void;
}

export function gitProject(t: TestContext, files: Readonly<Record<string, string | null>>): GitProject {
  const project = temporaryProject(t, { ".gitignore": "node_modules\n", ...files });
  const all = inRepository(project);
  all.git("init", "-q", "-b", "main");
  all.commit("first");
  return all;
}

/** The same project, with git in it. */
export function inRepository(project: TemporaryProject): GitProject {
  const git = (...args: string[]): string => runGit(project.root, ...args);
  return {
    ...project,
    git,
    commit(message) {
      git("add", "-A");
      git("commit", "-q", "--allow-empty", "-m", message);
    },
  };
}

export function runGit(folder: string, ...args: string[]): string {
  const identity = [
    "-c",
    "user.name=Test",
    "-c",
    "user.email=test@example.org",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "protocol.file.allow=always",
  ];
  const { status, stdout, stderr } = spawnSync("git", [...identity, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
  });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** Writes files below a folder that is no project by itself. */
export function writeIn(folder: string): TemporaryProject["write"] {
  return (files) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
}
