/**
 * What the runtime costs beside Erlang/OTP on one scheduler, nact, xstate and a bare `Map` of objects, as ratios of one run with their
 * targets. `npm run bench:runtime` prints it (about ten minutes on a quiet machine), with `-- --quick` roughly (two minutes), and with `-- call upgrade` only
 * the measurements that have that in their names. On a machine that does other things, `-- --best` shows more than medians do. Absolute figures of two machines, or of two runs, do not compare.
 */
import { prepare, type Competitor } from "./programs/prepare.ts";
import { best, quick, typical, type Figures } from "./programs/program.ts";

interface Measurement {
  readonly name: string;
  readonly title: string;
  readonly lines: readonly Line[];
}

/** One figure of a measurement. */
interface Line {
  readonly title: string;
  readonly figure: string;
  readonly unit: "perSecond" | "bytes" | "ms";
  readonly targets: readonly Target[];
}

type Target =
  /** So many times better than a competitor. */
  { readonly times: number; readonly than: Competitor } | { readonly atMost: number };

const competitors: readonly Competitor[] = ["instar", "context", "copies", "otp", "nact", "xstate", "floor"];
const headings: Readonly<Record<Competitor, string>> = {
  instar: "Instar",
  context: "+context",
  copies: "+copies",
  otp: "OTP",
  nact: "nact",
  xstate: "xstate",
  floor: "Map",
};

const rate = (name: string, title: string, ...targets: readonly Target[]): Measurement => ({
  name,
  title,
  lines: [{ title: "per second", figure: "perSecond", unit: "perSecond", targets }],
});
const upgrade = (population: number, size: "small" | "large", total: readonly Target[], pause: number): Measurement => ({
  name: `upgrade-${population}-${size}`,
  title: `upgrade of ${population.toLocaleString("en")} processes with a ${size} state, under traffic (OTP: small states, no traffic)`,
  lines: [
    { title: "total", figure: "total", unit: "ms", targets: total },
    { title: "with report", figure: "reported", unit: "ms", targets: [] },
    { title: "longest pause", figure: "pause", unit: "ms", targets: [{ atMost: pause }] },
  ],
});
const save = (name: string, how: string): Measurement => ({
  name,
  title: `from a saved file to 1,000 upgraded processes, in the dev runtime, ${how}`,
  lines: [
    { title: "median", figure: "half", unit: "ms", targets: [] },
    { title: "95 of 100", figure: "p95", unit: "ms", targets: [{ atMost: 50 }] },
  ],
});
const than = (than: Competitor, times: number): Target => ({ than, times });

const measurements: readonly Measurement[] = [
  rate("call", "calls, 1 client", than("otp", 2), than("nact", 4), than("xstate", 1)),
  rate("call-100", "calls, 100 clients", than("otp", 2), than("nact", 4), than("xstate", 1)),
  rate("cast-1000", "casts, in bursts of 1,000", than("otp", 1.5), than("nact", 4), than("xstate", 1)),
  rate("cast-million", "casts, one burst of a million (nact: 100,000)", than("otp", 0.5), than("nact", 4), than("xstate", 1)),
  rate("start", "starts", than("nact", 4), than("xstate", 10)),
  rate("start-linked", "linked starts (OTP: one after the other; Instar: 1,000 at a time)", than("otp", 5)),
  {
    name: "memory",
    title: "an idle process, without its state",
    lines: [{ title: "bytes", figure: "bytes", unit: "bytes", targets: [{ atMost: 680 }] }],
  },
  upgrade(10_000, "small", [], 10),
  upgrade(10_000, "large", [], 30),
  upgrade(100_000, "small", [than("otp", 20)], 10),
  upgrade(100_000, "large", [than("otp", 3)], 30),
  save("save", "with the analysis, as `instar dev` starts it"),
  save("save-alone", "without the analysis"),
];

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const rounds = quick ? 1 : 5;
const { versions, missing, run } = await prepare();
const verdicts: { readonly text: string; readonly met: boolean }[] = [];

console.log(
  `runtime: ${versions.join(", ")}; ${rounds === 1 ? "one process each" : `${best ? "the best" : "medians"} of ${rounds} processes each`}`,
);
for (const why of missing) console.log(`  left out: ${why}`);
for (const measurement of measurements) {
  if (wanted.length > 0 && !wanted.some((part) => measurement.name.includes(part))) continue;
  const runs = new Map<Competitor, Figures[]>(competitors.map((competitor) => [competitor, []]));
  // By turns, so that what else the machine does meets all of them alike.
  for (let round = 0; round < rounds; round++) {
    for (const [competitor, figures] of runs) {
      const result = run(competitor, measurement.name);
      if (result !== null) figures.push(result);
    }
  }
  print(measurement, runs);
}
const missed = verdicts.filter(({ met }) => !met);
console.log(`\n${verdicts.length - missed.length} of ${verdicts.length} targets met`);
for (const { text } of missed) console.log(`  missed: ${text}`);

function print({ title, lines }: Measurement, runs: ReadonlyMap<Competitor, readonly Figures[]>): void {
  console.log(`\n${title}`);
  const present = competitors.filter((competitor) => runs.get(competitor)?.length !== 0);
  console.log(`  ${"".padEnd(14)}${present.map((competitor) => headings[competitor].padStart(11)).join("")}`);
  for (const line of lines) {
    const values = new Map(
      present
        .map((competitor) => [competitor, (runs.get(competitor) ?? []).flatMap((run) => run[line.figure] ?? [])] as const)
        .flatMap(([competitor, figures]) => (figures.length === 0 ? [] : [[competitor, pick(figures, line.unit)] as const])),
    );
    const cells = present.map((competitor) => values.get(competitor)).map((value) => (value === undefined ? "" : format(value, line.unit)));
    console.log(`  ${line.title.padEnd(14)}${cells.map((cell) => cell.padStart(11)).join("")}`);
    for (const target of line.targets) {
      const verdict = judge(line, target, values);
      if (verdict === null) continue;
      verdicts.push({ text: `${title}, ${line.title}: ${verdict.text}`, met: verdict.met });
      console.log(`    ${verdict.text}: ${verdict.met ? "met" : "MISSED"}`);
    }
  }
}

/** Null where the competitor is missing. */
function judge(line: Line, target: Target, values: ReadonlyMap<Competitor, number>): { text: string; met: boolean } | null {
  const own = values.get("instar");
  if (own === undefined) return null;
  if ("atMost" in target) {
    return { text: `${format(own, line.unit)}, target at most ${format(target.atMost, line.unit)}`, met: own <= target.atMost };
  }
  const other = values.get(target.than);
  if (other === undefined) return null;
  const ratio = line.unit === "perSecond" ? own / other : other / own;
  return {
    text: `${ratio.toFixed(ratio < 10 ? 2 : 0)} times ${headings[target.than]}, target ${target.times} or more`,
    met: ratio >= target.times,
  };
}

function pick(values: readonly number[], unit: Line["unit"]): number {
  return best && unit === "perSecond" ? Math.max(...values) : typical(values);
}

function format(value: number, unit: Line["unit"]): string {
  if (unit === "bytes") return `${Math.round(value).toLocaleString("en")} B`;
  if (unit === "ms") return `${value.toFixed(value < 100 ? 1 : 0)} ms`;
  return value >= 999_500 ? `${(value / 1e6).toFixed(value < 1e7 ? 2 : 1)} M` : `${(value / 1e3).toFixed(0)} k`;
}
