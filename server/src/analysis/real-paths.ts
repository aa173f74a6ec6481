/**
 * Where files really lie, seen from the project. Imports lead there, as they do when the program runs: what is reached through a link and
 * without it is one file. Links above the project stay, since people and editors name its files by them.
 */
import type { SourceHost } from "./source-host.ts";
import { folderOf, isBelow, joinPath, nameOf } from "./paths.ts";

export class RealPaths {
  readonly #host: SourceHost;
  readonly #root: string;
  #above: { readonly real: string; readonly named: string } | undefined;
  readonly #folders = new Map<string, string>();

  constructor(host: SourceHost, root: string) {
    this.#host = host;
    this.#root = root;
  }

  /** Of a file or a folder that need not be there. */
  of(path: string): string {
    return this.#named(this.#host.realpath(joinPath(this.#folder(folderOf(path)), nameOf(path))));
  }

  forget(): void {
    this.#above = undefined;
    this.#folders.clear();
  }

  /** Most files lie beside others, so their folders are asked for once. */
  #folder(path: string): string {
    let real = this.#folders.get(path);
    if (real === undefined) {
      real =
        path === "/" || this.#host.directoryExists(path) ? this.#host.realpath(path) : joinPath(this.#folder(folderOf(path)), nameOf(path));
      this.#folders.set(path, real);
    }
    return real;
  }

  #named(path: string): string {
    const { real, named } = (this.#above ??= this.#linksAbove());
    if (real === named || (path !== real && !isBelow(path, real === "" ? "/" : real))) return path;
    return named + path.slice(real.length);
  }

  /** The folders in which the root's path and its real one differ. */
  #linksAbove(): { readonly real: string; readonly named: string } {
    let [real, named] = [this.#host.realpath(this.#root), this.#root];
    while (real !== named && nameOf(real) === nameOf(named) && real.length > 1 && named.length > 1) {
      [real, named] = [real.slice(0, real.lastIndexOf("/")), named.slice(0, named.lastIndexOf("/"))];
    }
    return { real, named };
  }
}
