/** What a project has installed of Instar, looked for where Node.js looks: in the project's `node_modules` and those of the folders above. */
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** The command `instar`; undefined where it is not installed. */
export function instarCommand(root: string): string | undefined {
  return upwards(root, "node_modules/.bin/instar", process.platform === "win32" ? "node_modules/.bin/instar.cmd" : undefined);
}

/** The program behind the command, which Node.js can run. */
export function instarProgram(root: string): string | undefined {
  return upwards(root, "node_modules/instar/bin/instar.mjs");
}

export function languageServerPackage(root: string): string | undefined {
  return upwards(root, "node_modules/instar-language-server");
}

export function onPath(program: string): boolean {
  const names = process.platform === "win32" ? [`${program}.exe`, `${program}.cmd`] : [program];
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && names.some((name) => existsSync(join(folder, name))));
}

function upwards(root: string, ...names: readonly (string | undefined)[]): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = names.flatMap((name) => name ?? []).map((name) => join(folder, name));
    const [there] = found.filter((file) => existsSync(file));
    if (there !== undefined) return there;
    if (dirname(folder) === folder) return undefined;
  }
}
