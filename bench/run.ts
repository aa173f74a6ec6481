/** Runs the benches, each in a process of its own, one after the other: `npm run bench`, or `npm run bench -- runtime`. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);
const benches = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && !["run.ts", "measure.ts"].includes(file))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
for (const file of benches) {
  const { status } = spawnSync(process.execPath, ["--import", "tsx", folder + file], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
