/** A copy of the chat example that the test may change, and what is on its disk and in its runtime. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunFile } from "../../runtime/src/protocol.ts";
import { until } from "./until.ts";

export interface Project {
  readonly root: string;
  read(file: string): string;
  /** Runs the command line in this copy. */
  instar(...args: readonly string[]): string;
  /** The run files of the dev runtimes that serve this copy. */
  runFiles(): RunFile[];
  /** Ends the dev runtimes that were started in this copy, whoever started them. */
  stopRuntimes(): Promise<void>;
}

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Copies `examples/chat` to `folder/name`, without snapshots: the test writes them. Its packages resolve to this checkout. */
export function copyExample(folder: string, name: string): Project {
  const source = join(repository, "examples/chat");
  const root = join(folder, name);
  cpSync(source, root, { recursive: true, filter: (file) => !["node_modules", ".instar", "dist"].includes(basename(file)) });
  mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
  const link = (target: string, place: string): void => symlinkSync(join(repository, target), join(root, "node_modules", place));
  link("runtime", "instar");
  link("server", "instar-language-server");
  link("node_modules/@types", "@types");
  link("runtime/bin/instar.mjs", ".bin/instar");

  const runFolder = join(root, ".instar/run");
  const runFiles = (): RunFile[] =>
    (existsSync(runFolder) ? readdirSync(runFolder) : [])
      .filter((file) => file.endsWith(".json"))
      .map((file): RunFile => JSON.parse(readFileSync(join(runFolder, file), "utf8")));
  return {
    root,
    read: (file) => readFileSync(join(root, file), "utf8"),
    instar: (...args) => execFileSync(join(root, "node_modules/.bin/instar"), args, { cwd: root, encoding: "utf8" }),
    runFiles,
    async stopRuntimes() {
      for (const { pid, name: runtime } of runFiles()) {
        if (!isAlive(pid)) continue;
        process.kill(pid, "SIGTERM");
        await until(`the dev runtime ${runtime} to end`, () => !isAlive(pid), 15_000).catch((error: unknown) => {
          process.kill(pid, "SIGKILL");
          throw error;
        });
      }
      rmSync(runFolder, { recursive: true, force: true });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
