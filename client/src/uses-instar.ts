/** Whether there is anything to do for Instar here, found out without the language server: by names of files, and by what files import. */
import * as vscode from "vscode";

const importsInstar = /\bfrom\s*["']instar(\/(dev|testing))?["']/;

export function usesInstar(document: vscode.TextDocument): boolean {
  return isTypeScript(document) && importsInstar.test(document.getText());
}

export function isTypeScript({ languageId }: vscode.TextDocument): boolean {
  return languageId === "typescript" || languageId === "typescriptreact";
}

/** Whether the workspace has actor modules, was released with Instar, is configured for it, or depends on it. */
export async function hasActors(): Promise<boolean> {
  const [named] = await vscode.workspace.findFiles(`{${marks.map((mark) => `**/${mark}`).join(",")}}`, elsewhere, 1);
  if (named !== undefined) return true;
  return (await projects()).length > 0;
}

/** Braces within braces are not understood by all that searches. */
const marks = ["*.actor.ts", "*.actor.tsx", "*.actor.mts", "*.actor.cts", ".instar/releases/**", "instar.config.json"];

/** The folders whose `package.json` names Instar. */
export async function projects(): Promise<vscode.Uri[]> {
  const manifests = await vscode.workspace.findFiles("**/package.json", elsewhere, 1000);
  const folders = await Promise.all(
    manifests.map(async (manifest) => ((await namesInstar(manifest)) ? [vscode.Uri.joinPath(manifest, "..")] : [])),
  );
  return folders.flat().toSorted((one, other) => one.path.localeCompare(other.path));
}

const elsewhere = "**/{node_modules,dist,out}/**";

async function namesInstar(manifest: vscode.Uri): Promise<boolean> {
  try {
    // A manifest that is being typed is no JSON; that it names the package is enough.
    return /"instar(-language-server)?"\s*:/.test(new TextDecoder().decode(await vscode.workspace.fs.readFile(manifest)));
  } catch {
    return false;
  }
}
