/** Paths as the analysis has them: absolute, with `/`. Pure, unlike `node:path`, whose results depend on the machine. */

export function joinPath(folder: string, name: string): string {
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** The path from `root` down to `path`, or `path` itself where it does not lie below. */
export function relativeTo(root: string, path: string): string {
  return isBelow(path, root) ? path.slice(root.endsWith("/") ? root.length : root.length + 1) : path;
}

/** What an import specifier says to get from one file to another, with `./` in front and the extension kept. */
export function relativeSpecifier(fromFile: string, toFile: string): string {
  const from = folderOf(fromFile).split("/").filter(Boolean);
  const to = toFile.split("/").filter(Boolean);
  let common = 0;
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common += 1;
  const up = from.slice(common).map(() => "..");
  const path = [...up, ...to.slice(common)].join("/");
  return up.length > 0 ? path : `./${path}`;
}

export function withoutExtension(path: string): string {
  return path.replace(/\.(d\.)?[cm]?tsx?$/, "");
}
