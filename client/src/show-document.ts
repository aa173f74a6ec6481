/** Shows a document that lies on no disk, by its URI. */
import * as vscode from "vscode";

export async function showDocument(uri: string): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(vscode.Uri.parse(uri)), { preview: false });
}
