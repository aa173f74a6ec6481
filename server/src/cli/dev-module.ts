/** `instar/dev` as a project has it, for the commands that run the project's code. */
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { UsageError } from "./exit.ts";

/**
 * The URL of `instar/dev` of the project, so that its code and what runs it share one copy of `instar`; else of the one beside the launcher.
 * @throws UsageError where there is none.
 */
export function devModuleUrl(root: string): string {
  const launcher = process.argv[1];
  const places = [
    `${root}/package.json`,
    ...(launcher === undefined || !existsSync(launcher) ? [] : [realpathSync(launcher)]),
    import.meta.url,
  ];
  for (const place of places) {
    try {
      return pathToFileURL(createRequire(place).resolve("instar/dev")).href;
    } catch {
      continue;
    }
  }
  throw new UsageError(`The package instar is not installed in ${root}. Install it: npm install instar`);
}
