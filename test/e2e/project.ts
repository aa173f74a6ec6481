/** A project that a scenario may change, and what is on its disk and in its runtime. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunFile } from "../../runtime/src/protocol.ts";
import { until } from "./until.ts";

export interface Project {
  readonly root: string;
  read(file: string): string;
  write(file: string, text: string): void;
  /** Runs the command line in this project. */
  instar(...args: readonly string[]): string;
  /** The run files of the dev runtimes that serve this project. */
  runFiles(): RunFile[];
  /** Ends the dev runtimes that were started in this project, whoever started them. */
  stopRuntimes(): Promise<void>;
}

/** Where a project comes to be, and the packages that it finds installed. */
export interface Place {
  /** The folder that is opened. Its name is what the explorer shows. */
  readonly root: string;
  readonly packages: string;
}

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** A copy of `examples/chat`, without snapshots: the scenario writes them. */
export function copyExample(place: Place): Project {
  const source = join(repository, "examples/chat");
  cpSync(source, place.root, { recursive: true, filter: (file) => !["node_modules", ".instar", "dist"].includes(basename(file)) });
  return projectAt(place);
}

/** A project of these files and nothing else. */
export function writeProject(place: Place, files: Readonly<Record<string, string>>): Project {
  const project = projectAt(place);
  for (const [file, text] of Object.entries(files)) project.write(file, text);
  return project;
}

function projectAt({ root, packages }: Place): Project {
  mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
  for (const name of readdirSync(packages)) symlinkSync(join(packages, name), join(root, "node_modules", name));
  symlinkSync(join(packages, "instar/bin/instar.mjs"), join(root, "node_modules/.bin/instar"));

  const runFolder = join(root, ".instar/run");
  const runFiles = (): RunFile[] =>
    (existsSync(runFolder) ? readdirSync(runFolder) : [])
      .filter((file) => file.endsWith(".json"))
      .map((file): RunFile => JSON.parse(readFileSync(join(runFolder, file), "utf8")));
  return {
    root,
    read: (file) => readFileSync(join(root, file), "utf8"),
    write(file, text) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    },
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
