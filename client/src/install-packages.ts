/** Runs npm in a terminal, where the person sees what it does and says. Packages may run scripts, so this is for trusted workspaces. */
import * as vscode from "vscode";
import { onPath } from "./installed.ts";

/** @param missing names to add; none: what the manifest names. */
export function installPackages(root: string, missing: readonly string[] = []): void {
  if (!vscode.workspace.isTrusted)
    throw new Error(vscode.l10n.t("This workspace is not trusted, so nothing is installed in it. Trust it first."));
  if (!onPath("npm"))
    throw new Error(
      vscode.l10n.t(
        "npm is not on the PATH that VS Code was started with. Install Node.js from https://nodejs.org, start VS Code again, then try again.",
      ),
    );
  const terminal = vscode.window.createTerminal({ name: vscode.l10n.t("Instar: Install Packages"), cwd: root });
  terminal.show(true);
  const [runtime, tools] = [missing.includes("instar"), missing.includes("instar-language-server")];
  if (missing.length === 0) terminal.sendText("npm install");
  if (runtime) terminal.sendText("npm install instar");
  if (tools) terminal.sendText("npm install --save-dev instar-language-server");
}
