/**
 * Code lenses that do what they say for as long as they are seen. VS Code keeps the arguments of a lens's command until the next lenses of the
 * document have been resolved; where those came while others were being resolved, or were out of sight, it goes on showing the old ones, and
 * a click says "Actual command not found". It keeps nothing for commands without arguments, so each command is given an id of its own here.
 */
import * as vscode from "vscode";
import type { CodeLensMiddleware } from "vscode-languageclient/node";

/** Many times what lenses of open documents can name; the one that was used longest ago goes first. */
const limit = 2000;

export function createLensCommands(): { readonly middleware: CodeLensMiddleware; dispose(): void } {
  /** By what is executed. */
  const registered = new Map<string, { readonly id: string; readonly registration: vscode.Disposable }>();
  let count = 0;

  const register = ({ command, arguments: given = [] }: vscode.Command): string => {
    const key = JSON.stringify([command, given]);
    const known = registered.get(key);
    // Those that begin with an underscore are not offered for keyboard shortcuts.
    const id = known?.id ?? `_instar.lens.${(count += 1)}`;
    const execute = () => vscode.commands.executeCommand(command, ...(given as unknown[]));
    registered.delete(key);
    registered.set(key, known ?? { id, registration: vscode.commands.registerCommand(id, execute) });
    const [oldest] = registered;
    if (registered.size > limit && oldest !== undefined) {
      registered.delete(oldest[0]);
      oldest[1].registration.dispose();
    }
    return id;
  };
  const lasting = (lens: vscode.CodeLens): vscode.CodeLens => {
    const { command } = lens;
    // One without a command is plain text.
    if (command !== undefined && command.command !== "" && (command.arguments ?? []).length > 0)
      lens.command = { ...command, command: register(command), arguments: [] };
    return lens;
  };
  return {
    middleware: {
      provideCodeLenses: async (document, token, next) => (await next(document, token))?.map(lasting),
      async resolveCodeLens(lens, token, next) {
        const resolved = await next(lens, token);
        return resolved === null || resolved === undefined ? resolved : lasting(resolved);
      },
    },
    dispose() {
      for (const { registration } of registered.values()) registration.dispose();
      registered.clear();
    },
  };
}
