/** Finds the project that a file belongs to. Apart from `workspace.ts`, so that a command that needs no analysis loads none. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * The project root of a file or folder: the nearest folder upwards that has an `instar.config.json` or an `instar` section in its
 * `package.json`, else the nearest one with a `package.json`. Undefined where there is none up to the top. What is wrong in these files, the
 * analysis says.
 */
export function findProjectRoot(path: string): string | undefined {
  let nearestPackage: string | undefined;
  for (let folder = startFolder(path); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(join(folder, "instar.config.json"))) return slashed(folder);
    if (existsSync(manifest)) {
      if (hasSection(manifest)) return slashed(folder);
      nearestPackage ??= folder;
    }
    if (dirname(folder) === folder) break;
  }
  return nearestPackage === undefined ? undefined : slashed(nearestPackage);
}

/** With `/` on every platform, as the analysis, module ids and reports have paths. */
export function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}

function startFolder(path: string): string {
  const absolute = resolve(path);
  try {
    return statSync(absolute).isDirectory() ? absolute : dirname(absolute);
  } catch {
    return dirname(absolute);
  }
}

function hasSection(manifest: string): boolean {
  try {
    const text = readFileSync(manifest, "utf8").replace(/^\uFEFF/, "");
    return (JSON.parse(text) as { instar?: unknown } | null)?.instar !== undefined;
  } catch {
    return false;
  }
}
