/** What runs the project's code wants a trusted workspace, and says so where it is not one. */
import * as vscode from "vscode";

/** @param what runs the code, as a sentence. */
export async function isTrusted(what: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = vscode.l10n.t("Manage Workspace Trust");
  const picked = await vscode.window.showWarningMessage(
    vscode.l10n.t("{0} This workspace is not trusted, so nothing of it is run. Trust it to go on.", what),
    manage,
  );
  if (picked === manage) await vscode.commands.executeCommand("workbench.trust.manage");
  return false;
}
