/** Starts, restarts and stops the language server, and gives its requests their types. */
import type * as vscode from "vscode";
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
  onNotification<Method extends keyof ServerNotifications>(
    method: Method,
    listener: (params: ServerNotifications[Method]) => void,
  ): vscode.Disposable;
}

/** Commands that code lenses may name. */
const lensCommands = ["instar.processes.focus"];

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
      ],
      outputChannel: output,
      initializationOptions: { commands: lensCommands } satisfies InitializationOptions,
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
    onNotification: (method, listener) => languageClient.onNotification(method, listener),
  };
}
