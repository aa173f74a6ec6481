/**
 * Runs every `*.test.ts` of the repository with Node's own test runner; Node 20 has no globs of its own there. Arguments narrow the
 * files by a part of their path: `npm test -- supervisor`. The editor test has its own command, `npm run test:e2e`.
 *
 * In CI, files with a failure are run a second time, alone, and named if they pass then: most of these tests wait for processes that they
 * have started, and a busy machine must not refuse a change that is right. What is wrong fails twice.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
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
const first = run(files, Math.max(2, availableParallelism()));
const isTriedAgain = process.env.CI !== undefined && first.failed.length > 0 && first.failed.length <= 5;
if (!isTriedAgain) process.exit(first.status);
console.log(`Once more, alone: ${first.failed.join(", ")}`);
const second = run(first.failed, 1);
if (second.status === 0) console.log(`Passed at the second try only: ${first.failed.join(", ")}`);
process.exit(second.status);

/** The status of the run, and the files in which a test failed; none if a failure is of no file that is known, or the run came to no end. */
function run(paths, concurrency) {
  const folder = mkdtempSync(join(tmpdir(), "instar-tests-"));
  const failures = join(folder, "failures");
  const reporters = [
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=./test/failed-files.mjs",
    `--test-reporter-destination=${failures}`,
  ];
  try {
    const options = ["--import", "tsx", "--test", `--test-concurrency=${concurrency}`, ...reporters];
    const { status } = spawnSync(process.execPath, [...options, ...paths], { cwd: root, stdio: "inherit" });
    const failed = new Set(readFileSync(failures, "utf8").split("\n").slice(0, -1));
    const ended = status === 1 && failed.delete("end");
    const known = paths.filter((path) => failed.has(join(root, path)));
    return { status: status ?? 1, failed: ended && known.length === failed.size ? known : [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
