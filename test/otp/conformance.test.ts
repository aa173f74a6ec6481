/** Plays OTP's scenarios against the runtime and compares step by step; none is left out in silence. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { calls } from "./calls.ts";
import { code } from "./code.ts";
import { modeOtp } from "./mode-otp.ts";
import { notCovered } from "./not-covered.ts";
import { scenarios, Seer, type Play, type Scenario } from "./oracle.ts";
import { processes } from "./processes.ts";
import { stateMachines } from "./state-machines.ts";
import { supervisors } from "./supervisors.ts";
import { upgrades } from "./upgrades.ts";

const plays: Record<string, Play> = { ...upgrades, ...calls, ...processes, ...supervisors, ...code, ...stateMachines };

test("every scenario is played, or listed as not covered with a reason", () => {
  const known = scenarios.map(({ scenario }) => scenario).toSorted();
  assert.deepEqual([...Object.keys(plays), ...Object.keys(notCovered)].toSorted(), known);
  for (const [scenario, why] of Object.entries(notCovered)) assert.match(why, /^(a later issue|no meaning): .{10}/, scenario);
});

for (const scenario of scenarios) {
  playTest(scenario.scenario, scenario, plays[scenario.scenario]);
  playTest(`${scenario.scenario} in mode: "otp"`, scenario, modeOtp[scenario.scenario]);
}

function playTest(name: string, scenario: Scenario, play: Play | undefined): void {
  if (play === undefined) return;
  test(name, async (t) => {
    const see = new Seer(scenario);
    await play(see);
    const seen = see.seen.toSorted((a, b) => a.n - b.n);
    assert.deepEqual(
      seen.map(({ n }) => n),
      scenario.steps.map(({ n }) => n),
      "each step once",
    );
    for (const { n, what, why, check } of seen) {
      const step = scenario.steps.find((candidate) => candidate.n === n)!;
      const name =
        what === "same" ? "as OTP" : what === "differs" ? `OTP: ${step.term.slice(0, 100)}; ours differs: ${why}` : `not compared: ${why}`;
      await t.test(`${n}. ${step.do}: ${name}`, { skip: what === "none" }, check);
    }
  });
}
