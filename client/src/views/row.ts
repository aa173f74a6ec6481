/** What one row of a view says, as plain data: whatever rows are made of knows no `vscode`, and is tested without it. */
import type * as vscode from "vscode";

export interface Row {
  /** Stays the same for as long as it means the same thing, so that it stays open and selected. */
  readonly id: string;
  readonly label: string;
  /** What changes comes first: a side bar is narrow, and cuts off the rest. */
  readonly description: string;
  /** A codicon, and a colour of the theme. */
  readonly icon: string;
  readonly color?: string;
  /** What menus go by. */
  readonly contextValue: string;
  /** The whole row in words, for who hears it. */
  readonly spoken: string;
  readonly children: "none" | "collapsed" | "expanded";
  readonly tooltip?: string;
  /** A file, so that the row shows what VS Code knows of it. */
  readonly uri?: string;
  /** What happens at Enter or a click. */
  readonly opens?: { readonly command: string; readonly title: string; readonly arguments: readonly unknown[] };
}

/** `vscode.l10n`, which tests replace. */
export type L10n = Pick<typeof vscode.l10n, "t">;

/** Colours of the theme that say the same everywhere. */
export const colors = { error: "list.errorForeground", warning: "list.warningForeground", calm: "charts.green" } as const;

export function byteSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
