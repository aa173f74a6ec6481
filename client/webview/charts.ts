/** The charts of one runtime, over the same ten minutes: drawn by uPlot, in the theme's colours, with a line at each upgrade. */
import uPlot from "uplot";
import type { RuntimeHistory, Sample } from "../src/dashboard/dashboard-messages.ts";
import type { DashboardWords } from "../src/dashboard/dashboard-words.ts";
import { element } from "./elements.ts";

export interface Charts {
  show(history: RuntimeHistory): void;
  /** From the beginning, as in another theme. */
  redraw(history: RuntimeHistory): void;
}

/** Beyond these, versions are drawn as one. */
const drawnVersions = 6;
/** So many seconds at least, so that the first minute does not race. */
const shortest = 60;
const height = 140;

export function createCharts(parent: HTMLElement, words: DashboardWords): Charts {
  let upgrades: readonly number[] = [];
  const charts = [
    createChart(parent, words.byVersion, true, () => upgrades),
    createChart(parent, words.mailboxes, false, () => upgrades),
    createChart(parent, words.restarts, false, () => upgrades),
    createChart(parent, words.pauses, false, () => upgrades),
  ] as const;
  const show = (history: RuntimeHistory): void => {
    const { samples } = history;
    upgrades = history.upgrades.map(({ at }) => Date.parse(at) / 1000);
    const times = samples.map(({ at }) => at);
    const until = times.at(-1) ?? Date.now() / 1000;
    const range: [number, number] = [Math.min(times[0] ?? until, until - shortest), until];
    const finished = history.upgrades.toReversed();
    charts[0].show(range, times, versionLines(history, words));
    charts[1].show(range, times, [
      { name: words.allQueued, values: samples.map(({ queued }) => queued), color: "blue" },
      { name: words.longestMailbox, values: samples.map(({ longest }) => longest), color: "orange" },
    ]);
    charts[2].show(range, times, [{ name: words.restarts, values: samples.map(({ restarts }) => restarts), color: "red" }]);
    charts[3].show(
      range,
      finished.map(({ at }) => Date.parse(at) / 1000),
      [
        { name: words.longestPause, values: finished.map(({ pause }) => pause.longest), color: "purple", points: true },
        { name: words.medianPause, values: finished.map(({ pause }) => pause.median), color: "green", points: true },
      ],
    );
  };
  return {
    show,
    redraw(history) {
      for (const chart of charts) chart.forget();
      show(history);
    },
  };
}

interface Line {
  readonly name: string;
  readonly values: readonly number[];
  readonly color: (typeof palette)[number];
  /** Single values rather than a course. */
  readonly points?: true;
  /** Of a version that is no longer current. */
  readonly faint?: boolean;
}

const palette = ["blue", "green", "purple", "yellow", "orange", "red"] as const;

/** The versions that most processes run, or ran in this time. */
function versionLines({ samples, now }: RuntimeHistory, words: DashboardWords): Line[] {
  const most = new Map<string, number>();
  for (const { versions } of samples)
    for (const [key, count] of Object.entries(versions)) most.set(key, Math.max(most.get(key) ?? 0, count));
  const byCount = [...most].toSorted(([, a], [, b]) => b - a).map(([key]) => key);
  const drawn = byCount.slice(0, drawnVersions).toSorted();
  const current = new Set(now?.versions.filter((version) => version.current).map(({ module, vsn }) => `${module}\n${vsn}`));
  const lines = drawn.map((key, index): Line => {
    const [module, vsn] = key.split("\n");
    const values = samples.map(({ versions }) => versions[key] ?? 0);
    return { name: `${module} v${vsn}`, values, color: palette[index % palette.length]!, faint: now !== null && !current.has(key) };
  });
  const rest = byCount.slice(drawnVersions);
  const sumOf = ({ versions }: Sample): number => rest.reduce((sum, key) => sum + (versions[key] ?? 0), 0);
  return rest.length === 0 ? lines : [...lines, { name: words.others, values: samples.map(sumOf), color: "red", faint: true }];
}

interface Chart {
  show(range: [number, number], times: readonly number[], lines: readonly Line[]): void;
  forget(): void;
}

