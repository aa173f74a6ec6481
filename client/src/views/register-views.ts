/** The views in Instar's container of the side bar, and the commands that belong to them. */
import * as vscode from "vscode";
import type { InstarClient } from "../language-client.ts";
import { createRegister } from "../register-command.ts";
import { registerActorsView } from "./actors-view.ts";
import { createLiveDocuments } from "./live-documents.ts";
import { registerProcessCommands } from "./process-commands.ts";
import { createProcessTree, type ProcessTree } from "./process-tree.ts";
import { registerReleasesView } from "./releases-view.ts";

export interface Views extends vscode.Disposable {
  readonly processes: ProcessTree;
}

/** @param state of this workspace: what a person has set in a view is there again the next time */
export function registerViews(client: InstarClient, output: vscode.LogOutputChannel, state: vscode.Memento): Views {
  const register = createRegister(output);
  const processes = createProcessTree(client, output, state);
  const documents = createLiveDocuments(client, register);
  const parts = vscode.Disposable.from(
    processes,
    documents,
    registerProcessCommands({ client, tree: processes, documents, register }),
    registerActorsView(client, output, register),
    registerReleasesView(client, output, register),
    vscode.commands.registerCommand("instar.openPlace", openPlace),
  );
  return { processes, dispose: () => void parts.dispose() };
}

/** What rows that stand for a place in a file do. */
async function openPlace(uri: string, at?: { readonly line: number; readonly character: number }): Promise<void> {
  const selection = at === undefined ? {} : { selection: new vscode.Range(at.line, at.character, at.line, at.character) };
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), { preview: true, ...selection });
}
