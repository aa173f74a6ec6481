/** The language status item: what the server is doing, how many actor modules it sees, and which runtime it is connected to. */
import * as vscode from "vscode";
import type { ServerStatus } from "../../server/src/protocol.ts";
import type { InstarClient } from "./language-client.ts";

export function createStatus(client: InstarClient): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem("instar.status", [{ language: "typescript" }, { language: "typescriptreact" }]);
  item.name = "Instar";
  item.command = { title: vscode.l10n.t("Restart"), command: "instar.restartServer" };
  const show = (status: ServerStatus) => {
    item.busy = status.state === "starting" || status.state === "analyzing";
    item.severity = status.state === "error" ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    item.text = status.state === "error" ? vscode.l10n.t("Instar: a problem") : modules(status.modules);
    item.detail =
      status.message ??
      (status.runtime === null ? vscode.l10n.t("no runtime connected") : vscode.l10n.t("connected to {0}", status.runtime));
  };
  show({ state: "starting", modules: 0, runtime: null, message: null });
  return vscode.Disposable.from(item, client.onNotification("instar/status", show));
}

function modules(count: number): string {
  return count === 1 ? vscode.l10n.t("Instar: 1 actor module") : vscode.l10n.t("Instar: {0} actor modules", count);
}
