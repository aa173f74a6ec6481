/**
 * An editor for the language server's tests: an LSP client in the same process, over streams in memory, that keeps documents, applies
 * edits as an editor does, and decides itself when the typing pauses.
 */
import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import type { TestContext } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type ClientCapabilities,
  type CodeAction,
  type CodeLens,
  createProtocolConnection,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type InitializeResult,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
  type WorkspaceDiagnosticReport,
  type WorkspaceEdit,
} from "vscode-languageserver-protocol/node";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { type Host, processHost } from "../../server/src/host.ts";
import type { ServerNotifications, ServerRequests } from "../../server/src/protocol.ts";
import { serve } from "../../server/src/serve.ts";

export interface Editor {
  readonly initialized: InitializeResult;
  /** Everything that was published, in order. */
  readonly published: readonly PublishDiagnosticsParams[];
  /** What the server logged as an error. */
  readonly errors: readonly string[];
  /** What the server showed to the person. */
  readonly messages: readonly string[];
  /** What the server reported of long work, in order: `begin` with its title, or `end`. */
  readonly progress: readonly string[];
  /** How often the server asked for something to be asked for again, by what that is. */
  readonly refreshed: Readonly<Record<"codeLens" | "diagnostic" | "inlayHint", number>>;
  /** How many timers of the server wait for a pause. */
  readonly waiting: number;
  /** A URI stays as it is, so that a test can spell one in another way. */
  uri(file: string): string;
  text(file: string): string;
  version(file: string): number;
  open(file: string, text?: string): void;
  close(file: string): void;
  /** Types: replaces the first occurrence of `from`. */
  replace(file: string, from: string, to: string): void;
  /** Tells that the file was saved; the test itself writes it. */
  saved(file: string): void;
  /** The person changes their settings, as the section `instar` has them. */
  configure(settings: object): void;
  /** Asks for diagnostics, as clients do that the server does not push to. */
  pull(file: string, previousResultId?: string): Promise<DocumentDiagnosticReport>;
  /** @param previous result ids by file. */
  pullAll(previous?: Readonly<Record<string, string>>): Promise<WorkspaceDiagnosticReport>;
  removeFolder(folder: string): void;
  /** The test wrote these; this tells the server, as an editor that watches files does. */
  changedOnDisk(...files: readonly string[]): void;
  /** The person deleted a folder, or gave it another name: all that an editor tells of it. */
  movedFolder(from: string, to: string | undefined): void;
  /** Resolves when the server has read everything that was sent so far. */
  read(): Promise<void>;
  /** The typing pauses: every timer of the server runs. Resolves when it has read everything before and said that it is done. */
  pause(): Promise<void>;
  /** Time passes, and nothing else happens: every timer of the server runs. */
  elapse(): void;
  /** What the file shows now. */
  diagnostics(file: string): readonly Diagnostic[];
  /** Resolves when what the file shows fits: at once, or with the next publication that does. */
  shows(file: string, fits: (diagnostics: readonly Diagnostic[], version: number | undefined) => boolean): Promise<readonly Diagnostic[]>;
  /** `at` is a diagnostic, or text at whose beginning the cursor is. */
  codeActions(file: string, at: Diagnostic | string, only?: readonly string[]): Promise<CodeAction[]>;
  resolve(action: CodeAction): Promise<CodeAction>;
  /** Refuses an edit for another version, as editors do. */
  apply(edit: WorkspaceEdit): void;
  /** What the lenses say once they are seen. */
  lenses(file: string): Promise<string[]>;
  /** The lenses as they are listed. */
  listedLenses(file: string): Promise<CodeLens[]>;
  resolveLens(lens: CodeLens): Promise<CodeLens>;
  /** The text of a document that lies on no disk. */
  content(uri: string): Promise<string>;
  /** Resolves when the server says that such a document says something else now. */
  contentChanged(uri: string): Promise<void>;
  /** A request of LSP that has no method of its own here. */
  ask<T>(method: string, params: object): Promise<T>;
  request<Method extends keyof ServerRequests>(
    method: Method,
    params: ServerRequests[Method]["params"],
  ): { readonly result: Promise<ServerRequests[Method]["result"]>; cancel(): void };
  /** Resolves with the next notification of this kind that fits. */
  next<Method extends keyof ServerNotifications>(
    method: Method,
    fits?: (params: ServerNotifications[Method]) => boolean,
  ): Promise<ServerNotifications[Method]>;
}

