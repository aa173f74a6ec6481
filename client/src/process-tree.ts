/** The view *Live Processes*: the supervision tree of each connected runtime, with the version that each process runs. */
import * as vscode from "vscode";
import type { LiveProcesses, ProcessInfo, RuntimeInfo } from "../../server/src/protocol.ts";
import type { InstarClient } from "./language-client.ts";

export type TreeNode =
  | { readonly kind: "runtime"; readonly runtime: RuntimeInfo }
  | { readonly kind: "process"; readonly runtime: RuntimeInfo; readonly process: ProcessInfo };

export interface ProcessTree extends vscode.Disposable {
  refresh(): void;
}

export function createProcessTree(client: InstarClient): ProcessTree {
  const changed = new vscode.EventEmitter<void>();
  let live: readonly LiveProcesses[] = [];

  const provider: vscode.TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    async getChildren(node) {
      if (node === undefined) {
        live = client.running ? await client.request("instar/processes", {}) : [];
        // With one runtime its name is noise; the processes are the roots.
        return live.length === 1 ? rootsOf(live[0]!) : live.map(({ runtime }) => ({ kind: "runtime", runtime }));
      }
      const one = live.find(({ runtime }) => runtime.root === node.runtime.root && runtime.name === node.runtime.name);
      if (one === undefined) return [];
      return node.kind === "runtime" ? rootsOf(one) : childrenOf(one, node.process.pid);
    },
    getTreeItem: (node) =>
      node.kind === "runtime" ? runtimeItem(node.runtime) : processItem(node.runtime, node.process, childCount(live, node)),
    async resolveTreeItem(item, node) {
      if (node.kind === "process") {
        const state = await client.request("instar/processState", { root: node.runtime.root, pid: node.process.pid });
        item.tooltip = tooltip(node.process, state?.text ?? null);
      }
      return item;
    },
  };

  const view = vscode.window.createTreeView("instar.processes", { treeDataProvider: provider, showCollapseAll: true });
  const listening = client.onNotification("instar/processesChanged", () => changed.fire());
  return {
    refresh: () => changed.fire(),
    dispose: () => vscode.Disposable.from(view, listening, changed).dispose(),
  };
}

function rootsOf({ runtime, processes }: LiveProcesses): TreeNode[] {
  const known = new Set(processes.map(({ pid }) => pid));
  return processes.filter(({ parent }) => parent === null || !known.has(parent)).map((process) => ({ kind: "process", runtime, process }));
}

function childrenOf({ runtime, processes }: LiveProcesses, parent: string): TreeNode[] {
  return processes.filter((process) => process.parent === parent).map((process) => ({ kind: "process", runtime, process }));
}

function childCount(live: readonly LiveProcesses[], node: Extract<TreeNode, { kind: "process" }>): number {
  const one = live.find(({ runtime }) => runtime.root === node.runtime.root && runtime.name === node.runtime.name);
  return one === undefined ? 0 : childrenOf(one, node.process.pid).length;
}

function runtimeItem(runtime: RuntimeInfo): vscode.TreeItem {
  const item = new vscode.TreeItem(runtime.name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `${runtime.root}\n${runtime.name}`;
  item.description = runtime.status;
  item.iconPath = new vscode.ThemeIcon("server-process");
  item.contextValue = "runtime";
  return item;
}

function processItem(runtime: RuntimeInfo, process: ProcessInfo, children: number): vscode.TreeItem {
  const item = new vscode.TreeItem(
    process.name ?? process.pid,
    children > 0 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None,
  );
  item.id = `${runtime.root}\n${runtime.name}\n${process.pid}`;
  // What changes comes first: a side bar is narrow, and cuts off the rest.
  item.description = [
    `v${process.vsn}`,
    ...(process.oldCode ? [vscode.l10n.t("old code")] : []),
    ...(process.status === "suspended" ? [vscode.l10n.t("suspended")] : []),
    ...(process.mailbox > 0 ? [vscode.l10n.t("{0} queued", process.mailbox)] : []),
    process.module,
  ].join(" · ");
  item.iconPath = icon(process);
  // The menu offers what can be done: a supervisor has no state to convert.
  item.contextValue = process.kind;
  return item;
}

function icon(process: ProcessInfo): vscode.ThemeIcon {
  if (process.oldCode) return new vscode.ThemeIcon("history", new vscode.ThemeColor("list.warningForeground"));
  if (process.kind === "supervisor") return new vscode.ThemeIcon("type-hierarchy");
  if (process.status === "suspended") return new vscode.ThemeIcon("debug-pause", new vscode.ThemeColor("list.warningForeground"));
  return new vscode.ThemeIcon("pulse", new vscode.ThemeColor("charts.green"));
}

function tooltip(process: ProcessInfo, state: string | null): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  const kind = process.kind === "supervisor" ? vscode.l10n.t("Supervisor") : vscode.l10n.t("Process");
  const name = process.name === null ? "" : ` ${vscode.l10n.t("registered as `{0}`", process.name)}`;
  const version = process.oldCode
    ? vscode.l10n.t("`{0}` version {1} (old code)", process.module, process.vsn)
    : vscode.l10n.t("`{0}` version {1}", process.module, process.vsn);
  const numbers = vscode.l10n.t(
    "{0} · mailbox {1} · state {2} · restarts {3} · since {4}",
    process.status,
    process.mailbox,
    size(process.stateSize),
    process.restarts,
    new Date(process.since).toLocaleTimeString(),
  );
  text.appendMarkdown(`**${kind}** \`${process.pid}\`${name}\n\n${version}\n\n${numbers}\n`);
  if (state !== null) text.appendCodeblock(state, "javascript");
  return text;
}

function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
