/** The extension as people install it. What was packaged from the same files is taken again, so that a second run starts at once. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** The path of the `.vsix` made of what `npm run build` left. */
export function packageExtension(): string {
  npm("packages");
  const cache = join(repository, "node_modules/.cache/instar-e2e");
  const vsix = join(cache, `${hash(packaged())}.vsix`);
  if (existsSync(vsix)) return vsix;
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  npm("vsce", "--", "--out", vsix);
  return vsix;
}

function npm(script: string, ...args: readonly string[]): void {
  execFileSync("npm", ["run", "--silent", script, ...args], { cwd: repository, stdio: ["ignore", "ignore", "inherit"] });
}

/** The files that `.vscodeignore` lets in, by the lines that do so. */
function packaged(): string[] {
  const patterns = readFileSync(join(repository, ".vscodeignore"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1).trim());
  return [".vscodeignore", ...patterns].flatMap((pattern) => {
    const star = pattern.indexOf("*");
    if (star === -1) return [pattern];
    const folder = pattern.slice(0, pattern.lastIndexOf("/", star));
    return readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(repository.length))
      .toSorted();
  });
}

function hash(files: readonly string[]): string {
  const sum = createHash("sha256");
  for (const file of files) sum.update(file).update(readFileSync(join(repository, file)));
  return sum.digest("hex").slice(0, 16);
}
