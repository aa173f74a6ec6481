/** Finds the dev runtimes of one project by their run files, `.instar/run/<name>.json`, and tells the stale ones apart. */
import { open, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { basename, dirname, join } from "node:path";
import { type RunFile, protocolVersion } from "../../../runtime/src/protocol.ts";

export interface FoundRuntimes {
  /** Those that can be connected to, by name. */
  readonly runtimes: readonly FoundRuntime[];
  readonly problems: readonly RunFileProblem[];
}

export interface FoundRuntime {
  /** Absolute path of the run file. */
  readonly file: string;
  readonly run: RunFile;
}

export interface RunFileProblem {
  readonly file: string;
  readonly name: string;
  /**
   * `stale`: what wrote it is gone, so the file may be deleted. `unreadable`: not a run file. `version`: another version of the protocol.
   * `elsewhere`: the runtime of another project, as in a copied folder. `exposed`: others can read its token, or wrote it.
   */
  readonly kind: "stale" | "unreadable" | "version" | "elsewhere" | "exposed";
  readonly message: string;
}

/**
 * @param root the project root, absolute. A project without run files has no runtimes; that is no error.
 * @param keepsPermissions whether the file system of a folder does; asked where a run file is open to others
 */
export async function findRuntimes(root: string, keepsPermissions = triesPermissions): Promise<FoundRuntimes> {
  const folder = join(root, ".instar", "run");
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith(".json")).toSorted();
  const judged = await Promise.all(files.map((name) => judge(join(folder, name), root, keepsPermissions)));
  return {
    runtimes: judged.filter((entry) => "run" in entry),
    problems: judged.filter((entry) => "kind" in entry),
  };
}

async function judge(
  file: string,
  root: string,
  keepsPermissions: (folder: string) => Promise<boolean>,
): Promise<FoundRuntime | RunFileProblem> {
  const name = basename(file, ".json");
  const problem = (kind: RunFileProblem["kind"], message: string): RunFileProblem => ({ file, name, kind, message });
  let run: unknown;
  let exposed: Exposure | null;
  try {
    ({ run, exposed } = await readRunFile(file));
  } catch (error) {
    // Gone between the listing and now: its runtime has just stopped.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return problem("stale", `The runtime ${name} has just stopped.`);
    return problem(
      "unreadable",
      `${file} cannot be read as a run file (${(error as Error).message}). Stop that runtime and delete the file.`,
    );
  }
  if (!isRecord(run) || typeof run["version"] !== "number") {
    return problem("unreadable", `${file} is not a run file. Stop that runtime and delete the file.`);
  }
  if (run["version"] !== protocolVersion) {
    return problem(
      "version",
      `The runtime ${name} speaks version ${run["version"]} of the dev runtime protocol, this command version ${protocolVersion}. ` +
        "Install the same version of instar and instar-language-server, and start the runtime again.",
    );
  }
  if (!isRunFile(run)) return problem("unreadable", `${file} lacks a part of a run file. Stop that runtime and delete the file.`);
  if (!isAlive(run.pid)) return problem("stale", `The runtime ${name} is gone: its process ${run.pid} no longer runs.`);
  if (!(await accepts(run.port))) {
    return problem("stale", `The runtime ${name} is gone: nothing listens on port ${run.port}, although a process ${run.pid} runs.`);
  }
  if ((await canonical(run.root)) !== (await canonical(root))) {
    return problem("elsewhere", `The runtime ${name} in ${file} belongs to another project, ${run.root}. Use it from there.`);
  }
  // A drive of Windows under WSL, or a folder shared with a container, knows no permissions: there, nobody could do better.
  if (exposed !== null && (exposed.why === "owner" || (await keepsPermissions(dirname(file))))) {
    return problem(
      "exposed",
      `The run file ${file} ${exposed.text}, so its token proves nothing. Stop that runtime, delete the file, and start it again.`,
    );
  }
  return { file, run };
}

/** What is read is what is judged: the file could be another one a moment later. */
async function readRunFile(file: string): Promise<{ readonly run: unknown; readonly exposed: Exposure | null }> {
  const handle = await open(file, "r");
  try {
    const { mode, uid } = await handle.stat();
    return { run: JSON.parse(await handle.readFile("utf8")) as unknown, exposed: whyExposed(mode, uid) };
  } finally {
    await handle.close();
  }
}

interface Exposure {
  readonly why: "owner" | "mode";
  /** What the file does, as a part of a sentence. */
  readonly text: string;
}

/** Windows has no such modes; there, the folders of a user are closed to others by themselves. */
function whyExposed(mode: number, uid: number): Exposure | null {
  const own = process.getuid?.();
  if (own === undefined) return null;
  // The administrator may do what users may.
  if (uid !== own && own !== 0) return { why: "owner", text: `belongs to another user (${uid})` };
  if ((mode & 0o077) === 0) return null;
  return { why: "mode", text: `is open to other users (mode 0${(mode & 0o777).toString(8)}, not 0600)` };
}

async function triesPermissions(folder: string): Promise<boolean> {
  const file = join(folder, `.permissions.${process.pid}`);
  try {
    await writeFile(file, "", { mode: 0o600 });
    return ((await stat(file)).mode & 0o077) === 0;
  } catch {
    // Nobody knows; and where nothing can be written, the file is not ours.
    return true;
  } finally {
    await rm(file, { force: true }).catch(() => {});
  }
}

function isRunFile(value: Record<string, unknown>): value is Record<string, unknown> & RunFile {
  const texts = ["name", "root", "entry", "token"].every((key) => typeof value[key] === "string");
  return (
    texts && ["pid", "port"].every((key) => Number.isInteger(value[key]) && (value[key] as number) > 0) && (value["port"] as number) < 65536
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    // A port that takes no connection for this long belongs to a machine so busy that only trying can tell.
    socket.setTimeout(2000, () => done(true));
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
  });
}

async function canonical(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
