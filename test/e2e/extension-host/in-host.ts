/** What tests inside the extension host share: what is waited for, what was told to the person, and what they answer. */
import { join } from "node:path";
import * as vscode from "vscode";
import { until } from "../until.ts";

/** The folder of this world. */
export const root = process.env["TEST_ROOT"] ?? "";
export const uri = (file: string): vscode.Uri => vscode.Uri.file(join(root, file));

/** Whether the large part of the extension, with the language server, was loaded. */
export function isLoaded(): boolean {
  return Object.keys(require.cache).some((file) => file.endsWith("/dist/extension.cjs"));
}

export async function activated(): Promise<void> {
  await vscode.extensions.getExtension("instar.instar-vscode")!.activate();
  await until("the extension to be loaded", isLoaded);
}

/** The rules of the findings that a file shows, once there are some. */
export async function findings(file: string): Promise<string[]> {
  await vscode.window.showTextDocument(uri(file));
  const now = (): string[] =>
    vscode.languages
      .getDiagnostics(uri(file))
      .filter(({ source }) => source === "instar")
      .map(({ code }) => String(typeof code === "object" ? code.value : code));
  await until(`findings in ${file}`, () => now().length > 0);
  return now();
}

/**
 * Runs `work` with a person who answers each message with the first of these buttons that it has, and each quick pick with the first item
 * that has one of these texts. Gives what they were told.
 */
export async function withPerson(answers: readonly string[], work: () => PromiseLike<unknown>): Promise<string[]> {
  const told: string[] = [];
  const answer = async (message: string, ...rest: unknown[]): Promise<unknown> => {
    told.push(message);
    return rest.find((item) => typeof item === "string" && answers.includes(item));
  };
  const pick = async (items: unknown): Promise<unknown> =>
    ((await items) as vscode.QuickPickItem[]).find(({ label }) => answers.some((text) => label.includes(text)));
  const { window } = vscode;
  const kept = {
    showInformationMessage: window.showInformationMessage,
    showWarningMessage: window.showWarningMessage,
    showErrorMessage: window.showErrorMessage,
    showQuickPick: window.showQuickPick,
  };
  Object.assign(window, { showInformationMessage: answer, showWarningMessage: answer, showErrorMessage: answer, showQuickPick: pick });
  try {
    await work();
  } finally {
    Object.assign(window, kept);
  }
  return told;
}

/** Types over the first occurrence of `from`. */
export async function replace(file: string, from: string, to: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri(file));
  const start = document.getText().indexOf(from);
  if (start === -1) throw new Error(`${file} does not have ${JSON.stringify(from)}`);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri(file), new vscode.Range(document.positionAt(start), document.positionAt(start + from.length)), to);
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error(`${file} could not be edited`);
}
