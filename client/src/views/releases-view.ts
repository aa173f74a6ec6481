/** The view *Releases*: the snapshots of each module over time. What compares them takes its rows as arguments, one or several. */
import * as vscode from "vscode";
import type { InstarClient } from "../language-client.ts";
import type { Register } from "../register-command.ts";
import { createListView } from "./list-view.ts";
import { releaseChildren, releaseRoots, releaseRow, type ReleasesNode } from "./release-rows.ts";

export function registerReleasesView(client: InstarClient, output: vscode.LogOutputChannel, register: Register): vscode.Disposable {
  const list = createListView<ReleasesNode>({
    id: "instar.releases",
    output,
    canSelectMany: true,
    read: async () => releaseRoots(await client.request("instar/releases", {})),
    children: releaseChildren,
    row: (node) => releaseRow(node, (root) => vscode.workspace.asRelativePath(root), vscode.l10n),
  });
  return vscode.Disposable.from(
    list,
    client.onNotification("instar/modulesChanged", () => list.changed()),
    register("instar.refreshReleases", () => list.refresh()),
    register("instar.openSnapshot", async (argument) => {
      const uri = uriOf(argument) ?? (await pickSnapshot(client));
      if (uri !== undefined) await vscode.window.showTextDocument(vscode.Uri.parse(uri));
    }),
  );
}

function uriOf(argument: unknown): string | undefined {
  const node = argument as ReleasesNode | undefined;
  return typeof node === "object" && node !== null && node.kind === "release" ? node.release.uri : undefined;
}

async function pickSnapshot(client: InstarClient): Promise<string | undefined> {
  const items = (await client.request("instar/releases", {})).flatMap(({ module, releases }) =>
    releases.map(({ vsn, uri, date, state }) => ({
      label: vscode.l10n.t("{0} version {1}", module, vsn),
      description: date.slice(0, 10),
      detail: state,
      uri,
    })),
  );
  if (items.length === 0) {
    const write = vscode.l10n.t("Write Release Snapshots");
    const picked = await vscode.window.showInformationMessage(vscode.l10n.t("Nothing was released yet."), write);
    if (picked === write) await vscode.commands.executeCommand("instar.release");
    return undefined;
  }
  const title = vscode.l10n.t("Instar: Open Snapshot");
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t("Release"), matchOnDescription: true }))?.uri;
}
