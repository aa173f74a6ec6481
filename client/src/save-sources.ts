/** Saves what is typed before something reads the disk. */
import { relative } from "node:path";
import * as vscode from "vscode";

/** The runtime builds from the disk, so what is typed but not saved would silently stay behind. Gives a sentence that says what was saved. */
export async function saveSources(root: string | undefined): Promise<string> {
  // Where no project is named, VS Code's own files, such as settings that it is just writing, are none of the sources all the same.
  const isSource = ({ languageId, uri }: vscode.TextDocument): boolean =>
    root === undefined
      ? languageId.startsWith("typescript") || vscode.workspace.getWorkspaceFolder(uri) !== undefined
      : !relative(root, uri.fsPath).startsWith("..");
  const dirty = vscode.workspace.textDocuments.filter(
    (document) => document.isDirty && document.uri.scheme === "file" && isSource(document),
  );
  const saved = await Promise.all(dirty.map((document) => document.save()));
  if (saved.includes(false))
    throw new Error(vscode.l10n.t("A file could not be saved, and the runtime builds from the disk. Save it, then try again."));
  if (saved.length === 0) return "";
  return ` ${saved.length === 1 ? vscode.l10n.t("Saved 1 file first.") : vscode.l10n.t("Saved {0} files first.", saved.length)}`;
}
