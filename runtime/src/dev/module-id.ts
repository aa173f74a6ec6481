/**
 * The module id of a file without a literal `id`: its path from the project root without extension, always with `/`. Of compiled code it is
 * the path of the source that its source map names, so that a module has one id wherever it runs.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";

export function moduleId(root: string, file: string): string {
  return relative(root, sourceOf(root, file))
    .split(sep)
    .join("/")
    .replace(/\.[cm]?[jt]sx?$/, "");
}

/** The one source in the project that a JavaScript file was compiled from; where there is none, the file itself. */
function sourceOf(root: string, file: string): string {
  if (!/\.[cm]?js$/.test(file)) return file;
  try {
    const url = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(endOf(file))?.[1];
    if (url === undefined || url.startsWith("data:")) return file;
    const path = resolve(dirname(file), decodeURIComponent(url));
    const { sources = [], sourceRoot = "" } = JSON.parse(readFileSync(path, "utf8")) as { sources?: string[]; sourceRoot?: string };
    const [source] = sources;
    if (source === undefined || sources.length > 1) return file;
    const found = resolve(dirname(path), sourceRoot, source);
    return found.startsWith(root + sep) ? found : file;
  } catch {
    return file;
  }
}

/** The comment stands at the end; the rest of the file is not read for it. */
function endOf(file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const end = Buffer.alloc(Math.min(size, 500));
    readSync(descriptor, end, 0, end.length, size - end.length);
    return end.toString("utf8");
  } finally {
    closeSync(descriptor);
  }
}
