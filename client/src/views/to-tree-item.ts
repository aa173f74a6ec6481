/** Makes of a row what VS Code shows. */
import * as vscode from "vscode";
import type { Row } from "./row.ts";

export function toTreeItem(row: Row): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, collapsible(row.children));
  item.id = row.id;
  item.description = row.description;
  item.iconPath = new vscode.ThemeIcon(row.icon, row.color === undefined ? undefined : new vscode.ThemeColor(row.color));
  item.contextValue = row.contextValue;
  item.accessibilityInformation = { label: row.spoken };
  if (row.tooltip !== undefined) item.tooltip = row.tooltip;
  if (row.uri !== undefined) item.resourceUri = vscode.Uri.parse(row.uri);
  if (row.opens !== undefined) {
    const { command, title, arguments: given } = row.opens;
    item.command = { command, title, arguments: [...given] };
  }
  return item;
}

function collapsible(children: Row["children"]): vscode.TreeItemCollapsibleState {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  return { none: None, collapsed: Collapsed, expanded: Expanded }[children];
}
