/** Every file of `scenarios/` is a scenario, and its name is the scenario's. */
import { readdirSync } from "node:fs";
import type { Scenario } from "./scenario.ts";

/** All of them by name, or the named ones in the order of their names. */
export async function loadScenarios(names: readonly string[] = []): Promise<Map<string, Scenario>> {
  const folder = new URL("scenarios/", import.meta.url);
  const all = readdirSync(folder)
    .map((file) => file.replace(/\.ts$/, ""))
    .toSorted();
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`The editor test has no scenario ${unknown.join(", ")}. There are: ${all.join(", ")}.`);
  const scenarios = new Map<string, Scenario>();
  for (const name of all.filter((name) => names.length === 0 || names.includes(name))) {
    const { default: scenario }: { default: Scenario } = await import(new URL(`${name}.ts`, folder).href);
    scenarios.set(name, scenario);
  }
  return scenarios;
}
