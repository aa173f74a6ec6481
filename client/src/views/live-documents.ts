/** Read-only documents about what lives: the state of one process, and what holds old code. They are as of the moment when they were opened, or refreshed. */
import * as vscode from "vscode";
import type { InstarClient } from "../language-client.ts";
import type { Register } from "../register-command.ts";
import { type HoldersLink, holdersText } from "./holders-text.ts";

const scheme = "instar-live";

/** What a document is about, in the query of its URI. */
type Subject =
  | { readonly kind: "state"; readonly root: string; readonly runtime: string; readonly pid: string; readonly module: string }
  | { readonly kind: "holders"; readonly root: string; readonly runtime: string; readonly module?: string };

export interface LiveDocuments extends vscode.Disposable {
  show(title: string, subject: Subject): Promise<void>;
}

export function createLiveDocuments(client: InstarClient, register: Register): LiveDocuments {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  /** By URI, of the text that is shown. */
  const links = new Map<string, readonly HoldersLink[]>();

  const stateText = async ({ root, runtime, pid, module }: Extract<Subject, { kind: "state" }>): Promise<string> => {
    const state = await client.request("instar/processState", { root, runtime, pid });
    const time = new Date().toLocaleTimeString();
    return state === null
      ? vscode.l10n.t("// {0} of {1} does not live any more.", pid, runtime)
      : `${vscode.l10n.t("// {0} ({1}) of {2}, at {3}", pid, module, runtime, time)}\n\n${state.text}\n`;
  };
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    async provideTextDocumentContent(uri) {
      const subject = subjectOf(uri);
      if (subject.kind === "state") return stateText(subject);
      const { root, runtime, module } = subject;
      const holders = await client.request("instar/codeHolders", { root, runtime, ...(module === undefined ? {} : { module }) });
      const { text, links: found } = holdersText(holders, runtime, module, vscode.l10n);
      links.set(uri.toString(), found);
      return text;
    },
  };
  const linkProvider: vscode.DocumentLinkProvider = {
    provideDocumentLinks: ({ uri }) =>
      (links.get(uri.toString()) ?? []).map(({ line, start, end, to }) => {
        const { root, runtime } = subjectOf(uri);
        const target =
          "file" in to
            ? vscode.Uri.file(to.file)
            : vscode.Uri.parse(`command:instar.revealProcess?${encodeURIComponent(JSON.stringify({ root, runtime, pid: to.pid }))}`);
        const link = new vscode.DocumentLink(new vscode.Range(line, start, line, end), target);
        const [open, show] = [vscode.l10n.t("Open the file"), vscode.l10n.t("Show it in Live Processes")];
        link.tooltip = target.scheme === "file" ? open : show;
        return link;
      }),
  };
  const parts = vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
    vscode.languages.registerDocumentLinkProvider({ scheme }, linkProvider),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => void links.delete(uri.toString())),
    register("instar.refreshLiveDocument", async (argument) => {
      const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
      if (uri?.scheme === scheme) changed.fire(uri);
    }),
  );
  return {
    async show(title, subject) {
      const uri = vscode.Uri.from({ scheme, path: `/${title}`, query: JSON.stringify(subject) });
      const known = vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
      // What is open already is of another moment.
      if (known) changed.fire(uri);
      const document = await vscode.workspace.openTextDocument(uri);
      if (subject.kind === "state" && document.languageId !== "instar-state")
        await vscode.languages.setTextDocumentLanguage(document, "instar-state");
      await vscode.window.showTextDocument(document, { preview: true });
    },
    dispose: () => void parts.dispose(),
  };
}

function subjectOf({ query }: vscode.Uri): Subject {
  return JSON.parse(query) as Subject;
}
