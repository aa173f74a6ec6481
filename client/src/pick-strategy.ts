/** By which of the plain strategies a change is carried out: what each would cost stands beside the question, and what is lost is asked about. */
import * as vscode from "vscode";
import type { Strategy, StrategySummary } from "../../server/src/protocol.ts";

/**
 * @param title of the question
 * @param act the button that says yes to a loss
 * @param summaries what each would cost, where that is known
 */
export async function pickStrategy(title: string, act: string, summaries: readonly StrategySummary[]): Promise<Strategy | undefined> {
  const about: readonly (readonly [Strategy, string])[] = [
    ["restart", vscode.l10n.t("End the processes and start them anew on the new code")],
    ["window", vscode.l10n.t("Stop for a moment: finish what is queued, and go on in a new process")],
    ["blue-green", vscode.l10n.t("Start the new version beside the old one, which hands its states over")],
  ];
  const items = about.map(([strategy, description]) => {
    const summary = summaries.find((each) => each.strategy === strategy);
    const impossible = summary?.impossible ?? null;
    return {
      label: impossible === null ? strategy : `$(circle-slash) ${strategy}`,
      description,
      strategy,
      impossible,
      losesStates: summary?.losesStates ?? strategy === "restart",
      ...(summary === undefined ? {} : { detail: summary.cost }),
    };
  });
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t("Strategy") });
  if (picked === undefined) return undefined;
  const { strategy, impossible, losesStates, detail } = picked;
  if (impossible !== null) {
    const message = vscode.l10n.t("{0} is not possible as things are: {1}.", strategy, impossible);
    const show = vscode.l10n.t("Show Upgrade Plan");
    const answer = await vscode.window.showWarningMessage(message, show);
    if (answer === show) await vscode.commands.executeCommand("instar.showUpgradePlan");
    return undefined;
  }
  if (!losesStates) return strategy;
  const question = vscode.l10n.t("Carry this out by {0}, and lose states?", strategy);
  const lost = detail ?? vscode.l10n.t("The processes of these modules lose their states.");
  return (await vscode.window.showWarningMessage(question, { modal: true, detail: lost }, act)) === act ? strategy : undefined;
}
