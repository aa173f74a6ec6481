/** *Start Dev Runtime*: runs the project's own `instar dev` in a terminal, where its output is seen and Ctrl-C ends it. */
import * as vscode from "vscode";
import type { EntrySummary } from "../../server/src/protocol.ts";
import { instarCommand, onPath } from "./installed.ts";
import type { InstarClient } from "./language-client.ts";
import { shellArgument } from "./shell-argument.ts";
import { isTrusted } from "./trust.ts";

export async function startDevRuntime(client: InstarClient): Promise<void> {
  if (!(await isTrusted(vscode.l10n.t("The dev runtime runs the code of this project.")))) return;
  const entry = await pickEntry(await client.request("instar/entries", {}));
  if (entry === undefined) return;
  if (instarCommand(entry.root) === undefined) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        "The command `instar` is not installed in {0}. Install the packages `instar` and `instar-language-server` there (npm install), then try again.",
        entry.root,
      ),
    );
    return;
  }
  if (!onPath("node")) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        "Node.js is not on the PATH that VS Code was started with, and the dev runtime runs on it. Install it from https://nodejs.org, start VS Code again, then try again. Findings and fixes work without it.",
      ),
    );
    return;
  }
  const terminal = vscode.window.createTerminal({
    name: vscode.l10n.t("Instar: {0}", entry.path),
    cwd: entry.root,
    iconPath: new vscode.ThemeIcon("pulse"),
    isTransient: true,
  });
  terminal.show(true);
  // `--no-install`: only the project's own version will do.
  terminal.sendText(`npx --no-install instar dev ${shellArgument(entry.path, vscode.env.shell)}`);
}

async function pickEntry(entries: readonly EntrySummary[]): Promise<EntrySummary | undefined> {
  if (entries.length === 0) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        "No application was found: an entry module, for example `src/app.ts`, default-exports a call of `supervisor` from `instar`.",
      ),
    );
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    entries.map((entry) => ({ label: entry.path, description: vscode.workspace.asRelativePath(entry.root), entry })),
    { title: vscode.l10n.t("Instar: Start Dev Runtime"), placeHolder: vscode.l10n.t("Application to run") },
  );
  return picked?.entry;
}
