/**
 * What VS Code loads first. It is small, and loads the rest, with the language server, only where there are actors: in a workspace that has
 * some, at a file that uses Instar, or when a person asks for one of the commands or views.
 */
import { createRequire } from "node:module";
import * as vscode from "vscode";
import { registerDebugging } from "./debugging.ts";
import type { InstarClient } from "./language-client.ts";
import { registerTasks } from "./tasks.ts";
import { hasActors, usesInstar } from "./uses-instar.ts";
import { tellOfVirtualDocuments } from "./virtual-documents.ts";

/** The rest: a bundle of its own, so that it is not even read before it is needed. */
interface Rest {
  activate(context: vscode.ExtensionContext): Promise<InstarClient>;
  deactivate(): Promise<void>;
}

let rest: Rest | undefined;

export function activate(context: vscode.ExtensionContext): void {
  let loading: Promise<InstarClient> | undefined;
  const load = (): Promise<InstarClient> => {
    loading ??= (async () => {
      waiting.dispose();
      rest = createRequire(context.asAbsolutePath("package.json"))("./dist/extension.cjs") as Rest;
      return rest.activate(context);
    })();
    return loading;
  };
  /** Nobody waits for it, so a failure has to be told. */
  const loadUnasked = (): void => {
    void vscode.commands.executeCommand("setContext", "instar:hasActors", true);
    load().catch(tellOfFailure);
  };

  const look = (document: vscode.TextDocument): void => {
    if (document.uri.scheme === "file" && usesInstar(document)) loadUnasked();
  };
  const found = vscode.workspace.createFileSystemWatcher("**/*.actor.{ts,tsx,mts,cts}", false, true, true);
  const waiting = vscode.Disposable.from(
    ...placeholders(context.extension.packageJSON as Manifest, load),
    found,
    found.onDidCreate(loadUnasked),
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidSaveTextDocument(look),
    vscode.workspace.onDidChangeWorkspaceFolders(() => lookAround()),
  );
  const lookAround = (): void => void hasActors().then((some) => (some ? loadUnasked() : undefined), tellOfFailure);

  context.subscriptions.push({ dispose: () => waiting.dispose() }, registerTasks(), registerDebugging(load), tellOfVirtualDocuments());
  for (const document of vscode.workspace.textDocuments) look(document);
  if (loading === undefined) lookAround();
}

export async function deactivate(): Promise<void> {
  await rest?.deactivate();
}

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly type?: string }[]>>;
  };
}

/** Commands and views that hand over to the real ones, which take their ids. */
function placeholders({ contributes }: Manifest, load: () => Promise<unknown>): vscode.Disposable[] {
  const commands = contributes.commands.map(({ command }) =>
    vscode.commands.registerCommand(command, async (...given: unknown[]) => {
      await load();
      return vscode.commands.executeCommand(command, ...given);
    }),
  );
  const trees = Object.values(contributes.views)
    .flat()
    .filter(({ type }) => type !== "webview")
    .map(({ id }) =>
      // Asked only once the view is seen.
      vscode.window.registerTreeDataProvider<never>(id, {
        getChildren: () => {
          void load().catch(tellOfFailure);
          return [];
        },
        getTreeItem: (item) => item,
      }),
    );
  return [...commands, ...trees];
}

function tellOfFailure(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  void vscode.window.showErrorMessage(
    vscode.l10n.t("Instar could not start: {0} The output channel Instar has the details; reload the window to try again.", reason),
  );
}
