/** Gives a temporary project the package `instar`: as it was built, or with `INSTAR_FROM_SOURCE=1` as its sources are. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./temporary-project.ts";

export function linkInstar(root: string): void {
  const folder = join(root, "node_modules");
  mkdirSync(folder, { recursive: true });
  // A link that is there already goes, not what it leads to.
  rmSync(join(folder, "instar"), { force: true });
  if (process.env["INSTAR_FROM_SOURCE"]) {
    const exports = { ".": "./src/index.ts", "./dev": "./src/dev/index.ts" };
    mkdirSync(join(folder, "instar"));
    writeFileSync(join(folder, "instar/package.json"), JSON.stringify({ name: "instar", type: "module", exports }));
    symlinkSync(join(repository, "runtime/src"), join(folder, "instar/src"));
  } else {
    symlinkSync(join(repository, "runtime"), join(folder, "instar"));
  }
}
