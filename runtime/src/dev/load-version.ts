/** `loadVersion`: actor modules as they once were, for tests that let two versions talk: from the store of builds, or from git. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Actor } from "../actor.ts";
import type { GitVersion, KeptVersion } from "../mixed.ts";
import type { Protocol } from "../pid.ts";
import { createBuilder } from "./builder.ts";
import { createBuildStore } from "./build-store.ts";
import { DevError } from "./dev-error.ts";
import { evaluateActor } from "./evaluate-actor.ts";
import { ensureInstarFolder } from "./instar-folder.ts";

/**
 * The handle of that version, with everything that it imports in that version, too: each call makes new instances.
 *
 * @throws DevError `INSTAR_BUILD_NOT_KEPT` where there is no such version, and what building and evaluating throw.
 */
export async function loadVersion<P extends Protocol>(version: KeptVersion | GitVersion): Promise<Actor<P>> {
  const root = resolve(version.root ?? ".");
  return (await ("ref" in version ? fromGit(root, version) : fromStore(root, version))) as Actor<P>;
}

async function fromStore(root: string, { module, vsn }: KeptVersion): Promise<unknown> {
  const store = createBuildStore(root);
  const manifest = store.find(module, vsn);
  if (manifest === null) {
    const versions = store.versions(module);
    const kept = versions.length === 0 ? "No build of it is kept" : `Kept: version ${versions.join(", ")}`;
    throw new DevError(
      "INSTAR_BUILD_NOT_KEPT",
      `there is no kept build of version ${vsn} of ${module} in ${root}/.instar/builds. ${kept}.`,
      {
        module,
      },
    );
  }
  const codes = Object.fromEntries(manifest.files.map((built) => [built.hash, store.codeOf(built) ?? { code: "", map: "" }]));
  return await evaluateActor(root, manifest.file, { roots: [manifest.file], files: manifest.files }, codes);
}

async function fromGit(root: string, { file, ref }: GitVersion): Promise<unknown> {
  const sources = await checkedOut(root, ref);
  const path = join(sources, file);
  if (!existsSync(path)) throw new DevError("INSTAR_BUILD_NOT_KEPT", `there is no ${file} in ${ref}.`);
  const builder = createBuilder(sources);
  const files = [...(await builder.build([path])).files.values()];
  const codes = Object.fromEntries(files.flatMap(({ hash }) => [[hash, builder.codeOf(hash) ?? { code: "", map: "" }]]));
  return await evaluateActor(sources, path, { roots: [path], files }, codes);
}

/**
 * The project as it was committed, below `.instar/`, where it finds the installed packages and where stack traces can lead. What was
 * checked out once is there for the next test.
 */
async function checkedOut(root: string, ref: string): Promise<string> {
  const commit = (await git(root, ref, ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`])).trim();
  const prefix = (await git(root, ref, ["rev-parse", "--show-prefix"])).trim();
  const folder = join(ensureInstarFolder(root), "refs");
  const target = join(folder, commit);
  if (!existsSync(target)) {
    mkdirSync(folder, { recursive: true });
    const making = mkdtempSync(join(folder, "making-"));
    const index = `${making}.index`;
    try {
      const env = { ...process.env, GIT_INDEX_FILE: index };
      await git(root, ref, ["read-tree", commit], env);
      await git(root, ref, ["checkout-index", "--all", "--quiet", `--prefix=${making}/`], env);
      renameSync(making, target);
      forgetOldest(folder);
    } catch (error) {
      // Another process may have been faster.
      if (!existsSync(target)) throw error;
    } finally {
      rmSync(making, { recursive: true, force: true });
      rmSync(index, { force: true });
    }
  }
  return resolve(target, prefix);
}

/** Each is a whole project. */
function forgetOldest(folder: string): void {
  const age = (name: string): number => statSync(join(folder, name)).mtimeMs;
  const commits = readdirSync(folder).filter((name) => /^[0-9a-f]{40,}$/.test(name));
  for (const name of commits.toSorted((one, other) => age(other) - age(one)).slice(10))
    rmSync(join(folder, name), { recursive: true, force: true });
}

async function git(root: string, ref: string, args: readonly string[], env = process.env): Promise<string> {
  if (ref.startsWith("-")) throw new DevError("INSTAR_BUILD_NOT_KEPT", `"${ref}" is not the name of a version.`);
  try {
    return (await promisify(execFile)("git", [...args], { cwd: root, env })).stdout;
  } catch (cause) {
    const { stderr = "", message } = cause as { readonly stderr?: string; readonly message: string };
    const why = stderr.trim() || (args[0] === "rev-parse" ? "git knows no such commit, tag or branch" : message);
    throw new DevError("INSTAR_BUILD_NOT_KEPT", `${ref} of ${basename(root)} cannot be checked out: ${why}.`, { cause });
  }
}
