/** *Show States*: what the processes of one version of a module really hold, and what its steps would make of that, as a document. */
import * as vscode from "vscode";
import type { LensTarget } from "../../server/src/protocol.ts";
import type { InstarClient } from "./language-client.ts";
import { pickModule, targetOf } from "./pick-module.ts";
import { createReadOnlyDocuments } from "./read-only-documents.ts";
import { createRegister } from "./register-command.ts";
import { statesText } from "./states-text.ts";
import { isTrusted } from "./trust.ts";

export function registerShowStates({ client, output }: { client: InstarClient; output: vscode.LogOutputChannel }): vscode.Disposable {
  const documents = createReadOnlyDocuments("instar-states");
  const show = async (argument: unknown): Promise<void> => {
    if (
      !(await isTrusted(
        vscode.l10n.t("What the steps would make of the states is found out by loading code of the project into a running system."),
      ))
    )
      return;
    const target = await targetFrom(argument);
    if (target === undefined) return;
    const title = vscode.l10n.t("Reading the states of {0}", target.module);
    const states = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (_, token) => {
        const read = await client.request("instar/states", target, token);
        return token.isCancellationRequested ? undefined : read;
      },
    );
    if (states === undefined) return;
    const name = target.module.slice(target.module.lastIndexOf("/") + 1);
    const text = statesText(target.module, target.from, states, vscode.l10n.t);
    // Not JavaScript: pids are none, and would be errors.
    await documents.show(`${name}.v${target.from}.states`, text, "instar-state");
  };
  return vscode.Disposable.from(documents, createRegister(output)("instar.showStates", show));

  /** A lens says which step is meant; from the palette, the processes say which versions there are. */
  async function targetFrom(argument: unknown): Promise<Required<LensTarget> | undefined> {
    const given = targetOf(argument);
    if (given?.root !== undefined && typeof (argument as LensTarget).from === "number")
      return { root: given.root, module: given.module, from: (argument as Required<LensTarget>).from };
    const picked = given ?? (await pickModule(client, vscode.l10n.t("Instar: Show the states of"), { one: true }));
    if (picked?.module === undefined || picked.root === undefined) return undefined;
    const { root, module } = picked;
    const live = (await client.request("instar/processes", {})).filter(({ runtime }) => runtime.root === root);
    const versions = new Set(live.flatMap(({ processes }) => processes.flatMap((each) => (each.module === module ? [each.vsn] : []))));
    const [only, ...others] = [...versions].toSorted((a, b) => a - b);
    if (only === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t("No process of {0} lives now.", module));
      return undefined;
    }
    if (others.length === 0) return { root, module, from: only };
    const version = await vscode.window.showQuickPick(
      [only, ...others].map((from) => ({ label: vscode.l10n.t("version {0}", from), from })),
      { title: vscode.l10n.t("Instar: Show the states of {0}", module) },
    );
    return version === undefined ? undefined : { root, module, from: version.from };
  }
}
