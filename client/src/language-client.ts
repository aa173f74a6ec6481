/** Starts, restarts and stops the language server, and gives its requests their types. */
import * as vscode from "vscode";
import { CloseAction, ErrorAction, type ErrorHandler, LanguageClient, State, TransportKind } from "vscode-languageclient/node";
import type { InitializationOptions, ServerNotifications, ServerRequests } from "../../server/src/protocol.ts";
import { createLensCommands } from "./lens-commands.ts";
import { offer } from "./register-command.ts";
import { renameMessages } from "./rename-messages.ts";
import { createRestarts } from "./restarts.ts";

export interface InstarClient {
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  readonly running: boolean;
  /** The server has come or gone; `waiting`: it ended, and is started again in a while. */
  readonly onState: vscode.Event<ServerState>;
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

export type ServerState = "starting" | "running" | "waiting" | "stopped";

/** Milliseconds after which a server that did not stop is ended by the client library, and some more. */
const untilKilled = 3000;

/** Commands that code lenses and code actions may name, beside those of the palette: VS Code's own, and one that is always about something. */
const otherCommands = ["instar.processes.focus", "workbench.action.files.saveAs", "instar.answer"];

export function createInstarClient(context: vscode.ExtensionContext, output: vscode.LogOutputChannel): InstarClient {
  const module = context.asAbsolutePath("dist/server.cjs");
  const transport = TransportKind.ipc;
  const { contributes } = context.extension.packageJSON as {
    readonly contributes: { readonly commands: readonly { readonly command: string }[] };
  };
  const commands = [...contributes.commands.map(({ command }) => command), ...otherCommands];
  const changed = new vscode.EventEmitter<ServerState>();
  const restarts = createRestarts();
  const lensCommands = createLensCommands();
  context.subscriptions.push(lensCommands);
  /** Undefined where the server is not waited with. */
  let waiting: NodeJS.Timeout | undefined;

  /** Starts it, whoever asked for it; what was waited for is not waited for any more. */
  const start = async (): Promise<void> => {
    clearTimeout(waiting);
    waiting = undefined;
    await languageClient.start();
  };
  const startLater = (pause: number): void => {
    changed.fire("waiting");
    waiting = setTimeout(() => start().catch((error: unknown) => output.error(String(error))), pause);
  };
  const errorHandler: ErrorHandler = {
    // A key that finds the server gone before anybody was told so. That it is gone is told next, and `closed` decides; shutting down here
    // would be for good.
    error: () => ({ action: ErrorAction.Continue, handled: true }),
    // The client would send each key to a server that is gone as long as this were waited for here, so a later start is our own.
    closed() {
      const next = restarts.crashed(Date.now());
      const log = { [vscode.l10n.t("Show Output")]: () => output.show() };
      if (next === undefined) {
        changed.fire("stopped");
        void offer(
          vscode.window.showErrorMessage,
          vscode.l10n.t(
            "The Instar language server has ended too often, and is not started again, so nothing is found any more. The output says what ended it.",
          ),
          { ...log, [vscode.l10n.t("Restart")]: () => vscode.commands.executeCommand("instar.restartServer") },
        );
        return {
          action: CloseAction.DoNotRestart,
          handled: true,
          message: "The language server has ended too often and is not started again.",
        };
      }
      // Once is enough: the others come within minutes.
      if (next.count === 1)
        void offer(
          vscode.window.showWarningMessage,
          vscode.l10n.t("The Instar language server ended unexpectedly and is started again. The output says what ended it."),
          log,
        );
      if (next.pause === 0)
        return { action: CloseAction.Restart, handled: true, message: "The language server has ended and is started again." };
      startLater(next.pause);
      return {
        action: CloseAction.DoNotRestart,
        handled: true,
        message: `The language server has ended for the ${next.count}. time and is started again in ${next.pause / 1000} s.`,
      };
    },
  };
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
        // Documents of the server's own: their links, outlines and lenses come the same way.
        { scheme: "instar-plan" },
        { scheme: "instar-report" },
        { scheme: "instar-release" },
      ],
      outputChannel: output,
      errorHandler,
      middleware: { ...renameMessages, ...lensCommands.middleware },
      initializationOptions: { commands, diagnostics: "push" } satisfies InitializationOptions,
    },
  );
  const states = {
    [State.Starting]: "starting",
    [State.Running]: "running",
    [State.Stopped]: "stopped",
    [State.StartFailed]: "stopped",
  } as const;
  languageClient.onDidChangeState(({ newState }) => changed.fire(waiting === undefined ? states[newState] : "waiting"));
  /** Who listens to the server's notifications, by method. */
  const events = new Map<string, vscode.EventEmitter<unknown>>();
  return {
    start,
    async stop() {
      clearTimeout(waiting);
      waiting = undefined;
      await languageClient.stop();
    },
    async restart() {
      restarts.forget();
      try {
        if (languageClient.isRunning()) await languageClient.stop();
      } catch (error) {
        // It hangs. The client library ends it in a while, and would take its end for that of another one that runs by then.
        output.warn(String(error));
        return startLater(untilKilled);
      }
      await start();
    },
    onState: changed.event,
    get running() {
      return languageClient.isRunning();
    },
    request: (method, params, token) =>
      token === undefined ? languageClient.sendRequest(method, params) : languageClient.sendRequest(method, params, token),
    applyEdit: async (edit) => {
      const made = await languageClient.protocol2CodeConverter.asWorkspaceEdit(edit);
      return made === undefined || vscode.workspace.applyEdit(made);
    },
    onNotification(method, listener) {
      const event = events.get(method) ?? new vscode.EventEmitter<unknown>();
      // The client keeps one handler for a method: the last one.
      if (!events.has(method)) languageClient.onNotification(method, (params: unknown) => event.fire(params));
      events.set(method, event);
      return event.event((params) => listener(params as Parameters<typeof listener>[0]));
    },
  };
}
