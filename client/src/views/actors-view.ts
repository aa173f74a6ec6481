/** The view *Actors*: the actor modules with their versions, what was found in them, and their steps. */
import * as vscode from "vscode";
import type { InstarClient } from "../language-client.ts";
import type { Register } from "../register-command.ts";
import { actorChildren, type ActorNode, actorRoots, actorRow } from "./actor-rows.ts";
import { createListView } from "./list-view.ts";

export function registerActorsView(client: InstarClient, output: vscode.LogOutputChannel, register: Register): vscode.Disposable {
  const list = createListView<ActorNode>({
    id: "instar.actors",
    output,
    read: async () => actorRoots(await client.request("instar/actors", {})),
    children: actorChildren,
    row: (node) => actorRow(node, (root) => vscode.workspace.asRelativePath(root), vscode.l10n),
  });
  return vscode.Disposable.from(
    list,
    client.onNotification("instar/modulesChanged", ({ modules, errors, warnings }) => {
      // Also where the extension was loaded before there was any.
      if (modules > 0) void vscode.commands.executeCommand("setContext", "instar:hasActors", true);
      const found = errors + warnings;
      const tooltip = found === 1 ? vscode.l10n.t("1 finding") : vscode.l10n.t("{0} findings", found);
      list.view.badge = found === 0 ? undefined : { value: found, tooltip };
      list.changed();
    }),
    // Which versions run, and how many.
    client.onNotification("instar/processesChanged", () => list.changed()),
    register("instar.refreshActors", () => list.refresh()),
  );
}
