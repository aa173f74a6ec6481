/**
 * *Show Live Dashboard*: a page that draws, while systems are upgraded, which versions their processes run, what waits in mailboxes, who
 * restarted, and what became of each process. Runtimes are asked once a second, only while the page is seen.
 */
import * as vscode from "vscode";
import type { InstarClient } from "../language-client.ts";
import { createRegister } from "../register-command.ts";
import { dashboardCommands, type FromDashboard, type ToDashboard } from "./dashboard-messages.ts";
import { dashboardPage } from "./dashboard-page.ts";
import { dashboardWords } from "./dashboard-words.ts";
import { createHistory } from "./history.ts";

/** Between an answer and the next question, in milliseconds. */
const pause = 1000;

interface DashboardContext {
  readonly context: vscode.ExtensionContext;
  readonly client: InstarClient;
  readonly output: vscode.LogOutputChannel;
}

export function registerDashboard({ context, client, output }: DashboardContext): vscode.Disposable {
  const history = createHistory();
  const words = dashboardWords((message) => vscode.l10n.t(message));
  let panel: vscode.WebviewPanel | undefined;
  let timer: NodeJS.Timeout | undefined;
  let asking = false;

  const tell = (): void => {
    void panel?.webview.postMessage({ words, runtimes: history.all } satisfies ToDashboard);
  };
  const look = async (): Promise<void> => {
    if (asking) return;
    clearTimeout(timer);
    asking = true;
    try {
      // A server that is just being restarted has nothing to say; what was seen stays.
      if (client.running) history.add(await client.request("instar/overview", {}), new Date());
    } catch (error) {
      output.warn(
        vscode.l10n.t("The dashboard could not ask the language server: {0}", error instanceof Error ? error.message : String(error)),
      );
    } finally {
      asking = false;
    }
    tell();
    if (panel?.visible === true) timer = setTimeout(() => void look(), pause);
  };

  const open = (): void => {
    if (panel !== undefined) return panel.reveal();
    const folder = vscode.Uri.joinPath(context.extensionUri, "dist");
    panel = vscode.window.createWebviewPanel("instar.dashboard", vscode.l10n.t("Instar: Live Dashboard"), vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [folder],
    });
    panel.iconPath = vscode.Uri.joinPath(context.extensionUri, "client/icons/instar.svg");
    const { webview } = panel;
    const source = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
    webview.onDidReceiveMessage((message: FromDashboard) => {
      if (message.kind === "ready") void look();
      else if (dashboardCommands.includes(message.command)) void vscode.commands.executeCommand(message.command);
    });
    panel.onDidChangeViewState(() => (panel?.visible === true ? void look() : clearTimeout(timer)));
    panel.onDidDispose(() => {
      panel = undefined;
      clearTimeout(timer);
    });
    webview.html = dashboardPage(
      { cspSource: webview.cspSource, script: source("dashboard.js"), style: source("dashboard.css") },
      vscode.env.language,
    );
  };

  return vscode.Disposable.from(
    createRegister(output)("instar.showDashboard", async () => open()),
    client.onNotification("instar/upgraded", ({ upgrade, ...which }) => {
      history.upgraded(which, upgrade);
      // At once: that is what the person is looking for.
      if (panel?.visible === true) void look().then(tell);
    }),
    { dispose: () => (clearTimeout(timer), panel?.dispose()) },
  );
}
