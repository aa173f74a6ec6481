/** Writes files whole or not at all: one, or several of which either all change or none. */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import atomically from "write-file-atomic";

export interface FileChange {
  /** Absolute. */
  readonly file: string;
  /** What the file must hold now, undefined where it must not exist; anything else means that somebody wrote it meanwhile. */
  readonly before: string | undefined;
  readonly after: string;
}

/** A set of changes that was not written, or was taken back; no file has changed. */
export class WriteRefused extends Error {
  readonly code = "INSTAR_WRITE_REFUSED";
}

/** Writes a whole file or nothing, and makes the folders above it. */
export async function writeFileAtomic(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await atomically(file, text);
}

/**
 * Writes all of these files or none: everything is checked and lies on the disk as temporary files before the first one is renamed, and a
 * rename that fails takes back the ones before it.
 * @throws WriteRefused where a file is not what it was, or cannot be written.
 */
export async function writeFilesAtomic(changes: readonly FileChange[]): Promise<void> {
  const staged: { readonly target: string; readonly temporary: string; readonly change: FileChange }[] = [];
  const renamed: typeof staged = [];
  try {
    for (const change of changes) {
      if ((await readIfThere(change.file)) !== change.before) {
        throw new WriteRefused(`${change.file} was changed while Instar worked on it. Nothing was written; run the command again.`);
      }
      staged.push(await stage(change));
    }
    for (const entry of staged) {
      await rename(entry.temporary, entry.target);
      renamed.push(entry);
    }
  } catch (error) {
    await Promise.all(staged.filter((entry) => !renamed.includes(entry)).map(({ temporary }) => unlink(temporary).catch(() => {})));
    for (const { target, change } of renamed) {
      await (change.before === undefined ? unlink(target) : atomically(target, change.before)).catch(() => {});
    }
    if (error instanceof WriteRefused) throw error;
    throw new WriteRefused(`Could not write: ${(error as Error).message}. No file was changed.`);
  }
}

/** Whether a file has the name of one that is being written and not there yet. */
export function isBeingWritten(name: string): boolean {
  return /^\..+\.[\da-f]{12}\.tmp$/.test(name);
}

async function stage(change: FileChange): Promise<{ target: string; temporary: string; change: FileChange }> {
  await mkdir(dirname(change.file), { recursive: true });
  // A link stays a link: what it leads to is replaced.
  const target = change.before === undefined ? change.file : await realpath(change.file);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  const mode = change.before === undefined ? 0o666 : (await stat(target)).mode;
  const handle = await open(temporary, "wx", mode);
  try {
    await handle.writeFile(change.after);
    await handle.sync();
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
  return { target, temporary, change };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
