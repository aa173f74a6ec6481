/**
 * Random lives of supervisors: ours goes through each as OTP's did, step by step. `random-supervisors.jsonl` has the scenarios and what OTP 25
 * was seen to do. `UPDATE=1` makes new ones with the Erlang that is installed; `SEED` says which.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { seededRandom } from "../../runtime/src/seeded-random.ts";
import { erlang, play, randomScenario, type Scenario } from "./random-supervisors.ts";

const file = new URL("random-supervisors.jsonl", import.meta.url);
if (process.env["UPDATE"] === "1") writeFileSync(file, observe(Number(process.env["SEED"] ?? 1), Number(process.env["COUNT"] ?? 300)));

const observed = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as { readonly scenario: Scenario; readonly observed: string });

test(`${observed.length} random lives of supervisors go as in OTP`, async () => {
  for (const [i, { scenario, observed: theirs }] of observed.entries()) {
    assert.equal(await play(scenario), theirs, `scenario ${i + 1}: ${erlang(scenario)}`);
  }
});

function observe(seed: number, count: number): string {
  const random = seededRandom(seed);
  const made = Array.from({ length: count }, () => randomScenario(random));
  const folder = mkdtempSync(join(tmpdir(), "instar-"));
  try {
    writeFileSync(join(folder, "scenarios.term"), made.map((scenario) => `${erlang(scenario)}\n`).join(""));
    execFileSync("erlc", ["-o", folder, fileURLToPath(new URL("random-supervisors.erl", import.meta.url))]);
    const lines = execFileSync("erl", ["-noshell", "-run", "random-supervisors", "main", "scenarios.term"], {
      cwd: folder,
      encoding: "utf8",
    });
    const seen = lines.trim().split("\n");
    assert.equal(seen.length, count, lines.slice(-2000));
    return made.map((scenario, i) => `${JSON.stringify({ scenario, observed: seen[i] })}\n`).join("");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
