/**
 * Kept builds: `.instar/builds/` holds the transformed files of every loaded version by content, and one manifest for each load of a module
 * that says which of them it consists of. A downgrade loads from here. Bounded: old manifests go, except those still in use or released.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { BuiltFile, Code } from "./built-file.ts";
import { moduleId } from "./module-id.ts";

export interface Manifest {
  readonly module: string;
  readonly vsn: number;
  readonly shape: string | null;
  /** The actor module's own file, absolute like all paths here; on disk they are relative to the root. */
  readonly file: string;
  readonly files: readonly BuiltFile[];
}

export interface BuildStore {
  /** Keeps a loaded version as the newest of its `vsn`. */
  keep(manifest: Manifest, codeOf: (hash: string) => Code | undefined): void;
  /** The newest kept build of that version, if it is complete. */
  find(module: string, vsn: number): Manifest | null;
  /** The versions of a module that `find` would give, in order. */
  versions(module: string): number[];
  /** The code of one file of a manifest. */
  codeOf(built: BuiltFile): Code | undefined;
  /** Removes what is beyond the bound. `inUse` has current and old versions. */
  prune(inUse: readonly { readonly module: string; readonly vsn: number }[]): void;
}

export function createBuildStore(root: string, bound = 50): BuildStore {
  const folder = join(root, ".instar", "builds");
  const manifests = join(folder, "manifests");
  const files = join(folder, "files");
  let sequence = Math.max(0, ...list().map((entry) => entry.sequence));

  function list(): Entry[] {
    const names = existsSync(manifests) ? readdirSync(manifests) : [];
    return names.flatMap((name) => parseName(name) ?? []).toSorted((a, b) => a.sequence - b.sequence);
  }

  function read({ name }: Entry): Manifest | null {
    try {
      const stored = JSON.parse(readFileSync(join(manifests, name), "utf8")) as Manifest;
      const manifest = withIds(mapPaths(stored, (path) => resolve(root, path)));
      return manifest.files.every(({ hash }) => existsSync(join(files, `${hash}.json`))) ? manifest : null;
    } catch {
      // Cut off or edited: as good as gone.
      return null;
    }
  }

  /** Manifests of before have none. */
  function withIds(manifest: Manifest): Manifest {
    const idOf = ({ id, file }: Partial<BuiltFile> & { readonly file: string }): string => id ?? moduleId(root, file);
    return { ...manifest, files: manifest.files.map((built) => ({ ...built, id: idOf(built) })) };
  }

  return {
    keep(manifest, codeOf) {
      mkdirSync(manifests, { recursive: true });
      mkdirSync(files, { recursive: true });
      for (const { hash } of manifest.files) {
        const path = join(files, `${hash}.json`);
        const code = existsSync(path) ? undefined : codeOf(hash);
        if (code !== undefined) writeWhole(path, JSON.stringify(code));
      }
      const stored = mapPaths(manifest, (path) => relative(root, path).split(sep).join("/"));
      const text = `${JSON.stringify(stored, null, 2)}\n`;
      const newest = list().findLast((entry) => entry.module === manifest.module && entry.vsn === manifest.vsn);
      // A restart loads what was loaded before; that is no new build.
      if (newest !== undefined && readFileSync(join(manifests, newest.name), "utf8") === text) return;
      writeWhole(join(manifests, nameOf(manifest.module, manifest.vsn, ++sequence)), text);
    },
    find(module, vsn) {
      const entries = list().filter((entry) => entry.module === module && entry.vsn === vsn);
      for (const entry of entries.toReversed()) {
        const manifest = read(entry);
        if (manifest !== null) return manifest;
      }
      return null;
    },
    versions(module) {
      const own = list().filter((entry) => entry.module === module);
      return [...new Set(own.map((entry) => entry.vsn))].toSorted((a, b) => a - b);
    },
    codeOf({ hash, file }) {
      try {
        const { code, map } = JSON.parse(readFileSync(join(files, `${hash}.json`), "utf8")) as Code;
        // The project may have moved since.
        return { code, map: map === "" ? "" : JSON.stringify({ ...(JSON.parse(map) as object), sources: [file] }) };
      } catch {
        return undefined;
      }
    },
    prune(inUse) {
      const newestFirst = list().toReversed();
      const seen = new Set<string>();
      const kept: Entry[] = [];
      for (const [index, entry] of newestFirst.entries()) {
        const version = `${entry.module}@${entry.vsn}`;
        const newest = !seen.has(version);
        seen.add(version);
        const needed = inUse.some(({ module, vsn }) => module === entry.module && vsn === entry.vsn) || isReleased(root, entry);
        if (index < bound || (newest && needed)) kept.push(entry);
        else rmSync(join(manifests, entry.name), { force: true });
      }
      const hashes = new Set(kept.flatMap((entry) => read(entry)?.files.map(({ hash }) => `${hash}.json`) ?? []));
      for (const name of existsSync(files) ? readdirSync(files) : []) {
        if (!hashes.has(name)) rmSync(join(files, name), { force: true });
      }
    },
  };
}

interface Entry {
  readonly name: string;
  readonly module: string;
  readonly vsn: number;
  readonly sequence: number;
}

/** The module id is encoded, since it has slashes; the number at the end orders the loads. */
function nameOf(module: string, vsn: number, sequence: number): string {
  return `${encodeURIComponent(module)}@${vsn}.${sequence}.json`;
}

function parseName(name: string): Entry | null {
  const match = /^(.+)@(\d+)\.(\d+)\.json$/.exec(name);
  if (match === null) return null;
  try {
    return { name, module: decodeURIComponent(match[1] ?? ""), vsn: Number(match[2]), sequence: Number(match[3]) };
  } catch {
    return null;
  }
}

/** A version with a snapshot is released. */
function isReleased(root: string, { module, vsn }: Entry): boolean {
  return existsSync(join(root, ".instar", "releases", ...module.split("/"), `${vsn}.d.ts`));
}

function mapPaths(manifest: Manifest, map: (path: string) => string): Manifest {
  return {
    ...manifest,
    file: map(manifest.file),
    files: manifest.files.map((built) => ({
      ...built,
      file: map(built.file),
      imports: built.imports.map((edge) => ({ ...edge, target: edge.target === null ? null : map(edge.target) })),
    })),
  };
}

function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
