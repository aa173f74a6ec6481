/** The view *Live Processes*: the supervision tree of each connected runtime, with the version that each process runs. */
import * as vscode from "vscode";
import type { RuntimeInfo } from "../../../server/src/protocol.ts";
import type { InstarClient } from "../language-client.ts";
import { type Changed, type LiveNode, ProcessForest, type ProcessNode, type RuntimeNode } from "./process-forest.ts";
import { processFilter } from "./process-filter.ts";
import { moreRow, processDetails, processRow, runtimeRow } from "./process-rows.ts";
import { createRefresh } from "./refresh.ts";
import { toTreeItem } from "./to-tree-item.ts";

export interface ProcessTree extends vscode.Disposable {
  /** Reads the processes anew, now. */
  refresh(): void;
  /** All processes and runtimes, as of a new reading. */
  all(): Promise<readonly (RuntimeNode | ProcessNode)[]>;
  /** The row that has the focus. */
  readonly selected: LiveNode | undefined;
  readonly filter: string;
  setFilter(text: string): void;
  showMore(node: RuntimeNode | ProcessNode): Promise<void>;
  /** Shows a process in the tree; false where it does not live any more. */
  reveal(root: string, runtime: string, pid: string): Promise<boolean>;
}

/** Milliseconds between two readings: what changes all the time is still to be readable. */
const pause = 500;
const filterKey = "instar.processes.filter";

