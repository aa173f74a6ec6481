/** `projectFolder`: the project that a program belongs to, by the rule by which the command line finds it, so that both mean the same. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The nearest folder above a file with an `instar.config.json` or an `instar` section in its `package.json`, else the nearest package.
 * Links are not followed: a deploy may switch one.
 */
export function projectFolder(file: string): string {
  let nearestPackage: string | null = null;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(join(folder, "instar.config.json"))) return folder;
    if (existsSync(manifest)) {
      if (hasSection(manifest)) return folder;
      nearestPackage ??= folder;
    }
    if (folder === dirname(folder)) return nearestPackage ?? dirname(file);
  }
}

function hasSection(manifest: string): boolean {
  try {
    return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly instar?: unknown } | null)?.instar !== undefined;
  } catch {
    return false;
  }
}
