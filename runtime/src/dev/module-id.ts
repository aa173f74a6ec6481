/** The module id of a file without a literal `id`: its path from the project root without extension, always with `/`. */
import { relative, sep } from "node:path";

export function moduleId(root: string, file: string): string {
  return relative(root, file)
    .split(sep)
    .join("/")
    .replace(/\.[cm]?[jt]sx?$/, "");
}
