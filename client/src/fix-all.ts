/**
 * *Fix All in This File*: what a save does with `source.fixAll.instar`, as a command with a shortcut; and the same for the whole workspace.
 * Remembers for the walkthrough that it helped.
 */
import * as vscode from "vscode";
import type { InstarClient } from "./language-client.ts";
import { createRegister } from "./register-command.ts";
import { isTypeScript } from "./uses-instar.ts";

const kind = "source.fixAll.instar";
/** The finding that the walkthrough leads to. */
const rule = "state-changed-no-code-change";

export function registerFixAll({ client, output }: { client: InstarClient; output: vscode.LogOutputChannel }): vscode.Disposable {
  /** The files that show it. */
  const showing = new Set<string>();
  return vscode.Disposable.from(
    createRegister(output)("instar.fixAll", async () => {
      if (await isInFront()) await vscode.commands.executeCommand("editor.action.codeAction", { kind, apply: "first" });
    }),
    createRegister(output)("instar.fixAllInWorkspace", async () => {
      const title = vscode.l10n.t("Looking for what can be fixed");
      const { edit, count } = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
        client.request("instar/fixAll", {}),
      );
      if (edit === null) {
        void vscode.window.showInformationMessage(vscode.l10n.t("Instar: nothing is left that can be fixed without asking you."));
        return;
      }
      const all = vscode.l10n.t("Fix All");
      const choose = vscode.l10n.t("Choose…");
      const answer = await vscode.window.showInformationMessage(
        count === 1 ? vscode.l10n.t("Instar can fix findings in 1 file.") : vscode.l10n.t("Instar can fix findings in {0} files.", count),
        { modal: true, detail: vscode.l10n.t("One undo takes all of it back.") },
        all,
        choose,
      );
      if (answer === undefined) return;
      const taken = answer === choose ? (await client.request("instar/fixAll", { choose: true })).edit : edit;
      if (taken === null || !(await client.applyEdit(taken)) || answer === choose) return;
      void vscode.window.showInformationMessage(
        count === 1
          ? vscode.l10n.t("Instar: fixed what could be fixed in 1 file.")
          : vscode.l10n.t("Instar: fixed what could be fixed in {0} files.", count),
      );
    }),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      const before = showing.size > 0;
      for (const uri of uris) {
        if (vscode.languages.getDiagnostics(uri).some(isAboutState)) showing.add(uri.toString());
        else showing.delete(uri.toString());
      }
      const now = showing.size > 0;
      if (now !== before) void vscode.commands.executeCommand("setContext", now ? "instar:stateChanged" : "instar:stateFixed", true);
    }),
  );
}

/** The walkthrough and the views ask for it, too, and then the file that is meant is beside them. */
async function isInFront(): Promise<boolean> {
  const active = vscode.window.activeTextEditor;
  if (active !== undefined && isTypeScript(active.document)) return true;
  const beside = vscode.window.visibleTextEditors.find(({ document }) => isTypeScript(document));
  if (beside === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Instar: open the file that is to be fixed, then try again."));
    return false;
  }
  await vscode.window.showTextDocument(beside.document, beside.viewColumn === undefined ? {} : { viewColumn: beside.viewColumn });
  return true;
}

function isAboutState({ source, code }: vscode.Diagnostic): boolean {
  return source === "instar" && (typeof code === "object" ? code.value : code) === rule;
}
