/** Documents that are only read and kept as long as the window is there: proofs, and states of processes. */
import * as vscode from "vscode";

export interface ReadOnlyDocuments extends vscode.Disposable {
  /** Shows a text under a name; one that is open under it has the new text then. Its language is that of the name, unless another is given. */
  show(name: string, text: string, language?: string): Promise<void>;
}

export function createReadOnlyDocuments(scheme: string): ReadOnlyDocuments {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  /** By URI: one for each module or step that was asked about. */
  const texts = new Map<string, string>();
  const parts = vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) =>
        texts.get(uri.toString()) ?? vscode.l10n.t("This was made in an earlier session. Ask for it again."),
    }),
  );
  return {
    async show(name, text, language) {
      const uri = vscode.Uri.from({ scheme, path: `/${name}` });
      texts.set(uri.toString(), text);
      changed.fire(uri);
      const document = await vscode.workspace.openTextDocument(uri);
      if (language !== undefined && document.languageId !== language) await vscode.languages.setTextDocumentLanguage(document, language);
      await vscode.window.showTextDocument(document, { preview: true, viewColumn: vscode.ViewColumn.Beside });
    },
    dispose: () => void parts.dispose(),
  };
}