export interface EditorOptions {
  readonly folders: readonly string[];
  readonly capabilities?: ClientCapabilities;
  /** The extension's own unless given; other editors send nothing, null or an empty object. */
  readonly initializationOptions?: object | null | undefined;
  /** What the person has set, as the section `instar` has it. */
  readonly settings?: object;
  /** Says that it can watch files, and then does not. */
  readonly refusesToWatch?: boolean;
  readonly loadWorkspace?: Host["loadWorkspace"];
}

/** Is shut down when the test ends. */
export async function startEditor(test: TestContext, options: EditorOptions): Promise<Editor> {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const timers = new Set<() => void>();
  const server = createConnection(ProposedFeatures.all, new StreamMessageReader(toServer), new StreamMessageWriter(toClient));
  serve(server, {
    delay(_, run) {
      const timer = () => {
        timers.delete(timer);
        run();
      };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    loadWorkspace: options.loadWorkspace ?? processHost().loadWorkspace,
  });
  server.listen();

  const client = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const published: PublishDiagnosticsParams[] = [];
  const shown = new Map<string, PublishDiagnosticsParams>();
  const publications = new Set<() => void>();
  const errors: string[] = [];
  const contents = new Map<string, (() => void)[]>();
  const progress: string[] = [];
  const refreshed = { codeLens: 0, diagnostic: 0, inlayHint: 0 };
  let { settings = {} } = options;
  const messages: string[] = [];
  const listeners = new Set<(method: string, params: unknown) => void>();
  const documents = new Map<string, { version: number; text: string }>();

  client.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => {
    published.push(params);
    shown.set(params.uri, params);
    for (const watch of publications) watch();
  });
  client.onNotification("window/logMessage", ({ type, message }: { type: number; message: string }) => {
    if (type === 1) errors.push(message);
  });
  client.onNotification("window/showMessage", ({ message }: { message: string }) => void messages.push(message));
  for (const method of [
    "instar/processesChanged",
    "instar/modulesChanged",
    "instar/runtimeLog",
    "instar/status",
    "instar/upgradeProgress",
    "instar/rolledBack",
    "instar/upgraded",
  ] as const)
    client.onNotification(method, (params: unknown) => {
      for (const listener of listeners) listener(method, params);
    });
  client.onRequest("client/registerCapability", () => {
    if (options.refusesToWatch) throw new Error("no files are watched");
    return null;
  });
  for (const what of ["codeLens", "diagnostic", "inlayHint"] as const)
    client.onRequest(`workspace/${what}/refresh`, () => {
      refreshed[what]++;
      return null;
    });
  client.onRequest("workspace/textDocumentContent/refresh", ({ uri: changed }: { uri: string }) => {
    for (const watch of contents.get(changed) ?? []) watch();
    contents.delete(changed);
    return null;
  });
  client.onRequest("workspace/configuration", ({ items }: { items: unknown[] }) => items.map(() => settings));
  client.onRequest("window/workDoneProgress/create", () => null);
  client.onNotification("$/progress", ({ value }: { value: { kind: string; title?: string } }) => {
    progress.push(value.title === undefined ? value.kind : `${value.kind} ${value.title}`);
  });
  client.listen();
  test.after(async () => {
    await client.sendRequest("shutdown");
    client.dispose();
    server.dispose();
    toServer.destroy();
    toClient.destroy();
  });

  const uri = (file: string) => (file.startsWith("file:") ? file : pathToFileURL(file).href);
  const document = (file: string) => {
    const found = documents.get(uri(file));
    if (found === undefined) throw new Error(`${file} is not open`);
    return found;
  };
  const resolveLens = (lens: CodeLens) => client.sendRequest<CodeLens>("codeLens/resolve", lens);
  const notify = (method: string, params: object) => void client.sendNotification(method, params);

  const editor: Editor = {
    initialized: await client.sendRequest<InitializeResult>("initialize", {
      // With one, the server would watch this process for ever.
      processId: null,
      rootUri: null,
      workspaceFolders: options.folders.map((folder) => ({ uri: uri(folder), name: folder })),
      capabilities: options.capabilities ?? vscode,
      initializationOptions: "initializationOptions" in options ? options.initializationOptions : { commands: ["instar.processes.focus"] },
    }),
    published,
    errors,
    messages,
    progress,
    refreshed,
    get waiting() {
      return timers.size;
    },
    uri,
    text: (file) => document(file).text,
    version: (file) => document(file).version,
    open(file, text = readFileSync(file, "utf8")) {
      documents.set(uri(file), { version: 1, text });
      notify("textDocument/didOpen", { textDocument: { uri: uri(file), languageId: "typescript", version: 1, text } });
    },
    close(file) {
      documents.delete(uri(file));
      notify("textDocument/didClose", { textDocument: { uri: uri(file) } });
    },
    replace(file, from, to) {
      const current = document(file);
      const start = current.text.indexOf(from);
      if (start < 0) throw new Error(`${JSON.stringify(from)} is not in\n${current.text}`);
      const range = { start: positionAt(current.text, start), end: positionAt(current.text, start + from.length) };
      current.text = current.text.slice(0, start) + to + current.text.slice(start + from.length);
      current.version++;
      notify("textDocument/didChange", {
        textDocument: { uri: uri(file), version: current.version },
        contentChanges: [{ range, text: to }],
      });
    },
    saved: (file) => notify("textDocument/didSave", { textDocument: { uri: uri(file) } }),
    configure(changed) {
      settings = changed;
      notify("workspace/didChangeConfiguration", { settings: { instar: changed } });
    },
    pull: (file, previousResultId) =>
      client.sendRequest<DocumentDiagnosticReport>("textDocument/diagnostic", {
        textDocument: { uri: uri(file) },
        ...(previousResultId === undefined ? {} : { previousResultId }),
      }),
    pullAll: (previous = {}) =>
      client.sendRequest<WorkspaceDiagnosticReport>("workspace/diagnostic", {
        previousResultIds: Object.entries(previous).map(([file, value]) => ({ uri: uri(file), value })),
      }),
    removeFolder(folder) {
      notify("workspace/didChangeWorkspaceFolders", { event: { added: [], removed: [{ uri: uri(folder), name: folder }] } });
    },
    changedOnDisk(...files) {
      notify("workspace/didChangeWatchedFiles", { changes: files.map((file) => ({ uri: uri(file), type: 2 })) });
    },
    movedFolder(from, to) {
      if (to === undefined) notify("workspace/didDeleteFiles", { files: [{ uri: uri(from) }] });
      else notify("workspace/didRenameFiles", { files: [{ oldUri: uri(from), newUri: uri(to) }] });
    },
    async read() {
      // Messages are read in order, and this one waits for the projects.
      await client.sendRequest("textDocument/codeLens", { textDocument: { uri: "untitled:nothing" } });
    },
    async pause() {
      await editor.read();
      if (timers.size === 0) return;
      // Said once the last project is done.
      const done = editor.next("instar/status", ({ state }) => state === "ready" || state === "error");
      editor.elapse();
      await done;
    },
    elapse() {
      // Not those that begin with these, as that of something that has taken long.
      Array.from(timers).forEach((timer) => timer());
    },
    diagnostics: (file) => shown.get(uri(file))?.diagnostics ?? [],
    shows: (file, fits) =>
      new Promise((resolve) => {
        const watch = () => {
          const params = shown.get(uri(file));
          if (!fits(params?.diagnostics ?? [], params?.version)) return;
          publications.delete(watch);
          resolve(params?.diagnostics ?? []);
        };
        publications.add(watch);
        watch();
      }),
    async codeActions(file, at, only) {
      const range = typeof at === "string" ? rangeOf(document(file).text, at) : at.range;
      return (
        (await client.sendRequest<CodeAction[] | null>("textDocument/codeAction", {
          textDocument: { uri: uri(file) },
          range,
          context: { diagnostics: editor.diagnostics(file), ...(only === undefined ? {} : { only }) },
        })) ?? []
      );
    },
    resolve: (action) => client.sendRequest<CodeAction>("codeAction/resolve", action),
    apply(edit) {
      const changes = [
        ...Object.entries(edit.changes ?? {}).map(([target, edits]) => ({ target, version: null, edits })),
        ...(edit.documentChanges ?? []).flatMap((change) =>
          "edits" in change
            ? [{ target: change.textDocument.uri, version: change.textDocument.version, edits: change.edits as TextEdit[] }]
            : [],
        ),
      ];
      for (const { target, version } of changes) {
        const current = documents.get(target);
        if (version !== null && version !== current?.version)
          throw new Error(`The edit is for version ${version} of ${target}, which is at ${current?.version}`);
      }
      for (const { target, edits } of changes) {
        const file = fileURLToPath(target);
        if (!documents.has(target)) editor.open(file);
        const current = document(file);
        current.text = applied(current.text, edits);
        current.version++;
        notify("textDocument/didChange", {
          textDocument: { uri: target, version: current.version },
          contentChanges: [{ text: current.text }],
        });
      }
    },
    async content(target) {
      return (await client.sendRequest<{ text: string }>("workspace/textDocumentContent", { uri: target })).text;
    },
    contentChanged: (target) => new Promise((resolve) => contents.set(target, [...(contents.get(target) ?? []), resolve])),
    resolveLens,
    async listedLenses(file) {
      return (await client.sendRequest<CodeLens[] | null>("textDocument/codeLens", { textDocument: { uri: uri(file) } })) ?? [];
    },
    async lenses(file) {
      const resolved = (await editor.listedLenses(file)).map(async (lens) => (lens.command === undefined ? resolveLens(lens) : lens));
      return (await Promise.all(resolved)).map(({ command }) => command?.title ?? "");
    },
    ask: (method, params) => client.sendRequest(method, params),
    request(method, params) {
      const cancellation = new AbortController();
      const token = {
        isCancellationRequested: false,
        onCancellationRequested(listener: (event: unknown) => unknown) {
          cancellation.signal.addEventListener("abort", listener);
          return { dispose: () => cancellation.signal.removeEventListener("abort", listener) };
        },
      };
      return { result: client.sendRequest(method, params, token), cancel: () => cancellation.abort() };
    },
    next: (method, fits = () => true) =>
      new Promise((resolve) => {
        const listener = (name: string, params: unknown) => {
          // The methods' names and types belong together.
          const typed = params as ServerNotifications[typeof method];
          if (name !== method || !fits(typed)) return;
          listeners.delete(listener);
          resolve(typed);
        };
        listeners.add(listener);
      }),
  };
  notify("initialized", {});
  return editor;
}

