/** *Initialize in This Project*: what `instar init` does, for a person who is shown the files first. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { foreignCi, initSteps, InitRefused, type InitStep } from "../init-steps.ts";
import { slashed } from "../project-root.ts";
import type { InitializePlan, InitializeResult } from "../protocol.ts";
import { writeFilesAtomic, WriteRefused } from "../write-files.ts";

/** Writes nothing. */
export function initializePlan({ root }: { readonly root: string }): InitializePlan {
  if (!existsSync(join(root, "package.json"))) return refused(`There is no package.json in ${root}. Make one first: npm init`);
  try {
    const steps = stepsOf(root).map(({ title, change: { file, before, after } }) => ({ title, file, exists: before !== undefined, after }));
    const foreign = foreignCi.find((name) => existsSync(join(root, name)));
    return { steps, missing: missingPackages(root), foreignCi: foreign ?? null, problem: null };
  } catch (error) {
    if (error instanceof InitRefused) return refused(error.message);
    throw error;
  }
}

/** Writes the files of these steps, all of them or none. */
export async function initialize({
  root,
  titles,
}: {
  readonly root: string;
  readonly titles: readonly string[];
}): Promise<InitializeResult> {
  try {
    const changes = stepsOf(root).flatMap(({ title, change }) => (titles.includes(title) ? [change] : []));
    await writeFilesAtomic(changes);
    return { written: changes.map(({ file }) => file), problem: null };
  } catch (error) {
    if (error instanceof InitRefused || error instanceof WriteRefused) return { written: [], problem: error.message };
    throw error;
  }
}

function stepsOf(root: string): readonly InitStep[] {
  return initSteps(root, (file) => slashed(relative(root, file)));
}

function refused(problem: string): InitializePlan {
  return { steps: [], missing: [], foreignCi: null, problem };
}

/** Those that neither the project's manifest names nor its `node_modules` holds. */
function missingPackages(root: string): string[] {
  const manifest = readFileSync(join(root, "package.json"), "utf8");
  return ["instar", "instar-language-server"].filter((name) => !manifest.includes(`"${name}"`) && !isThere(root, `node_modules/${name}`));
}

function isThere(root: string, path: string): boolean {
  return existsSync(join(root, path)) || (dirname(root) !== root && isThere(dirname(root), path));
}
