/** Says at an actor module that is not on the disk why nothing is found in it: in the language status, where a person looks for that. */
import * as vscode from "vscode";
import { usesInstar } from "./uses-instar.ts";

/** Read-only copies of what lies on the disk, or was there, have nothing to be told. */
const copies = /^(git|gitlens|review|output|debug|instar(-\w+)?|vscode(-\w+)*)$/;

export function tellOfVirtualDocuments(): vscode.Disposable {
  const schemes = new Map<string, vscode.Disposable>();
  const look = (document: vscode.TextDocument): void => {
    const { scheme } = document.uri;
    if (scheme === "file" || (scheme !== "vscode-vfs" && copies.test(scheme)) || schemes.has(scheme) || !usesInstar(document)) return;
    schemes.set(scheme, statusFor(scheme));
  };
  for (const document of vscode.workspace.textDocuments) look(document);
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeTextDocument(({ document }) => (document.uri.scheme === "file" ? undefined : look(document))),
    { dispose: () => schemes.forEach((item) => item.dispose()) },
  );
}

function statusFor(scheme: string): vscode.Disposable {
  const selector = ["typescript", "typescriptreact"].map((language) => ({ scheme, language }));
  const item = vscode.languages.createLanguageStatusItem(`instar.virtual.${scheme}`, selector);
  item.name = "Instar";
  item.severity = vscode.LanguageStatusSeverity.Warning;
  item.text = vscode.l10n.t("Instar: not on the disk");
  item.detail =
    scheme === "untitled"
      ? vscode.l10n.t(
          "Actors are compared with their released snapshots, which lie beside them. Save this file into a project to see its findings.",
        )
      : vscode.l10n.t(
          "Instar reads projects and their snapshots from the disk. Open a copy of this folder on the disk to see its findings.",
        );
  return item;
}
