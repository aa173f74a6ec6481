/** The commands of the palette, the tree and the lenses. Each asks only what it cannot know and says what came of it. */
import * as vscode from "vscode";
import type { FixAnswers, ModuleSummary, UpgradeReport } from "../../server/src/protocol.ts";
import { answerQuestions } from "./answer-questions.ts";
import { startDevRuntime } from "./dev-runtime.ts";
import type { InstarClient } from "./language-client.ts";
import { createRegister, offer } from "./register-command.ts";
import type { ProcessTree } from "./views/process-tree.ts";
import { pickModule, targetOf } from "./pick-module.ts";
import { details, summary, wasCanceled } from "./report.ts";
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
    register("instar.upgrade", (argument) => upgrade(commands, argument, false)),
    register("instar.rehearse", (argument) => upgrade(commands, argument, true)),
    register("instar.downgrade", (argument) => downgrade(commands, argument)),
    // Not in the palette: a code action names it, with the fix that it is for.
    register("instar.answer", (argument) => answerQuestions(client, argument as FixAnswers)),
    register("instar.release", () => release(commands)),
    register("instar.showOutput", async () => output.show()),
    register("instar.restartServer", async () => {
      await client.restart();
      tree.refresh();
    }),
    register("instar.refreshProcesses", async () => tree.refresh()),
  ];
}

async function upgrade(commands: Commands, argument: unknown, rehearse: boolean): Promise<void> {
  const { client } = commands;
  const target =
    targetOf(argument) ??
    (await pickModule(client, rehearse ? vscode.l10n.t("Instar: Rehearse the upgrade of") : vscode.l10n.t("Instar: Upgrade")));
  if (target === undefined) return;
  const saved = await saveSources(target.root);
  const verb = rehearse ? "rehearse" : "upgrade";
  const params = { ...target, rehearse } satisfies { root?: string; module: string | undefined; rehearse: boolean };
  const what = target.module ?? vscode.l10n.t("all changed modules");
  const title = rehearse ? vscode.l10n.t("Rehearsing the upgrade of {0}", what) : vscode.l10n.t("Upgrading {0}", what);
  const run = (force: boolean) => withProgress(title, (token) => client.request("instar/upgrade", { ...defined(params), force }, token));
  const report = await run(false);
  if (report === undefined) return;
  // The code of a finding is its rule; the runtime's own begin otherwise.
  const findings = report.outcome === "refused" && report.errors.some(({ code }) => !code.startsWith("INSTAR_"));
  await tell(commands, report, verb, saved, {
    ...(findings && !rehearse
      ? {
          [vscode.l10n.t("Upgrade Anyway")]: async () => {
            // The notification may have been there for long.
            const savedSince = await saveSources(target.root);
            const forced = await run(true);
            if (forced !== undefined) await tell(commands, forced, verb, savedSince, {});
          },
        }
      : {}),
    ...(findings ? { [vscode.l10n.t("Show Problems")]: () => vscode.commands.executeCommand("workbench.actions.view.problems") } : {}),
  });
}

async function downgrade(commands: Commands, argument: unknown): Promise<void> {
  const { client } = commands;
  const picked = targetOf(argument) ?? (await pickModule(client, vscode.l10n.t("Instar: Downgrade"), { one: true }));
  if (picked?.module === undefined) return;
  const modules = await client.request("instar/modules", {});
  const module = modules.find(({ id, root }) => id === picked.module && (picked.root === undefined || root === picked.root));
  const vsn = await pickVersion(picked.module, module);
  if (vsn === undefined) return;
  const { module: id, ...rest } = picked;
  const report = await withProgress(vscode.l10n.t("Downgrading {0} to version {1}", id, vsn), (token) =>
    client.request("instar/downgrade", { ...rest, module: id, vsn }, token),
  );
  if (report !== undefined) await tell(commands, report, "downgrade", "", {});
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

async function pickVersion(id: string, module: ModuleSummary | undefined): Promise<number | undefined> {
  const below = module?.loaded ?? module?.vsn ?? Number.POSITIVE_INFINITY;
  const candidates = (module?.releases ?? []).filter((vsn) => vsn < below).toReversed();
  if (candidates.length === 0) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        "{0} has no released version before this one to go back to. A version is released once `instar release` has written its snapshot.",
        id,
      ),
    );
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    candidates.map((vsn) => ({
      label: vscode.l10n.t("version {0}", vsn),
      description: vsn === below - 1 ? vscode.l10n.t("the one before") : "",
      vsn,
    })),
    { title: vscode.l10n.t("Instar: Downgrade {0}", id), placeHolder: vscode.l10n.t("Version to go back to") },
  );
  return picked?.vsn;
}

/** Undefined where the person canceled before the runtime could answer. */
async function withProgress(
  title: string,
  run: (token: vscode.CancellationToken) => Promise<UpgradeReport>,
): Promise<UpgradeReport | undefined> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (_, token) => {
    try {
      return await run(token);
    } catch (error) {
      if (!wasCanceled(error)) throw error;
      void vscode.window.showInformationMessage(vscode.l10n.t("{0}: canceled.", title));
      return undefined;
    }
  });
}

async function tell(
  { output, tree }: Commands,
  report: UpgradeReport,
  verb: "upgrade" | "downgrade" | "rehearse",
  saved: string,
  actions: Record<string, () => unknown>,
): Promise<void> {
  const text = summary(report, verb, vscode.l10n.t) + saved;
  output.info(`${text}\n${details(report)}`);
  tree.refresh();
  const bad = report.outcome === "refused" || report.outcome === "failed";
  const start = report.errors.some(({ code }) => code === "INSTAR_NO_RUNTIME")
    ? { [vscode.l10n.t("Start Dev Runtime")]: () => vscode.commands.executeCommand("instar.startDevRuntime") }
    : {};
  await offer(bad ? vscode.window.showErrorMessage : vscode.window.showInformationMessage, text, {
    ...actions,
    ...start,
    [vscode.l10n.t("Show Report")]: () => output.show(),
  });
}

function defined<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