/** What VS Code says that it can, as far as the server asks. */
export const vscode: ClientCapabilities = {
  textDocument: {
    publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true, versionSupport: true },
    codeAction: { dataSupport: true, resolveSupport: { properties: ["edit"] } },
  },
  workspace: {
    workspaceEdit: { documentChanges: true, resourceOperations: ["create"] },
    codeLens: { refreshSupport: true },
    textDocumentContent: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceFolders: true,
  },
};

function rangeOf(text: string, at: string): { start: { line: number; character: number }; end: { line: number; character: number } } {
  const offset = text.indexOf(at);
  if (offset < 0) throw new Error(`${JSON.stringify(at)} is not in\n${text}`);
  return { start: positionAt(text, offset), end: positionAt(text, offset) };
}

function positionAt(text: string, offset: number): { line: number; character: number } {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length - 1, character: lines.at(-1)!.length };
}

function offsetAt(text: string, { line, character }: { line: number; character: number }): number {
  return text.split("\n").slice(0, line).join("\n").length + (line > 0 ? 1 : 0) + character;
}

function applied(text: string, edits: readonly TextEdit[]): string {
  let result = text;
  // From the end, so that earlier places stay where they are; of two at one place the first in the list comes first.
  const sorted = edits
    .map((edit, index) => ({ index, start: offsetAt(text, edit.range.start), end: offsetAt(text, edit.range.end), newText: edit.newText }))
    .toSorted((a, b) => b.start - a.start || b.index - a.index);
  for (const { start, end, newText } of sorted) result = result.slice(0, start) + newText + result.slice(end);
  return result;
}
