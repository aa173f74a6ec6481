/** Whether TypeScript finds a configuration for a project: it looks upwards, too. Without one, types are read with its strict defaults. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";

export function hasTsconfig(root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(`${folder}/tsconfig.json`)) return true;
    if (dirname(folder) === folder) return false;
  }
}

/** What a person has to know where there is none, and what to do. */
export function withoutTsconfig(root: string): string {
  return (
    `no tsconfig.json in ${root} or above: types are read with TypeScript's strict defaults. ` +
    "If the project compiles with other options, findings may differ; add a tsconfig.json."
  );
}
