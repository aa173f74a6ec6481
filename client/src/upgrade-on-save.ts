/**
 * *Upgrade on save*, off by default: what `instar dev --watch` does, asked for by the editor, so that the person sees what came of it. Where
 * there are findings at error level nothing is changed, and they are told once.
 */
import { relative } from "node:path";
import * as vscode from "vscode";
import type { UpgradeReport } from "../../server/src/protocol.ts";
import type { InstarClient } from "./language-client.ts";
import { offer } from "./register-command.ts";
import { summary } from "./report.ts";
import { logReport, reportAction } from "./show-report.ts";
import { isTypeScript } from "./uses-instar.ts";

export function registerUpgradeOnSave({ client, output }: { client: InstarClient; output: vscode.LogOutputChannel }): vscode.Disposable {
  /** Project roots whose upgrade runs; what is saved meanwhile is upgraded after it. */
  const running = new Map<string, { again: boolean }>();
  /** What was told last of each root, so that the same is not told at every save. */
  const told = new Map<string, string>();

  const upgrade = async (root: string): Promise<void> => {
    const busy = running.get(root);
    if (busy !== undefined) {
      busy.again = true;
      return;
    }
    const run = { again: true };
    running.set(root, run);
    try {
      while (run.again) {
        run.again = false;
        tell(root, await client.request("instar/upgrade", { root }));
      }
    } finally {
      running.delete(root);
    }
  };

  const tell = (root: string, report: UpgradeReport): void => {
    if (report.outcome === "unchanged" || report.outcome === "canceled") return;
    const text = summary(report, "upgrade", vscode.l10n.t);
    logReport(output, text, report);
    if (report.outcome === "committed") {
      told.delete(root);
      vscode.window.setStatusBarMessage(`$(check) ${vscode.l10n.t("Instar: {0}", text)}`, 5000);
      return;
    }
    vscode.window.setStatusBarMessage(`$(warning) ${vscode.l10n.t("Instar: not upgraded")}`, 5000);
    if (told.get(root) === text) return;
    told.set(root, text);
    void offer(vscode.window.showErrorMessage, vscode.l10n.t("Instar: {0}", text), {
      [vscode.l10n.t("Show Problems")]: () => vscode.commands.executeCommand("workbench.actions.view.problems"),
      ...reportAction(client, report, "upgrade"),
    });
  };

  return vscode.workspace.onDidSaveTextDocument(async (document) => {
    const { uri } = document;
    if (uri.scheme !== "file" || !isTypeScript(document) || !client.running) return;
    // Who does not trust the workspace runs nothing of it, whatever its settings say.
    if (!vscode.workspace.isTrusted || !vscode.workspace.getConfiguration("instar", uri).get<boolean>("upgradeOnSave", false)) return;
    try {
      const live = await client.request("instar/processes", {});
      const roots = new Set(live.map(({ runtime }) => runtime.root).filter((root) => isWithin(root, uri.fsPath)));
      // The innermost project is the file's own.
      const [root] = [...roots].toSorted((one, other) => other.length - one.length);
      if (root !== undefined) await upgrade(root);
    } catch (error) {
      output.error(vscode.l10n.t("The upgrade on save failed: {0}", String(error)));
      vscode.window.setStatusBarMessage(`$(warning) ${vscode.l10n.t("Instar: not upgraded")}`, 5000);
    }
  });
}

function isWithin(root: string, file: string): boolean {
  const path = relative(root, file);
  return path !== "" && !path.startsWith("..") && !path.includes("node_modules");
}
