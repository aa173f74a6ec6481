/** How every command of the extension is registered, so that none fails in silence, and how one asks what to do next. */
import * as vscode from "vscode";

export type Register = (id: string, run: (argument?: unknown, all?: unknown) => Promise<void>) => vscode.Disposable;

/** What a command throws is told to the person, and is in the output with its stack. */
export function createRegister(output: vscode.LogOutputChannel): Register {
  return (id, run) =>
    // A view hands over the row, and all that are selected.
    vscode.commands.registerCommand(id, async (argument?: unknown, all?: unknown) => {
      try {
        await run(argument, all);
      } catch (error) {
        // The words around the server's own are for who debugs the protocol; they are in the stack.
        const message = (error instanceof Error ? error.message : String(error)).replace(/^Request \S+ failed with message: /, "");
        output.error(`${id}: ${error instanceof Error ? (error.stack ?? message) : message}`);
        void offer(vscode.window.showErrorMessage, vscode.l10n.t("Instar: {0}", message), {
          [vscode.l10n.t("Show Output")]: () => output.show(),
        });
      }
    });
}

/** Shows a message with a button for each action. */
export async function offer(
  show: (message: string, ...items: string[]) => Thenable<string | undefined>,
  message: string,
  actions: Readonly<Record<string, () => unknown>>,
): Promise<void> {
  const picked = await show(message, ...Object.keys(actions));
  if (picked !== undefined) await actions[picked]?.();
}
