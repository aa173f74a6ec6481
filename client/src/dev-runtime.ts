/** *Start Dev Runtime*: runs the project's own `instar dev` in a terminal, where its output is seen and Ctrl-C ends it. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { EntrySummary } from "../../server/src/protocol.ts";
import type { InstarClient } from "./language-client.ts";
import { shellArgument } from "./shell-argument.ts";

export async function startDevRuntime(client: InstarClient): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    const picked = await vscode.window.showWarningMessage(
      "The dev runtime runs the code of this project, and this workspace is not trusted. Trust it to go on.",
      "Manage Workspace Trust",
    );
    if (picked !== undefined) await vscode.commands.executeCommand("workbench.trust.manage");
    return;
  }
  const entry = await pickEntry(await client.request("instar/entries", {}));
  if (entry === undefined) return;
  if (!hasCommand(entry.root)) {
    void vscode.window.showErrorMessage(
      `The command \`instar\` is not installed in ${entry.root}. Install the packages \`instar\` and \`instar-language-server\` there (npm install), then try again.`,
    );
    return;
  }
  const terminal = vscode.window.createTerminal({
    name: `Instar: ${entry.path}`,
    cwd: entry.root,
    iconPath: new vscode.ThemeIcon("pulse"),
    isTransient: true,
  });
  terminal.show(true);
  // `--no-install`: only the project's own version will do.
  terminal.sendText(`npx --no-install instar dev ${shellArgument(entry.path, vscode.env.shell)}`);
}

async function pickEntry(entries: readonly EntrySummary[]): Promise<EntrySummary | undefined> {
  if (entries.length === 0) {
    void vscode.window.showWarningMessage(
      "No application was found: an entry module, for example `src/app.ts`, default-exports a call of `supervisor` from `instar`.",
    );
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    entries.map((entry) => ({ label: entry.path, description: vscode.workspace.asRelativePath(entry.root), entry })),
    { title: "Instar: Start Dev Runtime", placeHolder: "Application to run" },
  );
  return picked?.entry;
}

/** Looks where `npx` looks: upwards, for a `node_modules` that has the command. */
function hasCommand(root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (["instar", "instar.cmd"].some((name) => existsSync(join(folder, "node_modules", ".bin", name)))) return true;
    if (dirname(folder) === folder) return false;
  }
}
