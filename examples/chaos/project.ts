/** A throw-away copy of the chat with what chaos adds to it, whose sources can be made those of any version. */
import { cp, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { edited } from "../chat/version-2.ts";
import { copyExample, type DemoProject } from "../demo/project.ts";
import { editsOf, type Fault, type Version } from "./versions.ts";

export interface ChaosProject extends Omit<DemoProject, "edit"> {
  /** @param more is added to what rooms and users run, so that their code is a new one */
  write(version: Version, fault?: Fault, more?: string): Promise<void>;
}

const files = ["src/message.ts", "src/room.actor.ts", "src/user.actor.ts"];

export async function chaosProject(): Promise<ChaosProject> {
  const { root, path, remove } = await copyExample();
  await cp(fileURLToPath(new URL("src", import.meta.url)), path("src"), { recursive: true });
  const originals = await Promise.all(files.map(async (file) => ({ file, text: await readFile(path(file), "utf8") })));
  return {
    root,
    path,
    remove,
    async write(version, fault, more = "") {
      const edits = editsOf(version, fault);
      for (const { file, text } of originals) await writeFile(path(file), edited(file, text, edits) + more);
    },
  };
}
