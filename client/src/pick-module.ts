/** Which module a command is about: what it was called on says it, or the person is asked. */
import * as vscode from "vscode";
import type { ModuleSummary } from "../../server/src/protocol.ts";
import type { InstarClient } from "./language-client.ts";

export interface Target {
  readonly root?: string;
  /** Undefined: every module whose source changed. */
  readonly module: string | undefined;
}

/** A tree item, or a lens that names its module. */
export function targetOf(argument: unknown): (Target & { module: string }) | undefined {
  if (typeof argument !== "object" || argument === null) return undefined;
  if ("module" in argument && typeof argument.module === "string")
    return { ...("root" in argument && typeof argument.root === "string" ? { root: argument.root } : {}), module: argument.module };
  return undefined;
}

export async function pickModule(client: InstarClient, title: string, { one = false } = {}): Promise<Target | undefined> {
  const modules = await client.request("instar/modules", {});
  if (modules.length === 0) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t("There is no actor module in this workspace: a file that default-exports a call of `actor` from `instar`."),
    );
    return undefined;
  }
  // The module in front of the person is the one that they most likely mean.
  const active = vscode.window.activeTextEditor?.document.uri.toString();
  const sorted = modules.toSorted((a, b) => Number(same(b.uri, active)) - Number(same(a.uri, active)) || a.id.localeCompare(b.id));
  const items: (vscode.QuickPickItem & { target: Target })[] = sorted.map((module) => ({
    label: module.id,
    description: versions(module),
    target: { root: module.root, module: module.id },
  }));
  if (!one)
    items.push({
      label: vscode.l10n.t("All changed modules"),
      description: vscode.l10n.t("in one transaction"),
      target: { module: undefined },
    });
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t("Actor module") });
  return picked?.target;
}

function versions({ vsn, released, loaded }: ModuleSummary): string {
  const written =
    vsn === null ? vscode.l10n.t("no literal vsn") : released ? vscode.l10n.t("v{0}", vsn) : vscode.l10n.t("v{0} (draft)", vsn);
  return loaded === null ? written : vscode.l10n.t("{0} · v{1} is running", written, loaded);
}

function same(uri: string, other: string | undefined): boolean {
  return other !== undefined && vscode.Uri.parse(uri).fsPath === vscode.Uri.parse(other).fsPath;
}
