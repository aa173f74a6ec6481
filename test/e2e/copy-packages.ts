/**
 * The packages `instar` and `instar-language-server` as a project has them installed: copies of what was built, so that a build while the
 * editor test runs takes nothing away from it.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Copies them into `folder`, which is then a `node_modules` folder for the projects of the test to link to. */
export function copyPackages(folder: string): void {
  for (const [source, name] of [
    ["runtime", "instar"],
    ["server", "instar-language-server"],
  ] as const) {
    const from = join(repository, source);
    for (const part of ["package.json", "bin", "dist"]) cpSync(join(from, part), join(folder, name, part), { recursive: true });
    linkDependencies(from, join(folder, name, "node_modules"));
  }
  // What the example needs beside them.
  linkDependencies(join(repository, "examples/chat"), folder);
  symlinkSync(join(repository, "node_modules/@types"), join(folder, "@types"));
}

/** Those that are not there yet, of the package in the folder `of`, into the folder `into`. */
function linkDependencies(of: string, into: string): void {
  const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(readFileSync(join(of, "package.json"), "utf8"));
  for (const dependency of Object.keys(dependencies)) {
    const own = join(of, "node_modules", dependency);
    const link = join(into, dependency);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(existsSync(own) ? own : join(repository, "node_modules", dependency), link);
  }
}
