/**
 * Which file an import means. Follows what TypeScript's bundler resolution does for files of a project: the path itself, the path with an
 * extension, `./x.js` that was written for `./x.ts`, index files, and `paths` of the nearest tsconfig. Anything else is a package.
 */
import { statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createPathsMatcher, getTsconfig } from "get-tsconfig";

/** What the code server can load. The order decides where two files differ in their extension alone. */
export const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"] as const;

export type Resolution =
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "package" }
  /** A path that leads nowhere. */
  | { readonly kind: "missing" };

export interface Resolver {
  resolve(specifier: string, importer: string): Resolution;
  /** The tsconfig that governs the project, as JSON for esbuild; null where there is none. */
  readonly tsconfigRaw: string | null;
}

/** Reads the tsconfig once: a changed tsconfig counts from the next start. A broken one is as good as none, for the analysis reports it. */
export function createResolver(root: string): Resolver {
  const tsconfig = readTsconfig(root);
  const matchPaths = tsconfig === null ? null : createPathsMatcher(tsconfig);
  return {
    tsconfigRaw: tsconfig === null ? null : JSON.stringify({ compilerOptions: tsconfig.config.compilerOptions ?? {} }),
    resolve(specifier, importer) {
      if (specifier.startsWith("file:")) return asFile(fileURLToPath(specifier));
      if (isAbsolute(specifier)) return asFile(specifier);
      if (/^\.\.?(\/|$)/.test(specifier)) return asFile(resolve(dirname(importer), specifier));
      if (isBuiltin(specifier)) return { kind: "package" };
      for (const candidate of matchPaths?.(specifier) ?? []) {
        const found = findFile(candidate);
        if (found !== null) return { kind: "file", file: found };
      }
      return { kind: "package" };
    },
  };
}

function readTsconfig(root: string): ReturnType<typeof getTsconfig> {
  try {
    return getTsconfig(root);
  } catch {
    return null;
  }
}

function asFile(path: string): Resolution {
  const found = findFile(path);
  return found === null ? { kind: "missing" } : { kind: "file", file: found };
}

function findFile(path: string): string | null {
  if (isFile(path)) return path;
  const withoutExtension = path.slice(0, path.length - extname(path).length);
  const stems = /\.[cm]?jsx?$/.test(path) ? [path, withoutExtension] : [path];
  for (const stem of [...stems, join(path, "index")]) {
    for (const extension of extensions) {
      if (isFile(stem + extension)) return stem + extension;
    }
  }
  return null;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