export function createProcessTree(client: InstarClient, output: vscode.LogOutputChannel, state: vscode.Memento): ProcessTree {
  const changed = new vscode.EventEmitter<LiveNode | LiveNode[] | undefined>();
  const forest = new ProcessForest();
  let filter = "";
  let begun: Promise<void> | undefined;
  /** Runtimes of the reading before, by which one that ends is missed. */
  let runtimes: readonly RuntimeInfo[] = [];
  let ended: string | undefined;
  /** The last one did, and none has come since. */
  let wasEnded = false;

  const fire = (nodes: Changed): void => {
    if (nodes === "everything") changed.fire(undefined);
    else if (nodes.length > 0) changed.fire([...nodes]);
    tell();
  };
  const tell = (): void => {
    const { processes, matches } = forest.counts;
    view.description = filter === "" ? (processes > 0 ? count(processes) : "") : vscode.l10n.t("filter: {0}", filter);
    const fits = filter === "" || processes === 0 ? "" : vscode.l10n.t("{0} of {1} fit the filter.", matches, count(processes));
    view.message = ended ?? fits;
  };
  const refresh = createRefresh({
    visible: false,
    pause,
    async read() {
      try {
        const live = await client.request("instar/processes", {});
        const gone = runtimes.filter((known) => !live.some(({ runtime }) => runtime.name === known.name && runtime.root === known.root));
        // Where none is left, the view's welcome says it, with the next step: VS Code shows no welcome under a message.
        wasEnded = live.length === 0 && (wasEnded || gone.length > 0);
        void vscode.commands.executeCommand("setContext", "instar:runtimeEnded", wasEnded);
        if (live.length === 0 || gone.length === 0) ended = undefined;
        else ended = vscode.l10n.t("The runtime {0} has ended, and its processes with it.", gone.map(({ name }) => name).join(", "));
        runtimes = live.map(({ runtime }) => runtime);
        fire(forest.update(live));
      } catch (error) {
        output.error(`Live Processes: ${error instanceof Error ? error.message : String(error)}`);
        ended = vscode.l10n.t("The language server does not answer. Its output says why.");
        fire(forest.update([]));
      }
    },
  });

  const provider: vscode.TreeDataProvider<LiveNode> = {
    onDidChangeTreeData: changed.event,
    async getChildren(node) {
      await (begun ??= refresh.now());
      return [...(node === undefined ? forest.runtimes : forest.children(node))];
    },
    getParent: (node) => forest.parent(node),
    getTreeItem(node) {
      if (node.kind === "runtime") {
        const several = new Set(forest.runtimes.map(({ root }) => root)).size > 1;
        return toTreeItem(runtimeRow(node, several, vscode.l10n));
      }
      if (node.kind === "more") return toTreeItem(moreRow(node, toTreeItem(rowOf(node.of)).id ?? "", vscode.l10n));
      return toTreeItem(rowOf(node));
    },
    // Only once somebody looks, so that no state is asked for that nobody reads.
    async resolveTreeItem(item, node) {
      if (node.kind !== "process") return item;
      const { root, in: of, process } = node;
      const found = await client.request("instar/processState", { root, runtime: of.runtime.name, pid: process.pid });
      const tooltip = new vscode.MarkdownString(processDetails(process, vscode.l10n));
      if (found !== null) tooltip.appendCodeblock(found.text, "javascript");
      item.tooltip = tooltip;
      return item;
    },
  };
  const rowOf = (node: RuntimeNode | ProcessNode) =>
    node.kind === "runtime" ? runtimeRow(node, false, vscode.l10n) : processRow(node, forest.childCount(node), filter !== "", vscode.l10n);

  const view = vscode.window.createTreeView("instar.processes", { treeDataProvider: provider, showCollapseAll: true });
  const setFilter = (text: string): void => {
    filter = text.trim();
    forest.filter(processFilter(filter));
    void state.update(filterKey, filter === "" ? undefined : filter);
    void vscode.commands.executeCommand("setContext", "instar:processesFiltered", filter !== "");
    fire("everything");
  };
  setFilter(state.get(filterKey, ""));
  const listening = vscode.Disposable.from(
    view.onDidChangeVisibility(({ visible }) => refresh.seen(visible)),
    client.onNotification("instar/processesChanged", ({ runtimes: living, oldCode }) => {
      void vscode.commands.executeCommand("setContext", "instar:hasRuntime", living > 0);
      // Told with the change, so that it is right also while nobody sees the tree.
      view.badge = oldCode === 0 ? undefined : { value: oldCode, tooltip: oldCodeText(oldCode) };
      refresh.request();
    }),
    client.onState((state) => {
      // What a server that is gone said of the living is not known any more; the next one tells only where something lives.
      if (state === "waiting" || state === "stopped") {
        void vscode.commands.executeCommand("setContext", "instar:hasRuntime", false);
        view.badge = undefined;
      }
      if (state === "running") refresh.request();
    }),
  );
  refresh.seen(view.visible);
  return {
    refresh: () => void refresh.now(),
    async all() {
      await refresh.now();
      return forest.runtimes.flatMap((runtime) => [runtime, ...forest.processesOf(runtime)]);
    },
    get selected() {
      return view.selection[0];
    },
    get filter() {
      return filter;
    },
    setFilter,
    async showMore(node) {
      const shown = forest.children(node).length - 1;
      forest.showMore(node);
      changed.fire(node);
      // Whoever came by the keyboard goes on where they were.
      const next = forest.children(node)[shown];
      if (next !== undefined) await view.reveal(next, { focus: true, select: true });
    },
    async reveal(root, runtime, pid) {
      await refresh.now();
      const node = forest.find(root, runtime, pid);
      if (node === undefined) return false;
      if (!forest.isVisible(node)) setFilter("");
      const parent = forest.parent(node);
      if (parent !== undefined && parent.kind !== "more") {
        forest.showMore(parent, node);
        changed.fire(parent);
      }
      await view.reveal(node, { focus: true, select: true });
      return true;
    },
    dispose: () => vscode.Disposable.from(view, listening, changed, refresh).dispose(),
  };
}

function count(processes: number): string {
  return processes === 1 ? vscode.l10n.t("1 process") : vscode.l10n.t("{0} processes", processes.toLocaleString());
}

function oldCodeText(processes: number): string {
  return processes === 1 ? vscode.l10n.t("1 process runs old code") : vscode.l10n.t("{0} processes run old code", processes);
}
