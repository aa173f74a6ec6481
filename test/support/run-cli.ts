/**
 * The command `instar` as a child process, through the launcher and the bundle, as users run it. With `INSTAR_FROM_SOURCE=1` it runs from
 * the sources instead, so that a test can be tried without a build.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TestContext } from "node:test";
import { repository } from "./temporary-project.ts";

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  /** Resolves with everything printed so far once it holds this text; rejects where the program ends without it. */
  until(text: string | RegExp): Promise<string>;
  readonly ended: Promise<CliResult>;
}

const launcher = join(repository, "runtime/bin/instar.mjs");
const fromSource = [
  "--import",
  pathToFileURL(join(repository, "node_modules/tsx/dist/loader.mjs")).href,
  join(repository, "server/src/cli/cli.ts"),
];

export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return launch(args, options).ended;
}

/** For commands that go on until they are stopped; killed when the test ends, should it still run. */
export function startCli(test: TestContext, args: readonly string[], options: CliOptions): RunningCli {
  const running = launch(args, options);
  test.after(async () => {
    running.process.kill("SIGKILL");
    await running.ended;
  });
  return running;
}

function launch(args: readonly string[], { cwd, env }: CliOptions): RunningCli {
  const program = process.env["INSTAR_FROM_SOURCE"] ? fromSource : [launcher];
  const child = spawn(process.execPath, [...program, ...args], {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const watcher of watchers) watcher();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const watcher of watchers) watcher();
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  return {
    process: child,
    ended,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const all = stdout + stderr;
          if (typeof text === "string" ? !all.includes(text) : !text.test(all)) return;
          watchers.delete(look);
          resolve(all);
        };
        watchers.add(look);
        look();
        void ended.then(() => reject(new Error(`instar ${args.join(" ")} ended without printing ${String(text)}:\n${stdout}${stderr}`)));
      }),
  };
}

/** Without what the test runner and the machine add: colours, and Node's own test reporting. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const without = ["FORCE_COLOR", "NO_COLOR", "NODE_TEST_CONTEXT", "NODE_OPTIONS", "GITHUB_WORKSPACE", "GITHUB_ACTIONS"];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !without.includes(name)));
}
