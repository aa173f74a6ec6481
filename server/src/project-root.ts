/** Finds the project that a file belongs to, and reads its configuration. Apart from `workspace.ts`, so that a command that needs no analysis loads none. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Wrong configuration. Its message is for people: what is wrong, where, what to do. */
export class ConfigurationError extends Error {
  readonly code = "INSTAR_CONFIGURATION";
}

/**
 * The project root of a file or folder: the nearest folder upwards that has an `instar.config.json` or an `instar` section in its
 * `package.json`, else the nearest one with a `package.json`. Undefined where there is none up to the top.
 * @throws ConfigurationError where a configuration on the way cannot be read.
 */
export function findProjectRoot(path: string): string | undefined {
  let nearestPackage: string | undefined;
  for (let folder = startFolder(path); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(join(folder, "instar.config.json"))) {
      readObject(join(folder, "instar.config.json"));
      return slashed(folder);
    }
    if (existsSync(manifest)) {
      // A broken manifest only matters where it is the one that decides.
      const section = nearestPackage === undefined ? readObject(manifest)["instar"] : readQuietly(manifest)["instar"];
      if (section !== undefined) return slashed(folder);
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

function readObject(file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new ConfigurationError(`${file} cannot be read as JSON: ${(error as Error).message}. Correct it; an empty object {} is enough.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigurationError(`${file} does not hold an object. Write at least {}.`);
  }
  return value as Record<string, unknown>;
}

function readQuietly(file: string): Record<string, unknown> {
  try {
    return readObject(file);
  } catch {
    return {};
  }
}
