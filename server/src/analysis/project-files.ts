/** The files of a project, and which of them may have to do with actors. Without the compiler, which most analyses can do without. */
import type { SourceHost } from "./source-host.ts";
import { isBelow, joinPath, nameOf, withoutExtension } from "./paths.ts";
import { actorFunctions, runtimePackage } from "./runtime-names.ts";

export function isSource(name: string): boolean {
  return /\.[cm]?tsx?$/.test(name);
}

/** Whether a change of this file may change what names mean everywhere. */
export function changesOptions(file: string): boolean {
  const name = nameOf(file);
  return /^(package|instar\.config|[jt]sconfig.*)\.json$/.test(name) || name === "node_modules";
}

/** All sources of a project, declarations and what belongs to nested projects left out, sorted. */
export function listSources(host: SourceHost, root: string): readonly string[] {
  const files: string[] = [];
  const visited = new Set<string>();
  const whole = isConfigured(host, root);
  const visit = (folder: string): void => {
    const real = host.realpath(folder);
    if (visited.has(real)) return;
    visited.add(real);
    for (const { name, directory } of host.readDirectory(folder)) {
      const path = joinPath(folder, name);
      if (!directory) {
        if (isSource(name) && !/\.d\.[cm]?ts$/.test(name)) files.push(path);
      } else if (!name.startsWith(".") && name !== "node_modules" && name !== "dist") {
        if (!isProject(host, path, whole)) visit(path);
      }
    }
  };
  visit(root);
  return files.toSorted();
}

/** Whether a nested folder is a project of its own. Where the outer one is configured, its packages are parts of it, unless they are, too. */
function isProject(host: SourceHost, folder: string, within: boolean): boolean {
  return (!within && host.fileExists(joinPath(folder, "package.json"))) || isConfigured(host, folder);
}

/** Whether a folder says of itself that it is the root of a project. */
function isConfigured(host: SourceHost, folder: string): boolean {
  if (host.fileExists(joinPath(folder, "instar.config.json"))) return true;
  const text = host.readFile(joinPath(folder, "package.json"));
  if (text === undefined) return false;
  try {
    return (JSON.parse(text) as { instar?: unknown } | null)?.instar !== undefined;
  } catch {
    return false;
  }
}

/** Whether a text may make an actor. */
export function mentionsActor(text: string): boolean {
  return [...actorFunctions].some((name) => text.includes(name));
}

/** How a text may have to do with actors, which decides whether it is looked at at all. */
export interface Mentions {
  readonly exports: boolean;
  /** The runtime's package, or what makes an actor. */
  readonly actors: boolean;
  /** It passes on something of the runtime's package. */
  readonly passesOn: boolean;
}

export function mentionsOf(text: string): Mentions {
  const runtime = text.includes(runtimePackage);
  return {
    exports: /\bexport\b|\bdefault\b/.test(text),
    actors: runtime || mentionsActor(text),
    passesOn: runtime && /\bexport\b[^;]*\bfrom\s*["']instar["']/.test(text),
  };
}

/** The files that may be actor modules. */
export function candidatesAmong(files: readonly string[], mentions: (file: string) => Mentions | undefined): readonly string[] {
  // Where a file of the project passes such a function on, its importers need not name the package.
  const passedOn = files.some((file) => mentions(file)?.passesOn === true);
  return files.filter((file) => {
    const found = mentions(file);
    return found !== undefined && found.exports && (passedOn || found.actors);
  });
}

/** The module id that a file has where it does not pin one. */
export function pathId(root: string, file: string): string {
  return withoutExtension(isBelow(file, root) ? file.slice(root.length + (root.endsWith("/") ? 0 : 1)) : file);
}
