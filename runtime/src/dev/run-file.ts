/**
 * The run file, `.instar/run/<name>.json`: how clients find a runtime, and the token that lets them in. One per runtime and name; written
 * whole, for the owner's eyes alone, and taken away at the end. One that a killed runtime left behind is replaced.
 */
import { accessSync, chmodSync, constants, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { RunFile } from "../protocol.ts";
import { DevError } from "./dev-error.ts";
import { ensureInstarFolder } from "./instar-folder.ts";

/** @throws DevError `INSTAR_BAD_NAME` for a name that is no plain file name. */
export function runFilePath(root: string, name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    throw new DevError(
      "INSTAR_BAD_NAME",
      `"${name}" cannot name a runtime: use up to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit.`,
    );
  }
  return join(root, ".instar", "run", `${name}.json`);
}

/** @throws DevError `INSTAR_START_FAILED` where this program cannot write there, as in a deployed project that belongs to another user. */
export function ensureRunFolder(root: string): void {
  try {
    const folder = join(ensureInstarFolder(root), "run");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new DevError(
      "INSTAR_START_FAILED",
      `${join(root, ".instar")} cannot be written: ${(cause as Error).message}. A runtime keeps its run file and its builds there. ` +
        "Let that folder belong to the user that this program runs as, on a disk that can be written and has room.",
      { cause },
    );
  }
}

/** @throws DevError `INSTAR_RUNTIME_ALREADY_RUNNING` where a living runtime has that name, and what `ensureRunFolder` throws. */
export async function writeRunFile(content: RunFile): Promise<string> {
  const path = runFilePath(content.root, content.name);
  ensureRunFolder(content.root);
  const temporary = `${path}.${process.pid}.tmp`;
  // What lies there under that name, whoever put it there, is not written to.
  rmSync(temporary, { force: true });
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  try {
    // A link is made or fails as a whole, so of two runtimes that start together one gets the name.
    for (let attempt = 1; !tryLink(temporary, path); attempt++) {
      const other = readRunFile(path);
      if ((other !== null && (await isAlive(other))) || attempt > 3) throw alreadyRunning(content.name, other);
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(temporary, { force: true });
  }
  return path;
}

/** Takes the run file away, unless another runtime has it by now. */
export function removeRunFile(path: string, token: string): void {
  if (readRunFile(path)?.token === token) rmSync(path, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** A file that cannot be understood belongs to nobody. */
function readRunFile(path: string): RunFile | null {
  try {
    const content = JSON.parse(readFileSync(path, "utf8")) as Partial<RunFile> | null;
    const isWhole = Number.isInteger(content?.pid) && Number.isInteger(content?.port) && typeof content?.token === "string";
    return isWhole ? (content as RunFile) : null;
  } catch {
    return null;
  }
}

/** A process of that number may be another one by now, so its port has to be open as well. */
async function isAlive({ pid, port }: RunFile): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return await new Promise<boolean>((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: 1000 });
    const answer = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
    socket.once("timeout", () => answer(true));
  });
}

function alreadyRunning(name: string, other: RunFile | null): DevError {
  const who = other === null ? "" : ` (process ${other.pid}, since ${other.startedAt})`;
  return new DevError(
    "INSTAR_RUNTIME_ALREADY_RUNNING",
    `a runtime named "${name}" is already running here${who}. Stop it first, or give this one another name with --name.`,
  );
}
