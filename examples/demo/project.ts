/** A throw-away copy of the chat example, as a user's own project that depends on `instar`. */
import { cp, mkdir, mkdtemp, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { edited, type Edit } from "../chat/version-2.ts";

export interface DemoProject {
  /** Absolute, without symbolic links. */
  readonly root: string;
  path(file: string): string;
  /** Edits the files as a developer would, and gives the names of the files that changed. */
  edit(edits: readonly Edit[]): Promise<string[]>;
  /** Deletes the folder; synchronous, so that it also works while the process exits. */
  remove(): void;
}

export async function copyExample(): Promise<DemoProject> {
  const repository = fileURLToPath(new URL("../..", import.meta.url));
  if (!existsSync(join(repository, "server/dist/cli.js"))) throw new Error("Instar is not built here. Run npm run build, then try again.");
  const root = await realpath(await mkdtemp(join(tmpdir(), "instar-demo-")));
  const path = (file: string): string => join(root, file);
  const example = join(repository, "examples/chat");
  await cp(join(example, "src"), path("src"), { recursive: true, filter: (file) => !file.endsWith(".test.ts") });
  for (const file of ["package.json", "tsconfig.json", "tsconfig.build.json"]) await cp(join(example, file), path(file));
  for (const [name, target] of Object.entries({
    instar: "runtime",
    "instar-language-server": "server",
    "@types/node": "node_modules/@types/node",
    "@types/ws": "node_modules/@types/ws",
    ws: "node_modules/ws",
  })) {
    await mkdir(dirname(path(`node_modules/${name}`)), { recursive: true });
    await symlink(join(repository, target), path(`node_modules/${name}`), "junction");
  }
  return {
    root,
    path,
    async edit(edits) {
      const files = [...new Set(edits.map(({ file }) => file))];
      for (const file of files) await writeFile(path(file), edited(file, await readFile(path(file), "utf8"), edits));
      return files;
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }),
  };
}
