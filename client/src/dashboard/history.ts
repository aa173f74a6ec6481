/** What the dashboard remembers of each runtime, for as long as the window is open: bounded, whatever happens. Knows no `vscode`. */
import type { RuntimeHistory, RuntimeOverview, Sample, UpgradeOutline } from "./dashboard-messages.ts";

/** Ten minutes of one look each second. */
const rememberedSamples = 600;
const rememberedUpgrades = 50;

export interface History {
  /** Everything that was asked at one time; runtimes that are missing have ended. */
  add(overviews: readonly RuntimeOverview[], at: Date): void;
  upgraded(which: { readonly root: string; readonly runtime: string }, upgrade: UpgradeOutline): void;
  readonly all: readonly RuntimeHistory[];
}

export function createHistory(): History {
  const runtimes = new Map<
    string,
    { key: string; now: RuntimeOverview | null; name: string; samples: Sample[]; upgrades: UpgradeOutline[] }
  >();
  const of = ({ root, runtime }: { readonly root: string; readonly runtime: string }) => {
    const key = `${root}\n${runtime}`;
    const known = runtimes.get(key) ?? { key, now: null, name: runtime, samples: [], upgrades: [] };
    runtimes.set(key, known);
    return known;
  };
  return {
    add(overviews, at) {
      const ended = new Set(runtimes.values());
      for (const overview of overviews) {
        const known = of(overview);
        ended.delete(known);
        known.now = overview;
        known.samples.push(sampleOf(overview, at));
        if (known.samples.length > rememberedSamples) known.samples.shift();
      }
      for (const known of ended) known.now = null;
    },
    upgraded(which, upgrade) {
      const { upgrades } = of(which);
      upgrades.unshift(upgrade);
      upgrades.length = Math.min(upgrades.length, rememberedUpgrades);
    },
    get all() {
      return [...runtimes.values()];
    },
  };
}

function sampleOf({ versions, queued, longest, restarts }: RuntimeOverview, at: Date): Sample {
  return {
    at: at.getTime() / 1000,
    versions: Object.fromEntries(versions.map(({ module, vsn, count }) => [`${module}\n${vsn}`, count])),
    queued,
    longest: longest[0]?.mailbox ?? 0,
    restarts,
  };
}
