/**
 * The module id of a file without a literal `id`: its path from the project root without extension, always with `/`. Of compiled code it is
 * the path of the source that its source map names, so that a module has one id wherever it runs.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";

export function moduleId(root: string, file: string): string {
  return relative(root, sourceOf(root, file).source ?? file)
    .split(sep)
    .join("/")
    .replace(/\.[cm]?[jt]sx?$/, "");
}

/** What is to be said of the source map by which a file has its id, for people: after "its source map". */
export function describeMap(root: string, file: string): string {
  const { source, without } = sourceOf(root, file);
  return source === null ? without : `leads to ${relative(root, source)}`;
}

/** The one source in the project that a JavaScript file was compiled from; where there is none, the file has the id of its own path. */
function sourceOf(root: string, file: string): { readonly source: string | null; readonly without: string } {
  const no = (without: string): ReturnType<typeof sourceOf> => ({ source: null, without });
  if (!/\.[cm]?js$/.test(file)) return no("is not asked for");
  try {
    const url = mapUrlOf(file);
    if (url === undefined) return no("is missing: nothing in the file names one");
    // A map inside of the file names its sources as one beside it would.
    const path = url.startsWith("data:") ? file : resolve(dirname(file), decodeURIComponent(url));
    const text = url.startsWith("data:") ? textOf(url) : readFileSync(path, "utf8");
    const { sources = [], sourceRoot = "" } = JSON.parse(text) as { sources?: string[]; sourceRoot?: string };
    const [source] = sources;
    if (source === undefined || sources.length > 1) return no(`names ${sources.length} sources, and not one`);
    const found = resolve(dirname(path), sourceRoot, source);
    return found.startsWith(root + sep) ? { source: found, without: "" } : no(`leads to ${found}, outside of the project`);
  } catch (error) {
    return no(`cannot be read: ${(error as Error).message}`);
  }
}

/** The comment stands on the last line; unless a map is inside, the rest of the file is not read for it. */
function mapUrlOf(file: string): string | undefined {
  const end = endOf(file).trimEnd();
  return /\/\/# sourceMappingURL=(\S+)$/.exec(end.includes("\n") ? end : readFileSync(file, "utf8").trimEnd())?.[1];
}

function textOf(dataUrl: string): string {
  const comma = dataUrl.indexOf(",");
  const data = dataUrl.slice(comma + 1);
  return dataUrl.slice(0, comma).endsWith(";base64") ? Buffer.from(data, "base64").toString("utf8") : decodeURIComponent(data);
}

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
