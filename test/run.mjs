/**
 * Runs every `*.test.ts` of the repository with Node's own test runner; Node 20 has no globs of its own there. Arguments narrow the
 * files by a part of their path: `npm test -- supervisor`. The editor test has its own command, `npm run test:e2e`.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const parts = process.argv.slice(2);
const files = ["runtime/src", "server/src", "client/src", "examples", "test"]
  .flatMap((folder) => readdirSync(root + folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`))
  .filter((file) => file.endsWith(".test.ts") && !/node_modules|test\/e2e|test\/fixtures/.test(file))
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .toSorted((one, other) => one.localeCompare(other));

if (files.length === 0) {
  console.error(`No test file matches ${parts.join(", ")}.`);
  process.exit(1);
}
// Node leaves one core to itself; most of these files wait for processes that they have started.
const concurrency = `--test-concurrency=${Math.max(2, availableParallelism())}`;
const { status } = spawnSync(process.execPath, ["--import", "tsx", "--test", concurrency, ...files], { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