/** @param stacked draws lines upon each other, as areas. */
function createChart(parent: HTMLElement, title: string, stacked: boolean, upgrades: () => readonly number[]): Chart {
  const caption = element("figcaption", {}, title);
  const legend = element("ul", { class: "legend" });
  const place = element("div", { class: "plot", role: "img", "aria-label": title });
  parent.append(element("figure", {}, caption, legend, place));
  let plot: uPlot | undefined;
  let drawn = "";
  let range: [number, number] = [0, 1];
  new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height })).observe(place);

  const forget = (): void => {
    plot?.destroy();
    plot = undefined;
  };
  return {
    forget,
    show(shown, times, lines) {
      range = shown;
      const latest = lines.map(({ name, values }) => `${name}: ${Math.round((values.at(-1) ?? 0) * 10) / 10}`);
      place.setAttribute("aria-label", `${title}. ${latest.join(", ")}`);
      legend.replaceChildren(...lines.map((line, index) => legendOf(line, latest[index]!)));
      const data: uPlot.AlignedData = [[...times], ...(stacked ? stack(lines) : lines.map(({ values }) => [...values]))];
      const key = JSON.stringify(lines.map(({ name, faint }) => [name, faint]));
      if (plot !== undefined && key === drawn) return plot.setData(data);
      forget();
      drawn = key;
      plot = new uPlot(
        optionsOf(lines, stacked, place.clientWidth, () => range, upgrades),
        data,
        place,
      );
    },
  };
}

function legendOf({ color, faint }: Line, text: string): HTMLElement {
  return element("li", {}, element("span", { class: `swatch ${color}${faint === true ? " faint" : ""}` }), text);
}

function optionsOf(
  lines: readonly Line[],
  stacked: boolean,
  width: number,
  range: () => [number, number],
  upgrades: () => readonly number[],
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: themeColor("--vscode-charts-foreground", "--vscode-foreground"),
    grid: { stroke: faded(themeColor("--vscode-charts-lines", "--vscode-foreground"), 0.15), width: 1 },
    ticks: { show: false },
    font: `11px ${themeColor("--vscode-font-family", "--vscode-font-family") || "sans-serif"}`,
  };
  const line = themeColor("--vscode-charts-foreground", "--vscode-foreground");
  return {
    width,
    height,
    cursor: { show: false },
    legend: { show: false },
    scales: { x: { range: () => range() }, y: { range: (_, __, most) => [0, Math.max(most ?? 0, 1) * 1.1] } },
    axes: [
      { ...axis, size: 24, space: 90, values: (_, splits) => splits.map(clock) },
      { ...axis, size: 44, values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? value.toLocaleString() : "")) },
    ],
    series: [{}, ...lines.map((one) => seriesOf(one, stacked))],
    // What lies between one line and the next belongs to the first.
    ...(stacked ? { bands: lines.slice(1).map((_, index) => ({ series: [index + 1, index + 2] as [number, number] })) } : {}),
    hooks: {
      draw: [
        ({ ctx, bbox, valToPos }) => {
          ctx.save();
          ctx.strokeStyle = line;
          ctx.setLineDash([4, 4]);
          for (const at of upgrades()) {
            const [from, to] = range();
            if (at < from || at > to) continue;
            const x = valToPos(at, "x", true);
            ctx.beginPath();
            ctx.moveTo(x, bbox.top);
            ctx.lineTo(x, bbox.top + bbox.height);
            ctx.stroke();
          }
          ctx.restore();
        },
      ],
    },
  };
}

/** Without the day: nobody looks at more than ten minutes. */
function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

function seriesOf({ name, color, points, faint }: Line, stacked: boolean): uPlot.Series {
  const stroke = themeColor(`--vscode-charts-${color}`, "--vscode-foreground");
  const series: uPlot.Series = { label: name, stroke, width: 1.5, points: { show: points === true, size: 7, fill: stroke } };
  if (points === true) series.paths = () => null;
  else if (uPlot.paths.stepped !== undefined) series.paths = uPlot.paths.stepped({ align: 1 });
  if (stacked) series.fill = faded(stroke, faint === true ? 0.2 : 0.5);
  if (faint === true) series.dash = [4, 3];
  return series;
}

/** Each line upon those that follow it. */
function stack(lines: readonly Line[]): number[][] {
  const below: number[] = [];
  const stacked = lines.toReversed().map(({ values }) => values.map((value, index) => (below[index] = (below[index] ?? 0) + value)));
  return stacked.toReversed();
}

function themeColor(name: string, fallback: string): string {
  const style = getComputedStyle(document.body);
  return style.getPropertyValue(name).trim() || style.getPropertyValue(fallback).trim();
}

/** A colour of the theme, which may be written in any way, that lets through what is behind it. */
function faded(color: string, alpha: number): string {
  return `color-mix(in srgb, ${color} ${alpha * 100}%, transparent)`;
}
