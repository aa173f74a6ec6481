/**
 * Runs the benches, each in a process of its own, one after the other: `npm run bench`, or `npm run bench -- analysis`. What begins with
 * `--` is passed on.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const options = process.argv.slice(2).filter((argument) => argument.startsWith("--"));
for (const bench of ["analysis", "runtime"]) {
  if (wanted.length > 0 && !wanted.includes(bench)) continue;
  const { status } = spawnSync(process.execPath, ["--import", "tsx", `${folder}${bench}.ts`, ...options], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
