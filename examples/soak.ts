/**
 * `npm run soak -- --minutes 60`: the chat under light traffic, whose code is another one every second: up and down between two versions, with
 * new text each time. Samples what its processes hold, and exits with 1 where that grows, or anything was lost.
 */
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { checkBooks } from "./chaos/checks.ts";
import { startWorld, type World } from "./chaos/world.ts";
import { growthOf } from "./soak/flat.ts";
import { createSampler, type Sample, type Sampler } from "./soak/sample.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "60" }, "upgrades-per-second": { type: "string", default: "1" } },
});
const [minutes, rate] = [Number(values.minutes), Number(values["upgrades-per-second"])];
if (!(minutes > 0) || !(rate > 0)) {
  console.error("--minutes and --upgrades-per-second are numbers above 0.");
  process.exit(2);
}
const sampler = await createSampler();
const world = await startWorld(200, sampler.environment);
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => (interrupted = true));
try {
  process.exitCode = (await soak(world, sampler)) ? 0 : 1;
} finally {
  await world.stop();
  await sampler.remove();
}

async function soak({ runtime, project, client: startOutside }: World, { sample }: Sampler): Promise<boolean> {
  const begin = performance.now();
  const end = begin + minutes * 60_000;
  const every = Math.max(2000, (minutes * 60_000) / 60);
  const samples: Sample[] = [];
  const client = startOutside(100);
  let upgrades = 0;
  let nextSample = begin;
  while (performance.now() < end && !interrupted) {
    const due = begin + (upgrades + 1) * (1000 / rate);
    upgrades++;
    await project.write(upgrades % 2 === 0 ? 1 : 2, undefined, `\nexport const nth = ${upgrades};\n`);
    const { outcome, errors } = await runtime.request("upgrade/apply", {});
    if (outcome !== "committed") throw new Error(`upgrade ${upgrades} was ${outcome}: ${errors[0]?.code} ${errors[0]?.message}`);
    if (performance.now() >= nextSample) {
      nextSample += every;
      const taken = await sample(world);
      samples.push(taken);
      console.log(`${String(upgrades).padStart(7)}  ${Object.values(taken).map(short).join("  ")}`);
    }
    await delay(Math.max(0, due - performance.now()));
  }
  const account = await client.stop();
  const faults = [...account.lost, ...account.errors, ...(await checkBooks(world))];
  const growths = growthOf(samples);
  console.log(
    `\n${upgrades} upgrades in ${((performance.now() - begin) / 60_000).toFixed(1)} minutes; ${samples.length} samples, the second half of them:`,
  );
  for (const { measure, level, growth, flat } of growths) {
    console.log(
      `  ${measure.padEnd(26)} ${short(level).padStart(9)}  ${growth < 0 ? "-" : "+"}${short(Math.abs(growth))}${flat ? "" : "  GROWS"}`,
    );
  }
  for (const fault of faults) console.log(`FAILED: ${fault}`);
  const isFlat = growths.every(({ flat }) => flat);
  console.log(isFlat ? "Memory is flat, and no handle leaked." : "FAILED: something grows.");
  return isFlat && faults.length === 0;
}

function short(value: number): string {
  return value >= 100_000 ? `${(value / 1_000_000).toFixed(1)} MB` : String(Math.round(value * 10) / 10);
}
