/** The page of the live dashboard: draws what the extension tells it, and asks it for commands. */
import type { FromDashboard, RuntimeHistory, ToDashboard, UpgradeOutline } from "../src/dashboard/dashboard-messages.ts";
import type { DashboardWords } from "../src/dashboard/dashboard-words.ts";
// For the bundler, which writes it beside the script.
// oxlint-disable-next-line import/no-unassigned-import
import "./dashboard.css";
import { createCharts, type Charts } from "./charts.ts";
import { element, filled, table } from "./elements.ts";

declare function acquireVsCodeApi(): { postMessage(message: FromDashboard): void };

const vscode = acquireVsCodeApi();
const main = document.getElementById("dashboard") as HTMLElement;
/** What is read aloud when it changes. */
const news = element("p", { class: "news", role: "status" });
/** By runtime. */
const sections = new Map<string, Section>();

interface Section {
  readonly root: HTMLElement;
  show(history: RuntimeHistory, words: DashboardWords): void;
  /** In the colours of the theme as it is now. */
  redraw(): void;
}

addEventListener("message", ({ data }: MessageEvent<ToDashboard>) => show(data));
new MutationObserver(() => {
  for (const section of sections.values()) section.redraw();
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });
vscode.postMessage({ kind: "ready" });

function show({ runtimes, words }: ToDashboard): void {
  if (runtimes.length === 0) {
    main.replaceChildren(
      element("p", { class: "empty" }, words.nothing),
      element("p", { class: "empty" }, button(words.start, "instar.startDevRuntime")),
    );
    return;
  }
  for (const history of runtimes) {
    const section = sections.get(history.key) ?? createSection(words);
    sections.set(history.key, section);
    section.show(history, words);
  }
  const shown = [news, ...[...sections.values()].map(({ root }) => root)];
  // Elements that are there already stay, with what is opened and selected in them.
  if (shown.some((one, index) => main.children[index] !== one)) main.replaceChildren(...shown);
}

function createSection(words: DashboardWords): Section {
  const title = element("h2", {});
  const status = element("span", { class: "status" });
  const tiles = element("dl", { class: "tiles" });
  const plots = element("div", { class: "plots" });
  const mailboxes = element("div", {});
  const upgrades = element("div", {});
  const root = element(
    "section",
    {},
    element(
      "header",
      {},
      title,
      status,
      element("span", { class: "actions" }, button(words.upgrade, "instar.upgrade"), button(words.rollback, "instar.rollback")),
    ),
    tiles,
    plots,
    element(
      "div",
      { class: "lists" },
      element("div", {}, element("h3", {}, words.upgrades), upgrades),
      element("div", {}, element("h3", {}, words.longestMailboxes), mailboxes),
    ),
  );
  const charts: Charts = createCharts(plots, words);
  let told: string | undefined;
  let listed = "";
  let history: RuntimeHistory | undefined;
  return {
    root,
    show(next) {
      history = next;
      const { now, name } = next;
      title.textContent = name;
      status.textContent = now === null ? words.ended : words.statuses[now.status];
      status.dataset["status"] = now?.status ?? "exited";
      tiles.replaceChildren(...tilesOf(next, words));
      charts.show(next);
      mailboxes.replaceChildren(mailboxesOf(next, words));
      const key = JSON.stringify(next.upgrades.map(({ at, outcome }) => [at, outcome]));
      if (key !== listed) {
        listed = key;
        upgrades.replaceChildren(...upgradesOf(next.upgrades, words));
      }
      const newest = next.upgrades[0];
      if (newest !== undefined && newest.at !== told) news.textContent = sentence(newest, words);
      told = newest?.at;
    },
    redraw() {
      if (history !== undefined) charts.redraw(history);
    },
  };
}

function tilesOf({ now }: RuntimeHistory, words: DashboardWords): HTMLElement[] {
  const tiles: readonly (readonly [string, number | undefined, boolean])[] = [
    [words.processes, now?.processes, false],
    [words.oldCode, now?.oldCode, (now?.oldCode ?? 0) > 0],
    [words.queued, now?.queued, false],
    [words.restarts, now?.restarts, false],
    [words.suspended, now?.suspended, (now?.suspended ?? 0) > 0],
  ];
  return tiles.map(([name, value, warns]) =>
    element("div", { class: warns ? "tile warns" : "tile" }, element("dt", {}, name), element("dd", {}, value?.toLocaleString() ?? "–")),
  );
}

function mailboxesOf({ now }: RuntimeHistory, words: DashboardWords): HTMLElement {
  const longest = now?.longest ?? [];
  if (longest.length === 0) return element("p", { class: "quiet" }, words.emptyMailboxes);
  return table(
    [words.process, words.module, words.mailbox],
    longest.map(({ pid, name, module, mailbox }) => [name ?? pid, module, mailbox]),
  );
}

function upgradesOf(upgrades: readonly UpgradeOutline[], words: DashboardWords): HTMLElement[] {
  if (upgrades.length === 0) return [element("p", { class: "quiet" }, words.noUpgrades)];
  return upgrades.map((upgrade, index) => {
    const { outcome, messages, pause, processes, more, errors, why } = upgrade;
    const counts = filled(
      words.counts,
      processes.length + more,
      milliseconds(pause.longest),
      messages.queued,
      messages.translated,
      messages.dropped,
      messages.callsSpanning,
    );
    const details = element(
      "details",
      // The newest is what a person is waiting for.
      index === 0 ? { open: "", "data-outcome": outcome } : { "data-outcome": outcome },
      element("summary", {}, sentence(upgrade, words)),
      element("p", { class: "quiet" }, counts),
      ...(why === null ? [] : [element("p", {}, why)]),
      ...errors.map(({ code, message, process }) =>
        element("p", { class: "error" }, element("code", {}, code), ` ${process === null ? "" : `${process}: `}${message}`),
      ),
    );
    if (processes.length > 0)
      details.append(
        table(
          [words.process, words.module, words.version, words.outcome, words.pause],
          processes.map(({ pid, name, module, from, to, pause: own, restarted }) => [
            name ?? pid,
            module,
            `${from} → ${to}`,
            outcome !== "committed" ? words.outcomes[outcome] : restarted ? words.restarted : words.converted,
            milliseconds(own),
          ]),
        ),
      );
    if (more > 0) details.append(element("p", { class: "quiet" }, filled(words.more, more)));
    return details;
  });
}

/** For example `Upgrade at 10:02:11: src/room.actor 1 → 2, committed`. */
function sentence({ at, operation, modules, outcome }: UpgradeOutline, words: DashboardWords): string {
  // What is only built anew because of its imports has the same version before and after.
  const changed = modules.filter(({ kind }) => kind !== "reinstantiate").map(({ id, from, to }) => `${id} ${from} → ${to}`);
  const what = [...changed, words.outcomes[outcome]].join(", ");
  return filled(words.happened, words.operations[operation], new Date(at).toLocaleTimeString(), what);
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

function button(text: string, command: Extract<FromDashboard, { kind: "command" }>["command"]): HTMLElement {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", () => vscode.postMessage({ kind: "command", command }));
  return made;
}
