/** The members of an npm workspace, so that a command at its root finds the one that it can only mean. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { slashed } from "../project-root.ts";

/** The folders that the `workspaces` of this folder's `package.json` name and that have a `package.json` of their own, absolute. */
export function memberProjects(root: string): string[] {
  let workspaces: unknown;
  try {
    ({ workspaces } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { workspaces?: unknown });
  } catch {
    return [];
  }
  // Yarn's form has the patterns one level deeper.
  const listed = Array.isArray(workspaces) ? workspaces : (workspaces as { packages?: unknown } | undefined)?.packages;
  const patterns = (Array.isArray(listed) ? listed : []).filter((pattern) => typeof pattern === "string");
  const folders = patterns.flatMap((pattern) => expand([slashed(root)], pattern.replace(/^\.\//, "").split("/").filter(Boolean)));
  return [...new Set(folders)].filter((folder) => existsSync(`${folder}/package.json`)).toSorted();
}

/** `*` stands for the folders at its place, `**` for those at any depth; other patterns are for npm to understand. */
function expand(folders: readonly string[], [segment, ...rest]: readonly string[]): string[] {
  if (segment === undefined) return [...folders];
  if (segment === "**") return folders.flatMap((folder) => [...expand([folder], rest), ...expand(foldersIn(folder), ["**", ...rest])]);
  if (segment === "*") return expand(folders.flatMap(foldersIn), rest);
  return expand(
    folders.map((folder) => `${folder}/${segment}`),
    rest,
  );
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
      .map(({ name }) => `${folder}/${name}`);
  } catch {
    return [];
  }
}
