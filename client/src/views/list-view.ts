/** A view whose whole content is one answer of the server: *Actors* and *Releases*. It reads when somebody sees it and something has changed. */
import * as vscode from "vscode";
import { createRefresh } from "./refresh.ts";
import type { Row } from "./row.ts";
import { toTreeItem } from "./to-tree-item.ts";

export interface ListView<Node> {
  readonly view: vscode.TreeView<Node>;
  /** Something has changed. */
  changed(): void;
  /** Reads now. */
  refresh(): Promise<void>;
  dispose(): void;
}

export interface ListViewOptions<Node> {
  readonly id: string;
  readonly output: vscode.LogOutputChannel;
  readonly canSelectMany?: boolean;
  readonly read: () => Promise<readonly Node[]>;
  readonly children: (node: Node) => readonly Node[];
  readonly row: (node: Node) => Row;
}

/** Milliseconds between two readings: while somebody types, what is found changes all the time. */
const pause = 300;

export function createListView<Node>({ id, output, canSelectMany = false, read, children, row }: ListViewOptions<Node>): ListView<Node> {
  const changed = new vscode.EventEmitter<void>();
  let roots: readonly Node[] = [];
  let shown: string | undefined;
  let begun: Promise<void> | undefined;
  const refresh = createRefresh({
    visible: false,
    pause,
    async read() {
      try {
        roots = await read();
        view.message = "";
      } catch (error) {
        roots = [];
        output.error(`${id}: ${error instanceof Error ? error.message : String(error)}`);
        view.message = vscode.l10n.t("The language server does not answer. Its output says why.");
      }
      // Most of what is typed changes no row.
      const now = JSON.stringify(rowsOf(roots, children, row));
      if (now === shown) return;
      shown = now;
      changed.fire();
    },
  });
  const view = vscode.window.createTreeView<Node>(id, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      async getChildren(node) {
        await (begun ??= refresh.now());
        return [...(node === undefined ? roots : children(node))];
      },
      getTreeItem: (node) => toTreeItem(row(node)),
    },
    showCollapseAll: true,
    canSelectMany,
  });
  const parts = vscode.Disposable.from(
    view,
    changed,
    refresh,
    view.onDidChangeVisibility(({ visible }) => refresh.seen(visible)),
  );
  refresh.seen(view.visible);
  return {
    view,
    changed: () => refresh.request(),
    refresh: () => refresh.now(),
    dispose: () => void parts.dispose(),
  };
}

function rowsOf<Node>(nodes: readonly Node[], children: (node: Node) => readonly Node[], row: (node: Node) => Row): unknown[] {
  return nodes.map((node) => [row(node), rowsOf(children(node), children, row)]);
}
