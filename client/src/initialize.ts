/**
 * *Initialize in This Project*: what `instar init` adds in a terminal, with the files shown before they are written. It writes files of the
 * project and runs nothing of it.
 */
import { dirname } from "node:path";
import * as vscode from "vscode";
import type { InitializePlan } from "../../server/src/protocol.ts";
import { installPackages } from "./install-packages.ts";
import type { InstarClient } from "./language-client.ts";
import { createRegister, offer } from "./register-command.ts";

type Step = InitializePlan["steps"][number];

/** Of the documents that show what a file would hold. */
const scheme = "instar-initialize";

export function registerInitialize({
  client,
  context,
  output,
}: {
  client: InstarClient;
  context: vscode.ExtensionContext;
  output: vscode.LogOutputChannel;
}): vscode.Disposable {
  const previews = new Map<string, string>();
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(scheme, { provideTextDocumentContent: ({ path }) => previews.get(path) ?? "" }),
    createRegister(output)("instar.initialize", () => initialize(client, context.extensionPath, output, (step) => preview(previews, step))),
  );
}

async function initialize(
  client: InstarClient,
  extension: string,
  output: vscode.LogOutputChannel,
  show: (step: Step) => void,
): Promise<void> {
  const root = await pickProject();
  if (root === undefined) return;
  const plan = await client.request("instar/initializePlan", { root });
  if (plan.problem !== null) throw new Error(plan.problem);
  const picked = plan.steps.length === 0 ? [] : await pickSteps(plan.steps, show);
  if (picked === undefined) return;
  const { written, problem } = await client.request("instar/initialize", { root, titles: picked.map(({ title }) => title) });
  if (problem !== null) throw new Error(problem);
  for (const file of written) output.info(vscode.l10n.t("Wrote {0}", file));
  // The project uses Instar from now on, so what is offered to those that do is offered here.
  if (written.length > 0) void vscode.commands.executeCommand("setContext", "instar:hasActors", true);
  await report(root, plan, written, extension, output);
}

/** The folder with the manifest: of the file in front of the person, else of the workspace folder that they choose. */
async function pickProject(): Promise<string | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
  if (folders.length === 0) {
    await offer(
      vscode.window.showWarningMessage,
      vscode.l10n.t(
        "Instar is added to a project on the disk, and no folder of the disk is open. Open the folder that has the package.json.",
      ),
      { [vscode.l10n.t("Open Folder")]: () => vscode.commands.executeCommand("vscode.openFolder") },
    );
    return undefined;
  }
  const manifests = await vscode.workspace.findFiles("**/package.json", "**/{node_modules,dist,out}/**", 1000);
  const roots = manifests.filter(({ scheme }) => scheme === "file").map(({ fsPath }) => dirname(fsPath));
  // Without any, the server says what to do.
  if (roots.length <= 1) return roots[0] ?? folders[0]!.uri.fsPath;
  const active = vscode.window.activeTextEditor?.document.uri.fsPath ?? "";
  const near = (root: string): number => (active.startsWith(root) ? root.length : 0);
  const sorted = roots.toSorted((one, other) => near(other) - near(one) || one.localeCompare(other));
  const picked = await vscode.window.showQuickPick(
    sorted.map((root) => ({ label: vscode.workspace.asRelativePath(root), root })),
    { title: vscode.l10n.t("Instar: Initialize"), placeHolder: vscode.l10n.t("Project to add Instar to") },
  );
  return picked?.root;
}

/** All of them are taken unless the person takes some out; each can be looked at. */
async function pickSteps(steps: readonly Step[], show: (step: Step) => void): Promise<readonly Step[] | undefined> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly step: Step }>();
  pick.title = vscode.l10n.t("Instar: Initialize");
  pick.placeholder = vscode.l10n.t("What is to be written. Nothing is installed or run.");
  pick.canSelectMany = true;
  pick.ignoreFocusOut = true;
  const look = { iconPath: new vscode.ThemeIcon("diff"), tooltip: vscode.l10n.t("Show What Would Be Written") };
  pick.items = steps.map((step) => ({
    label: step.title,
    description: step.exists ? vscode.l10n.t("changes the file") : vscode.l10n.t("new file"),
    buttons: [look],
    step,
  }));
  pick.selectedItems = pick.items;
  try {
    return await new Promise((resolve) => {
      pick.onDidTriggerItemButton(({ item }) => show(item.step));
      pick.onDidAccept(() => resolve(pick.selectedItems.map(({ step }) => step)));
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}

function preview(previews: Map<string, string>, { file, after, exists, title }: Step): void {
  previews.set(vscode.Uri.file(file).path, after);
  const now = exists ? vscode.Uri.file(file) : vscode.Uri.from({ scheme, path: "/nothing" });
  const then = vscode.Uri.file(file).with({ scheme });
  void vscode.commands.executeCommand("vscode.diff", now, then, title, { preview: true });
}

async function report(
  root: string,
  plan: InitializePlan,
  written: readonly string[],
  extension: string,
  output: vscode.LogOutputChannel,
): Promise<void> {
  const parts = [
    written.length === 0
      ? vscode.l10n.t("Nothing was written: what Instar adds is there already, or was not wanted.")
      : written.length === 1
        ? vscode.l10n.t("Wrote {0}.", vscode.workspace.asRelativePath(written[0]!))
        : vscode.l10n.t("Wrote {0} files: {1}.", written.length, written.map((file) => vscode.workspace.asRelativePath(file)).join(", ")),
    ...(plan.foreignCi === null
      ? []
      : [vscode.l10n.t("In {0}, let a job run: npx instar check, npx instar release --check, and npx instar prove.", plan.foreignCi)]),
    ...(plan.missing.length === 0 ? [] : [vscode.l10n.t("What is missing yet: {0}.", plan.missing.join(", "))]),
  ];
  const install = plan.missing.length > 0 && vscode.workspace.isTrusted;
  await offer(vscode.window.showInformationMessage, parts.join(" "), {
    ...(install ? { [vscode.l10n.t("Install Packages")]: () => installPackages(extension, root, plan.missing) } : {}),
    [vscode.l10n.t("Show Output")]: () => output.show(),
  });
}
