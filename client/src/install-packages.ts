/**
 * The packages that a project needs to run Instar. They are not on npm yet, where a name that nobody has is a name that anybody may take; so
 * the extension carries those that fit it, and a project gets them as files of its own, in `vendor/`.
 *
 * npm runs in a terminal, where the person sees what it does and says. Packages may run scripts, so this is for trusted workspaces.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { onPath } from "./installed.ts";

/** @param missing names to add; none: what the manifest names. */
export function installPackages(extension: string, root: string, missing: readonly string[] = []): void {
  if (!vscode.workspace.isTrusted)
    throw new Error(vscode.l10n.t("This workspace is not trusted, so nothing is installed in it. Trust it first."));
  if (!onPath("npm"))
    throw new Error(
      vscode.l10n.t(
        "npm is not on the PATH that VS Code was started with. Install Node.js from https://nodejs.org, start VS Code again, then try again.",
      ),
    );
  const carried = missing.length === 0 ? new Map<string, string>() : vendorPackages(extension, root);
  const terminal = vscode.window.createTerminal({ name: vscode.l10n.t("Instar: Install Packages"), cwd: root });
  terminal.show(true);
  if (missing.length === 0) terminal.sendText("npm install");
  for (const name of missing) {
    const option = name === "instar" ? "" : "--save-dev ";
    terminal.sendText(`npm install ${option}${carried.get(name) ?? name}`);
  }
}

/**
 * Copies the packages into the project.
 * @returns by name, what npm is told to install; empty where the extension was built without them, as for its own debugging
 */
export function vendorPackages(extension: string, root: string): Map<string, string> {
  const from = join(extension, "dist/packages");
  if (!existsSync(from)) return new Map();
  mkdirSync(join(root, "vendor"), { recursive: true });
  return new Map(
    readdirSync(from).map((file) => {
      copyFileSync(join(from, file), join(root, "vendor", file));
      return [file.replace(/-\d.*$/, ""), `file:vendor/${file}`];
    }),
  );
}
