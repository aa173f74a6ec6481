/**
 * `createSavedStates`: the states of a maintenance window on disk, `.instar/window/<name>.json`. What is written is read back before anything
 * is ended for it, and what is read is compared with its checksum: states that are not whole are none.
 */
import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { imageFormat, type SystemImage } from "../system-image.ts";
import type { LoadRequest } from "./built-file.ts";
import { DevError } from "./dev-error.ts";
import { ensureInstarFolder } from "./instar-folder.ts";

export interface SavedStates {
  readonly path: string;
  /** Whether there are some: while a window is open, and after the end of a runtime in the middle of one. */
  readonly exists: boolean;
  /** @throws DevError `INSTAR_STATES_NOT_SAVED` */
  save(states: WindowStates): void;
  /** @throws DevError `INSTAR_STATES_DAMAGED` */
  read(): WindowStates;
  remove(): void;
  /** Puts aside what cannot be used, for somebody to look at. @returns where it is now */
  putAside(): string;
}

export interface WindowStates {
  readonly image: SystemImage;
  /** What the code was; it is among the kept builds. */
  readonly code: Pick<LoadRequest, "layers" | "shapes">;
}

export function createSavedStates(root: string, name: string): SavedStates {
  const folder = join(root, ".instar", "window");
  const path = join(folder, `${name}.json`);

  function read(): WindowStates {
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      throw damaged(path, (error as Error).message);
    }
    const line = text.indexOf("\n");
    const body = text.slice(line + 1);
    if (line < 0 || text.slice(0, line) !== checksum(body)) throw damaged(path, "its checksum is another");
    const states = JSON.parse(body) as WindowStates;
    if (states.image.format !== imageFormat) throw damaged(path, `its format is ${String(states.image.format)}`);
    return states;
  }

  return {
    path,
    get exists() {
      return existsSync(path);
    },
    save({ image, code: { layers, shapes } }) {
      const body = JSON.stringify({ image, code: { layers, shapes } } satisfies WindowStates);
      const temporary = `${path}.tmp`;
      try {
        ensureInstarFolder(root);
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const file = openSync(temporary, "w", 0o600);
        try {
          const bytes = Buffer.from(`${checksum(body)}\n${body}`);
          for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
        renameSync(temporary, path);
        read();
      } catch (error) {
        rmSync(temporary, { force: true });
        rmSync(path, { force: true });
        const text =
          `the states could not be saved in ${path}: ${(error as Error).message}. The application was not ended, and runs on. ` +
          "Make room there, or upgrade with another strategy.";
        throw new DevError("INSTAR_STATES_NOT_SAVED", text, { cause: error });
      }
    },
    read,
    remove: () => rmSync(path, { force: true }),
    putAside() {
      let aside = `${path}.unused`;
      // What somebody has not gone on from yet stays.
      for (let n = 2; existsSync(aside); n++) aside = `${path}.unused-${n}`;
      renameSync(path, aside);
      return aside;
    },
  };
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function damaged(path: string, why: string): DevError {
  const text = `the states that were saved in ${path} cannot be used: ${why}. No process was started with them.`;
  return new DevError("INSTAR_STATES_DAMAGED", text);
}
