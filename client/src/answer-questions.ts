/** Asks what a fix has to know and only a person does, one question after the other, and applies the fix then. */
import * as vscode from "vscode";
import type { FixAnswers, FixQuestions } from "../../server/src/protocol.ts";
import type { InstarClient } from "./language-client.ts";

/** Nothing is changed where one of the questions is dismissed. */
export async function answerQuestions(client: InstarClient, fix: FixAnswers): Promise<void> {
  const questions = await client.request("instar/fixQuestions", { fix });
  if (questions === null) return gone();
  const renames = await askRenames(fix.title, questions.renames);
  if (renames === undefined) return;
  // What is renamed needs no first value.
  const then = questions.renames.length === 0 ? questions : await client.request("instar/fixQuestions", { fix: { ...fix, renames } });
  if (then === null) return gone();
  const values = await askValues(fix.title, then.values);
  if (values === undefined) return;
  const made = await client.request("instar/fix", { fix: { ...fix, renames, values } });
  if (made === null) return gone();
  if (!(await client.applyEdit(made.edit)))
    throw new Error(vscode.l10n.t("The editor refused the edit, since the text has changed meanwhile. Try again."));
}

async function askRenames(title: string, questions: FixQuestions["renames"]): Promise<Record<string, string> | undefined> {
  const renames: Record<string, string> = {};
  for (const from of new Set(questions.map((question) => question.from))) {
    const free = questions.filter((question) => question.from === from && !Object.values(renames).includes(question.to));
    if (free.length === 0) continue;
    const items = [
      ...free.map(({ to }) => ({ label: vscode.l10n.t("It is {0} now", to), description: vscode.l10n.t("its value is carried over"), to })),
      { label: vscode.l10n.t("It was dropped"), description: vscode.l10n.t("its value is lost"), to: undefined },
    ];
    const picked = await vscode.window.showQuickPick(items, {
      title,
      placeHolder: vscode.l10n.t("What became of {0}?", from),
      ignoreFocusOut: true,
    });
    if (picked === undefined) return undefined;
    if (picked.to !== undefined) renames[from] = picked.to;
  }
  return renames;
}

async function askValues(title: string, questions: FixQuestions["values"]): Promise<Record<string, string> | undefined> {
  const values: Record<string, string> = {};
  for (const { path, type, suggestion } of questions) {
    if (path in values) continue;
    const prompt =
      suggestion === null
        ? vscode.l10n.t("First value of {0} in states that do not have it: {1}, as code. Leave it empty to decide later.", path, type)
        : vscode.l10n.t("First value of {0} in states that do not have it: {1}, as code.", path, type);
    const given = await vscode.window.showInputBox({ title, prompt, value: suggestion ?? "", ignoreFocusOut: true });
    if (given === undefined) return undefined;
    if (given.trim() !== "") values[path] = given.trim();
  }
  return values;
}

function gone(): void {
  void vscode.window.showInformationMessage(vscode.l10n.t("Instar: what this fix was for is gone; the text has changed since."));
}
