/** Runs the real `instar` command in the demo's project, and talks to the dev runtime that it starts. */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { connectRuntime, type RuntimeConnection } from "../../server/src/live/connection.ts";
import { findRuntimes } from "../../server/src/live/find-runtimes.ts";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end. */
export async function instar(root: string, args: readonly string[], signal: AbortSignal): Promise<Outcome> {
  const child = spawnInstar(root, args, {}, signal);
  const output = collect(child);
  const code = await exit(child);
  signal.throwIfAborted();
  return { code, ...output() };
}

export interface RunningApplication {
  readonly runtime: RuntimeConnection;
  /** @returns its exit code; null where it had to be killed */
  stop(): Promise<number | null>;
}

/** `instar dev`, or `instar start`: resolves as soon as the application runs. */
export async function startApplication(
  root: string,
  entry: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
  command: "dev" | "start" = "dev",
): Promise<RunningApplication> {
  const child = spawnInstar(root, [command, entry], environment);
  const output = collect(child);
  let ended = false;
  const exited = exit(child).finally(() => (ended = true));
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  let runtime: RuntimeConnection | undefined;
  const stop = async (): Promise<number | null> => {
    runtime?.close();
    if (ended) return exited;
    child.kill("SIGTERM");
    const limit = setTimeout(kill, 5000);
    const code = await exited;
    clearTimeout(limit);
    process.off("exit", kill);
    return code;
  };
  try {
    for (;;) {
      signal.throwIfAborted();
      if (ended) throw new Error(`instar ${command} ended before the application ran:\n${output().stdout}${output().stderr}`);
      const [found] = (await findRuntimes(root)).runtimes;
      if (found !== undefined) {
        runtime = await connectRuntime(found.run);
        const { status } = await runtime.request("runtime/info", {});
        if (status === "running") return { runtime, stop };
        runtime.close();
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

function spawnInstar(
  root: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): ChildProcess {
  return spawn(process.execPath, [join(root, "node_modules/instar/bin/instar.mjs"), ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return () => ({ stdout, stderr });
}

function exit(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => (error.name === "AbortError" ? resolve(null) : reject(error)));
    child.once("close", (code) => resolve(code));
  });
}
