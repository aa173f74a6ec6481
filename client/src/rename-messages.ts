/**
 * Renames of messages are the language server's alone. Where it refuses one, VS Code would go on and ask TypeScript, which takes a message's
 * name for a text of its own, and would rename only the place at the cursor.
 */
import * as vscode from "vscode";
import type { RenameMiddleware } from "vscode-languageclient/node";

export const renameMessages: RenameMiddleware = {
  async prepareRename(document, position, token, next) {
    try {
      return await next(document, position, token);
    } catch (error) {
      // What the client library makes of an answer that is none: not a word for a person, who reads TypeScript's then.
      if (error instanceof Error && error.message === "The element can't be renamed.") return undefined;
      throw error;
    }
  },
  async provideRenameEdits(document, position, newName, token, next) {
    // Only what the server said it can rename comes here.
    try {
      const edit = await next(document, position, newName, token);
      if (edit !== null && edit !== undefined) return edit;
      if (!token.isCancellationRequested)
        void vscode.window.showInformationMessage(vscode.l10n.t("The text has changed meanwhile, so nothing was renamed. Try again."));
    } catch (error) {
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
    return new vscode.WorkspaceEdit();
  },
};
