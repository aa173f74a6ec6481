/** Starts, restarts and stops the language server, and gives its requests their types. */
import * as vscode from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import type { InitializationOptions, ServerNotifications, ServerRequests } from "../../server/src/protocol.ts";

export interface InstarClient {
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  readonly running: boolean;
  request<Method extends keyof ServerRequests>(
    method: Method,
    params: ServerRequests[Method]["params"],
    token?: vscode.CancellationToken,
  ): Promise<ServerRequests[Method]["result"]>;
  /** Applies what LSP calls a workspace edit, as one that one undo takes back. */
  applyEdit(edit: object): Promise<boolean>;
  onNotification<Method extends keyof ServerNotifications>(
    method: Method,
    listener: (params: ServerNotifications[Method]) => void,
  ): vscode.Disposable;
}

/** Commands that code lenses and code actions may name. */
const namedCommands = ["instar.processes.focus", "instar.answer"];

export function createInstarClient(context: vscode.ExtensionContext, output: vscode.LogOutputChannel): InstarClient {
  const module = context.asAbsolutePath("dist/server.cjs");
  const transport = TransportKind.ipc;
  const languageClient = new LanguageClient(
    // Also the section of `instar.trace.server`.
    "instar",
    "Instar Language Server",
    {
      run: { module, transport },
      debug: { module, transport, options: { execArgv: ["--nolazy", "--inspect=6009"] } },
    },
    {
      documentSelector: [
        { scheme: "file", language: "typescript" },
        { scheme: "file", language: "typescriptreact" },
        // Where the project says what its findings weigh: as it is typed, too.
        { scheme: "file", pattern: "**/{instar.config,package}.json" },
      ],
      outputChannel: output,
      initializationOptions: { commands: namedCommands, diagnostics: "push" } satisfies InitializationOptions,
    },
  );
  return {
    start: () => languageClient.start(),
    stop: () => languageClient.stop(),
    restart: () => languageClient.restart(),
    get running() {
      return languageClient.isRunning();
    },
    request: (method, params, token) =>
      token === undefined ? languageClient.sendRequest(method, params) : languageClient.sendRequest(method, params, token),
    applyEdit: async (edit) => {
      const made = await languageClient.protocol2CodeConverter.asWorkspaceEdit(edit);
      return made === undefined || vscode.workspace.applyEdit(made);
    },
    onNotification: (method, listener) => languageClient.onNotification(method, listener),
  };
}
