/** *Open Example*: copies the chat system that comes with the extension to where the person wants it, opens it, and says what it needs to run. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { installPackages, vendorPackages } from "./install-packages.ts";
import { languageServerPackage } from "./installed.ts";
import { createRegister, offer } from "./register-command.ts";

/** Under this key is the folder of an example that was copied and not yet opened. */
const copied = "instar.example";
const folderName = "instar-chat";

export function registerOpenExample({
  context,
  output,
}: {
  context: vscode.ExtensionContext;
  output: vscode.LogOutputChannel;
}): vscode.Disposable {
  welcome(context).catch((error: unknown) => output.error(String(error)));
  return createRegister(output)("instar.openExample", (given) => openExample(context, given instanceof vscode.Uri ? given : undefined));
}

/** @param parent asked for unless given. */
async function openExample(context: vscode.ExtensionContext, parent: vscode.Uri | undefined): Promise<void> {
  const [picked] =
    parent === undefined
      ? ((await vscode.window.showOpenDialog({
          canSelectFiles: false,
          canSelectFolders: true,
          title: vscode.l10n.t("Instar: Open Example"),
          openLabel: vscode.l10n.t("Copy the Example Here"),
        })) ?? [])
      : [parent];
  if (picked === undefined) return;
  if (picked.scheme !== "file")
    throw new Error(vscode.l10n.t("The example runs on Node.js, so it has to be on the disk. Choose a folder there."));
  const target = vscode.Uri.file(free(picked.fsPath));
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, "examples/chat"), target, { overwrite: false });
  nameVendored(join(target.fsPath, "package.json"), vendorPackages(context.extensionPath, target.fsPath));
  await context.globalState.update(copied, target.fsPath);
  // What is open stays open.
  await vscode.commands.executeCommand("vscode.openFolder", target, { forceNewWindow: vscode.workspace.workspaceFolders !== undefined });
}

/** The manifest names the packages by version, as it will once they are published. */
function nameVendored(manifest: string, packages: ReadonlyMap<string, string>): void {
  const text = [...packages].reduce(
    (before, [name, place]) => before.replace(new RegExp(`("${name}": )"[^"]*"`), `$1"${place}"`),
    readFileSync(manifest, "utf8"),
  );
  writeFileSync(manifest, text);
}

/** Nothing is written over. */
function free(parent: string): string {
  for (let number = 1; ; number += 1) {
    const folder = join(parent, number === 1 ? folderName : `${folderName}-${number}`);
    if (!existsSync(folder)) return folder;
  }
}

/** In the window that shows the example for the first time. */
async function welcome(context: vscode.ExtensionContext): Promise<void> {
  const root = context.globalState.get<string>(copied);
  const here = vscode.workspace.workspaceFolders?.some(({ uri }) => uri.fsPath === root) === true;
  if (root === undefined || !here) return;
  await context.globalState.update(copied, undefined);
  await vscode.window.showTextDocument(vscode.Uri.file(join(root, "src/room.actor.ts")));
  if (languageServerPackage(root) !== undefined) return;
  await offer(
    vscode.window.showInformationMessage,
    vscode.l10n.t(
      "This is the example: a chat of rooms and users. Findings and fixes work as it is. To run it, it needs the packages that its package.json names.",
    ),
    vscode.workspace.isTrusted ? { [vscode.l10n.t("Install Packages")]: () => installPackages(context.extensionPath, root) } : {},
  );
}
