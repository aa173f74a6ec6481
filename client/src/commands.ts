/** The commands of the palette, the tree and the lenses. Each asks only what it cannot know and says what came of it. */
import * as vscode from "vscode";
import type { FixAnswers } from "../../server/src/protocol.ts";
import { answerQuestions } from "./answer-questions.ts";
import { startDevRuntime } from "./dev-runtime.ts";
import type { InstarClient } from "./language-client.ts";
import { createRegister, offer } from "./register-command.ts";
import type { ProcessTree } from "./views/process-tree.ts";
import { saveSources } from "./save-sources.ts";

interface Commands {
  readonly client: InstarClient;
  readonly output: vscode.LogOutputChannel;
  readonly tree: ProcessTree;
}

export function registerCommands(commands: Commands): vscode.Disposable[] {
  const { client, output, tree } = commands;
  const register = createRegister(output);
  return [
    register("instar.startDevRuntime", () => startDevRuntime(client)),
    // Not in the palette: a code action names it, with the fix that it is for. From a key it is about what the cursor is at.
    register("instar.answer", async (argument) => {
      if (argument === undefined) await vscode.commands.executeCommand("editor.action.quickFix");
      else await answerQuestions(client, argument as FixAnswers);
    }),
    register("instar.release", () => release(commands)),
    register("instar.showOutput", async () => output.show()),
    register("instar.restartServer", async () => {
      await client.restart();
      tree.refresh();
    }),
    register("instar.refreshProcesses", async () => tree.refresh()),
  ];
}

async function release({ client, output }: Commands): Promise<void> {
  await saveSources(undefined);
  const { written, problems } = await client.request("instar/release", {});
  for (const problem of problems) output.error(problem);
  for (const file of written) output.info(`Wrote ${file}`);
  if (problems.length > 0)
    void offer(vscode.window.showErrorMessage, vscode.l10n.t("Instar: {0}", problems[0]!), {
      [vscode.l10n.t("Show Output")]: () => output.show(),
    });
  if (written.length > 0)
    void offer(
      vscode.window.showInformationMessage,
      // A notification is cut off after some words; the output channel has all paths.
      written.length === 1
        ? vscode.l10n.t("Wrote {0}. Commit it.", vscode.workspace.asRelativePath(written[0]!))
        : vscode.l10n.t("Wrote {0} snapshots to .instar/releases. Commit them.", written.length),
      { [vscode.l10n.t("Show Output")]: () => output.show() },
    );
  else if (problems.length === 0)
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Every version already has its snapshot. Raise a `vsn` to begin the next one."),
    );
}
