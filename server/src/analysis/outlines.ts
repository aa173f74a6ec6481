/** The outlines of a project's files, kept by their texts, and what their imports mean. */
import type { SourceHost } from "./source-host.ts";
import { folderOf, joinPath } from "./paths.ts";
import type { PlacedOutline } from "./outline.ts";
import { pathId } from "./project-files.ts";
import type { Outlines, Resolved } from "./read-names.ts";
import { RealPaths } from "./real-paths.ts";
import { RuntimeFolders } from "./runtime-folders.ts";
import { runtimePackage } from "./runtime-names.ts";
import type { Settings } from "./settings.ts";

export class ProjectOutlines implements Outlines {
  readonly #host: SourceHost;
  readonly #root: string;
  readonly #read: (file: string, text: string) => PlacedOutline;
  readonly #settings: (file: string) => Settings;
  readonly #textOf: (file: string) => string | undefined;
  readonly #outlines = new Map<string, PlacedOutline | undefined>();
  readonly #exists = new Map<string, boolean>();
  /** By folder and specifier. */
  readonly #resolved = new Map<string, Resolved | undefined>();
  readonly #packages = new Map<string, "runtime" | undefined>();
  readonly #runtime: RuntimeFolders;
  readonly #real: RealPaths;

  /** @param textOf reads a file; the host does unless given. */
  constructor(
    host: SourceHost,
    root: string,
    read: (file: string, text: string) => PlacedOutline,
    settings: (file: string) => Settings,
    textOf: (file: string) => string | undefined = (file) => host.readFile(file),
  ) {
    this.#host = host;
    this.#textOf = textOf;
    this.#root = root;
    this.#read = read;
    this.#settings = settings;
    this.#runtime = new RuntimeFolders(host);
    this.#real = new RealPaths(host, root);
  }

  exact(file: string): boolean {
    return this.#settings(file).exact;
  }

  of(file: string): PlacedOutline | undefined {
    if (this.#outlines.has(file)) return this.#outlines.get(file);
    const text = this.#textOf(file);
    const outline = text === undefined ? undefined : this.#read(file, text);
    this.#outlines.set(file, outline);
    return outline;
  }

  idOf(file: string): string {
    return pathId(this.#root, file);
  }

  resolve(from: string, specifier: string): Resolved | undefined {
    const { packages, extensions } = this.#settings(from);
    if (specifier === runtimePackage) return packages ? this.#package(folderOf(from)) : undefined;
    if (!/^\.\.?\//.test(specifier)) return undefined;
    const folder = folderOf(from);
    const key = `${folder} ${specifier} ${extensions}`;
    if (this.#resolved.has(key)) return this.#resolved.get(key);
    const resolved = this.#relative(normalized(joinPath(folder, specifier)), !extensions);
    this.#resolved.set(key, resolved);
    return resolved;
  }

  #relative(path: string, bare: boolean): Resolved | undefined {
    const candidates = this.#candidates(path, bare);
    const index = candidates.findIndex((each) => this.#fileExists(each));
    const file = candidates[index];
    if (file === undefined || file.includes("/node_modules/") || this.#runtime.has(file)) return undefined;
    const real = this.#real.of(file);
    // What the link leads to may change as well.
    return { file: real, missing: real === file ? candidates.slice(0, index) : candidates.slice(0, index + 1) };
  }

  /** Reads a file anew. Says whether it means something else now; where it does not, its places are those of the new text. */
  refresh(file: string): boolean {
    const before = this.#outlines.get(file);
    this.#outlines.delete(file);
    const now = this.of(file);
    if (before === undefined || now === undefined || !before.saysTheSame(now)) return true;
    before.move(now.places);
    this.#outlines.set(file, before);
    return false;
  }

  has(file: string): boolean {
    return this.#outlines.has(file);
  }

  forget(file: string): void {
    this.#outlines.delete(file);
  }

  /** Files came or went: imports may mean something else. */
  forgetPlaces(): void {
    this.#exists.clear();
    this.#resolved.clear();
    this.#packages.clear();
    this.#runtime.forget();
    this.#real.forget();
  }

  /** The files that a path may mean, in the compiler's order. */
  #candidates(path: string, bare: boolean): readonly string[] {
    const [, stem = path, extension = ""] = /^(.*?)(\.d\.[cm]?ts|\.[cm]?[jt]sx?)?$/.exec(path) ?? [];
    switch (extension) {
      case ".ts":
      case ".tsx":
      case ".mts":
      case ".cts":
        return [path];
      case ".js":
        return [`${stem}.ts`, `${stem}.tsx`];
      case ".mjs":
        return [`${stem}.mts`];
      case ".cjs":
        return [`${stem}.cts`];
      case "":
        return bare ? [`${path}.ts`, `${path}.tsx`] : [];
      default:
        return [];
    }
  }

  #fileExists(path: string): boolean {
    let exists = this.#exists.get(path);
    if (exists === undefined) this.#exists.set(path, (exists = this.#host.fileExists(path)));
    return exists;
  }

  /** Whether the runtime's package, seen from a folder, is the runtime; it is assumed where it is not installed. */
  #package(folder: string): "runtime" | undefined {
    if (this.#packages.has(folder)) return this.#packages.get(folder);
    const manifest = joinPath(folder, "package.json");
    const installed = joinPath(folder, `node_modules/${runtimePackage}`);
    const answer = this.#host.directoryExists(installed)
      ? this.#runtime.has(joinPath(installed, "index.d.ts"))
        ? "runtime"
        : undefined
      : // A package may import itself by its name.
        this.#fileExists(manifest) && this.#runtime.has(manifest)
        ? undefined
        : folder === "/"
          ? "runtime"
          : this.#package(folderOf(folder));
    this.#packages.set(folder, answer);
    return answer;
  }
}

function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
