/** Documents that are only read and kept as long as they are open: reports, and states of processes. */
import * as vscode from "vscode";

export interface ReadOnlyDocuments extends vscode.Disposable {
  /** Shows a text under a name; one that is open under it has the new text then. */
  show(name: string, text: string): Promise<void>;
}

export function createReadOnlyDocuments(scheme: string): ReadOnlyDocuments {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  /** By URI. */
  const texts = new Map<string, string>();
  const parts = vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) =>
        texts.get(uri.toString()) ?? vscode.l10n.t("This was made in an earlier session. Ask for it again."),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === scheme) texts.delete(uri.toString());
    }),
  );
  return {
    async show(name, text) {
      const uri = vscode.Uri.from({ scheme, path: `/${name}` });
      texts.set(uri.toString(), text);
      changed.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), {
        preview: true,
        viewColumn: vscode.ViewColumn.Beside,
      });
    },
    dispose: () => void parts.dispose(),
  };
}
