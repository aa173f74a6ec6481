/** The language server over any connection: says what it can do, keeps the open documents, and hands each request to its handler. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import {
  type CancellationToken,
  type ClientCapabilities,
  CodeActionKind,
  CodeLensRefreshRequest,
  type Connection,
  DiagnosticRefreshRequest,
  DidChangeWatchedFilesNotification,
  type FileOperationRegistrationOptions,
  type GenericRequestHandler,
  type InitializeParams,
  type InitializeResult,
  MessageType,
  ShowMessageNotification,
  TextDocuments,
  TextDocumentSyncKind,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { guarded } from "./guarded.ts";
import {
  answerCommand,
  type CodeActionContext,
  codeActions,
  fixEverything,
  fixAllKind,
  fixQuestions,
  fixWithAnswers,
  resolveCodeAction,
} from "./handlers/code-actions.ts";
import { codeLenses, earlyCodeLenses, type LensContext, lensKey, type LensReference, resolveCodeLens } from "./handlers/code-lenses.ts";
import { createDiagnostics } from "./handlers/diagnostics.ts";
import { actors } from "./handlers/actors.ts";
import { completion } from "./handlers/completion.ts";
import { createHeldCode } from "./handlers/held-code.ts";
import { hover } from "./handlers/hover.ts";
import { inlayHints } from "./handlers/inlay-hints.ts";
import { createLive } from "./handlers/live.ts";
import { createProgress } from "./handlers/progress.ts";
import { liveStates } from "./handlers/states.ts";
import { type Run, serverStatus } from "./handlers/server-status.ts";
import { defaultSettings, followSettings } from "./handlers/settings.ts";
import { incomingCalls, outgoingCalls, prepareCallHierarchy } from "./handlers/call-hierarchy.ts";
import { definition, type MessagesContext, prepareRename, references, rename } from "./handlers/messages.ts";
import { entries, modules, release } from "./handlers/modules.ts";
import { changeProcess, changeRuntime, codeHolders, processState } from "./handlers/processes.ts";
import { createCompare } from "./handlers/compare.ts";
import { createPlans } from "./handlers/plans.ts";
import { createReadOnlyDocuments, readOnlySchemes } from "./handlers/read-only-documents.ts";
import { releases } from "./handlers/releases.ts";
import { createReports } from "./handlers/reports.ts";
import { outlineOf, overview } from "./handlers/overview.ts";
import { strategies } from "./handlers/strategies.ts";
import { downgrade, rollback, upgrade } from "./handlers/upgrades.ts";
import { documentSymbols, workspaceSymbols } from "./handlers/symbols.ts";
import type { Host } from "./host.ts";
import { type Project, Projects } from "./projects.ts";
import type { FixAnswers, InitializationOptions, ServerNotifications, ServerRequests, ServerStatus } from "./protocol.ts";
import { type ClientAbilities, type OpenDocuments, toPath } from "./to-lsp.ts";
import { isBeingWritten } from "./write-files.ts";

export function serve(connection: Connection, host: Host): void {
  /** What is still under way at a shutdown has nobody left to tell: a connection that is closed throws. */
  const tellOpen = (send: (message: string) => void) => (message: string) => {
    if (!shutdown) send(message);
  };
  const log = {
    info: tellOpen((message) => connection.console.info(message)),
    warn: tellOpen((message) => connection.console.warn(message)),
    error: tellOpen((message) => connection.console.error(message)),
  };
  const documents = new TextDocuments(TextDocument);
  /** Absolute path to URI of each open file. */
  const openUris = new Map<string, string>();
  const open: OpenDocuments & { files(project: Project): Iterable<string> } = {
    uri: (file) => openUris.get(file),
    version: (file) => documents.get(openUris.get(file) ?? "")?.version,
    exists: (file) => openUris.has(file) || existsSync(file),
    files: (project) => [...openUris.keys()].filter((file) => projects?.forFile(file) === project),
  };

  let client: ClientCapabilities = {};
  let options: InitializationOptions | undefined;
  let folders: string[] = [];
  let abilities = abilitiesOf(client);
  let projects: Projects | undefined;
  let diagnostics: ReturnType<typeof createDiagnostics> | undefined;
  let settings = defaultSettings;
  /** Whether the client asks for diagnostics, so that they are not pushed to it as well. */
  let pulls = false;
  /** What the lenses of the open files last said. */
  let lenses = "";
  const runs = new Map<Project, Run>();
  /** The projects that are being analyzed, each with what ends what is shown of that. */
  const analyses = new Map<Project, () => void>();
  const told = new Set<string>();
  /** Whether the client tells what changes on disk. */
  let watching = false;
  let shutdown = false;

  /** Resolves when the projects are there; requests wait for it. */
  let loaded: () => void = () => {};
  const ready = new Promise<void>((resolve) => (loaded = resolve));

  const live = createLive({
    log,
    onLog: ({ root, info }, { level, text }) => notify("instar/runtimeLog", { root, runtime: info.name, level, text }),
    onUpgraded: ({ root, info }, report) =>
      notify("instar/upgraded", { root, runtime: info.name, upgrade: outlineOf(report, new Date().toISOString()) }),
    onProgress: ({ root, info }, progress) => notify("instar/upgradeProgress", { root, runtime: info.name, ...progress }),
    onRolledBack: ({ root, info }, report) => notify("instar/rolledBack", { root, runtime: info.name, report }),
    onChanged() {
      const processes = live.all.flatMap((runtime) => runtime.processes);
      const oldCode = processes.filter((process) => process.oldCode).length;
      notify("instar/processesChanged", { runtimes: live.all.length, processes: processes.length, oldCode });
      plans.processesChanged();
      status("ready");
      refreshLenses();
      void heldCode.changed(projects?.all ?? []);
    },
  });
  const heldCode = createHeldCode(live, () => diagnostics?.show());

  const readOnly = createReadOnlyDocuments({
    connection,
    refreshes: () => client.workspace?.textDocumentContent !== undefined && !shutdown,
    refreshLenses: askForLenses,
    hasCommand: (command) => options?.commands?.includes(command) === true,
    make: {
      "instar-plan": async (query) => plans.remake(query),
      "instar-report": async () => reports.remake(),
      "instar-release": async (query, uri) => compare.remake(query, uri),
    },
  });
  const plans = createPlans(loadedProjects, live, readOnly);
  const reports = createReports(readOnly);
  const compare = createCompare(loadedProjects, open, readOnly);

  connection.onInitialize((params): InitializeResult => {
    client = params.capabilities;
    options = params.initializationOptions as InitializationOptions | undefined;
    folders = foldersOf(params);
    abilities = abilitiesOf(client);
    pulls = client.textDocument?.diagnostic !== undefined && options?.diagnostics !== "push";
    return {
      serverInfo: { name: "instar-language-server" },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind], resolveProvider: true },
        hoverProvider: true,
        inlayHintProvider: true,
        completionProvider: { triggerCharacters: ["."] },
        codeLensProvider: { resolveProvider: true },
        definitionProvider: true,
        referencesProvider: true,
        // VS Code asks one provider alone, and TypeScript's knows all other functions.
        callHierarchyProvider: options?.commands === undefined,
        documentSymbolProvider: { label: "Instar" },
        workspaceSymbolProvider: true,
        renameProvider: client.textDocument?.rename?.prepareSupport === true ? { prepareProvider: true } : true,
        ...(pulls ? { diagnosticProvider: { identifier: "instar", interFileDependencies: true, workspaceDiagnostics: true } } : {}),
        documentLinkProvider: {},
        workspace: {
          workspaceFolders: { supported: true, changeNotifications: true },
          textDocumentContent: { schemes: [...readOnlySchemes] },
          // Of files the watchers tell; of a whole folder that goes or comes, editors tell them no more than that.
          fileOperations: { didDelete: anyFolder, didRename: anyFolder },
        },
      },
    };
  });

  connection.onInitialized(async () => {
    status("starting");
    try {
      void watchFiles();
      watchFolders();
      // Not waited for: a client that never answers would be without findings.
      followSettings(connection, client, (read) => {
        if (settings.inlayHints.enabled !== read.inlayHints.enabled) askForHints();
        settings = read;
        diagnostics?.show();
      }).catch((error: unknown) => log.warn(`The editor does not say its settings: ${describe(error)}`));
      projects = new Projects(await host.loadWorkspace(), { error: tell }, function* () {
        for (const [file, uri] of openUris) {
          const document = documents.get(uri);
          if (document !== undefined) yield { file, text: document.getText() };
        }
      });
      const progress = createProgress(connection, client, host);
      diagnostics = createDiagnostics({
        host,
        open,
        abilities,
        shows: (file) => settings.diagnostics.scope === "workspace" || openUris.has(file),
        related: heldCode.related,
        client: pulls
          ? { refresh: refreshDiagnostics, related: client.textDocument?.diagnostic?.relatedDocumentSupport === true }
          : { publish: (params) => void connection.sendDiagnostics(params) },
        onAnalyzing(project) {
          endAnalysis(project);
          analyses.set(project, progress(`Instar: analyzing ${basename(project.root)}`));
          status("analyzing");
        },
        onEnded: endAnalysis,
        onAnalyzed(project, milliseconds) {
          endAnalysis(project);
          runs.set(project, { at: new Date().toISOString(), milliseconds });
          status("ready");
          compare.follow(project).catch((error: unknown) => log.error(`A comparison is not shown anew: ${describe(error)}`));
          notifyModules();
          refreshLenses();
          void heldCode.changed([project]);
        },
        onError(error) {
          log.error(`The analysis failed: ${describe(error)}`);
          status("error", "The analysis failed; the output has the details.");
        },
      });
      for (const folder of folders) projects.addFolder(folder);
      for (const [file, uri] of openUris) projects.forFile(file, documents.get(uri)?.getText());
      // What was opened before the projects were there is in front of the person.
      for (const project of projects.all) diagnostics.schedule(project, [...open.files(project)].at(-1));
      if (projects.all.length === 0) status("ready");
    } catch (error) {
      log.error(`The language server could not start: ${describe(error)}`);
      status("error", "The language server could not start; the output has the details.");
    } finally {
      loaded();
    }
    await lookForRuntimes();
  });

  // An edit takes effect at once; only the judging waits for a pause. `onDidChangeContent` also reports the opening.
  documents.onDidChangeContent(({ document }) => {
    const file = toPath(document.uri);
    if (file === undefined) return;
    openUris.set(file, document.uri);
    const own = projects?.forFile(file, document.getText());
    for (const project of projects?.all ?? []) {
      const changed = project.setOverlay(file, document.getText());
      // What is open shows its findings, of its version, also where nothing else is found.
      if (changed || project === own || project.workspace.concerns(file))
        diagnostics?.schedule(project, project === own ? file : undefined);
    }
  });
  documents.onDidClose(({ document }) => {
    const file = toPath(document.uri);
    if (file === undefined) {
      compare.closed(document.uri);
      plans.closed(document.uri);
      return;
    }
    openUris.delete(file);
    const own = projects?.forFile(file);
    // What was typed and not saved is gone; the disk counts again.
    for (const project of projects?.all ?? []) {
      const changed = project.setOverlay(file, undefined);
      if (changed) project.diskChanged();
      if (changed || project === own || project.workspace.concerns(file)) diagnostics?.schedule(project);
    }
  });
  documents.onDidSave(({ document }) => {
    plans.filesChanged([toPath(document.uri)].filter((file) => file !== undefined));
    // For clients that watch no files: a save is a moment to look at what else was written, and whether a runtime has come.
    if (!watching)
      for (const project of projects?.all ?? []) {
        project.diskChanged();
        diagnostics?.schedule(project);
      }
    void lookForRuntimes();
  });
  documents.listen(connection);

  connection.onDidChangeWatchedFiles(({ changes }) => {
    const files = changes
      .map(({ uri }) => toPath(uri))
      .filter((file) => file !== undefined && !file.includes("/node_modules/") && !isBeingWritten(basename(file))) as string[];
    const runs = files.filter((file) => /\/\.instar\/run(\/|$)/.test(file));
    if (runs.length > 0) void lookForRuntimes();
    const sources = files.filter((file) => !runs.includes(file));
    if (sources.length === 0 || projects === undefined) return;
    plans.filesChanged(sources);
    if (sources.some((file) => /\/(package\.json|instar\.config\.json)$|\/\.instar\//.test(file))) {
      projects.forgetRoots();
      if (sources.some((file) => file.endsWith(".json"))) told.clear();
      for (const folder of folders) projects.addFolder(folder);
    }
    for (const project of projects.all) {
      if (!sources.some((file) => project.workspace.concerns(file))) continue;
      project.diskChanged();
      diagnostics?.schedule(project);
    }
  });

  connection.workspace.onDidDeleteFiles(foldersChanged);
  connection.workspace.onDidRenameFiles(foldersChanged);

  connection.languages.diagnostics.on(
    guarded(log, "textDocument/diagnostic", { kind: "full", items: [] }, async ({ textDocument, previousResultId }, token) => {
      const found = await projectOf(textDocument.uri);
      if (found === undefined || diagnostics === undefined) return { kind: "full", items: [] };
      return diagnostics.pull(found.project, found.file, previousResultId, token);
    }),
  );
  connection.languages.diagnostics.onWorkspace(
    guarded(log, "workspace/diagnostic", { items: [] }, async ({ previousResultIds }, token) => {
      await ready;
      return { items: (await diagnostics?.pullAll(projects?.all ?? [], previousResultIds, token)) ?? [] };
    }),
  );
  connection.onCodeAction(
    guarded(log, "textDocument/codeAction", null, async (params) => {
      const found = await projectOf(params.textDocument.uri);
      return found === undefined ? null : codeActions(actionContext(found.project), found.file, params);
    }),
  );
  connection.onCodeActionResolve((action, token) =>
    guarded(log, "codeAction/resolve", action, async () => {
      await ready;
      const reference = action.data as FixAnswers | undefined;
      const project = reference === undefined ? undefined : projects?.byRoot(reference.root);
      return reference === undefined || project === undefined ? action : resolveCodeAction(actionContext(project), action, reference);
    })(action, token),
  );
  connection.onCodeLens(
    guarded(log, "textDocument/codeLens", null, async ({ textDocument }, token) => {
      const own = await readOnly.lenses(textDocument.uri);
      if (own !== null) return own;
      const found = await projectOf(textDocument.uri);
      if (found === undefined) return null;
      const { project, file } = found;
      // Told before the whole project is read, to a client that asks again then: one that has waited long once, asks later ever after.
      const early = client.workspace?.codeLens?.refreshSupport === true ? await project.early(file) : undefined;
      if (early !== undefined) return earlyCodeLenses(early, lensContext(project.root, early.id));
      return ((await project.current(false, () => !token.isCancellationRequested))?.modules ?? [])
        .filter((module) => module.file === file)
        .flatMap((module) => codeLenses(module, lensContext(project.root, module.id)));
    }),
  );
  connection.onDocumentLinks(guarded(log, "textDocument/documentLink", null, ({ textDocument }) => readOnly.links(textDocument.uri)));
  connection.workspace.textDocumentContent.on(async ({ uri }) => ({ text: (await readOnly.text(uri)) ?? "This document is gone.\n" }));
  connection.onCodeLensResolve((lens, token) =>
    guarded(log, "codeLens/resolve", lens, async () => {
      await ready;
      const reference = lens.data as LensReference | undefined;
      const project = reference === undefined ? undefined : projects?.byRoot(reference.root);
      if (reference === undefined || project === undefined) return lens;
      const analyzed = await project.current(false, () => !token.isCancellationRequested);
      return resolveCodeLens(lens, reference, analyzed, lensContext(project.root, reference.module));
    })(lens, token),
  );

  connection.onCompletion(
    guarded(log, "textDocument/completion", null, async (params, token) => {
      const found = await projectOf(params.textDocument.uri);
      const document = documents.get(params.textDocument.uri);
      if (found === undefined || document === undefined) return null;
      const wanted = () => !token.isCancellationRequested;
      return completion({ project: found.project, client, document, wanted }, found.file, params);
    }),
  );
  connection.languages.inlayHint.on(
    guarded(log, "textDocument/inlayHint", null, async (params, token) => {
      const found = await projectOf(params.textDocument.uri);
      const document = documents.get(params.textDocument.uri);
      if (found === undefined || document === undefined || !settings.inlayHints.enabled) return null;
      return inlayHints(found.project, found.file, document, params, () => !token.isCancellationRequested);
    }),
  );
  connection.onHover(
    guarded(log, "textDocument/hover", null, async (params, token) => {
      const found = await projectOf(params.textDocument.uri);
      if (found === undefined) return null;
      const { project, file } = found;
      const wanted = () => !token.isCancellationRequested;
      return hover({ project, client, live: (module) => live.module(project.root, module), wanted }, file, params);
    }),
  );

  const named: MessagesContext = {
    open,
    get abilities() {
      return abilities;
    },
    projectOf,
    projects: () => projects?.all ?? [],
    tell: (message) =>
      void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Info, message: `Instar: ${message}` }),
  };
  connection.onDefinition(guarded(log, "textDocument/definition", null, (params, token) => definition(named, params, token)));
  connection.onReferences(guarded(log, "textDocument/references", null, (params, token) => references(named, params, token)));
  connection.onPrepareRename(guarded(log, "textDocument/prepareRename", null, (params, token) => prepareRename(named, params, token)));
  connection.onRenameRequest(guarded(log, "textDocument/rename", null, (params, token) => rename(named, params, token)));
  const { callHierarchy } = connection.languages;
  callHierarchy.onPrepare(
    guarded(log, "textDocument/prepareCallHierarchy", null, (params, token) => prepareCallHierarchy(named, params, token)),
  );
  callHierarchy.onIncomingCalls(guarded(log, "callHierarchy/incomingCalls", null, ({ item }, token) => incomingCalls(named, item, token)));
  callHierarchy.onOutgoingCalls(guarded(log, "callHierarchy/outgoingCalls", null, ({ item }, token) => outgoingCalls(named, item, token)));
  connection.onDocumentSymbol(
    guarded(log, "textDocument/documentSymbol", null, async ({ textDocument }) => {
      const own = await readOnly.symbols(textDocument.uri);
      if (own !== null) return own;
      const found = await projectOf(textDocument.uri);
      const trees = client.textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true;
      return found === undefined ? null : documentSymbols(found.project, found.file, open, trees);
    }),
  );
  connection.onWorkspaceSymbol(
    guarded(log, "workspace/symbol", null, async ({ query }, token) => {
      const { all } = await loadedProjects();
      return workspaceSymbols(all, query, open, () => !token.isCancellationRequested);
    }),
  );

  onRequest("instar/modules", [], async () => modules(await loadedProjects(), live, open));
  onRequest("instar/entries", [], async () => entries(await loadedProjects(), open));
  onRequest("instar/processes", [], async () => {
    await lookForRuntimes();
    // With the root as this workspace has it, by which other requests are answered: the runtime may have come to it through another link.
    return live.all.map(({ root, info, processes }) => ({ runtime: { ...info, root }, processes }));
  });
  onRequest("instar/processState", null, (params) => processState(live, params));
  onRequest("instar/codeHolders", undefined, (params) => codeHolders(live, params));
  onRequest("instar/changeProcess", undefined, (params) => changeProcess(live, params));
  onRequest("instar/changeRuntime", undefined, (params) => changeRuntime(live, params));
  onRequest("instar/actors", [], async () => actors(await loadedProjects(), live, open));
  onRequest("instar/overview", [], () => overview(live));
  onRequest("instar/releases", [], async () => releases(await loadedProjects()));
  onRequest("instar/upgrade", undefined, async (params, token) => upgrade(await loadedProjects(), live, params, token, plans));
  onRequest("instar/strategies", [], async (params) => strategies(await loadedProjects(), live, params));
  onRequest("instar/rollback", undefined, async (params, token) => rollback(await loadedProjects(), live, params, token));
  onRequest("instar/plan", undefined, async (target) => ({ uri: await plans.show(target) }));
  onRequest("instar/report", undefined, async (params) => ({
    uri: reports.show(
      params,
      (await loadedProjects()).all.map(({ root }) => root),
    ),
  }));
  onRequest("instar/compare", undefined, (params) => compare.versions(params));
  onRequest("instar/downgrade", undefined, async (params, token) => downgrade(await loadedProjects(), live, params, token));
  onRequest("instar/fixQuestions", undefined, async ({ fix }) => {
    const project = await projectAt(fix);
    return project === undefined ? null : fixQuestions(actionContext(project), fix);
  });
  onRequest("instar/fix", undefined, async ({ fix }) => {
    const project = await projectAt(fix);
    return project === undefined ? null : fixWithAnswers(actionContext(project), fix);
  });
  onRequest("instar/initializePlan", undefined, async (params) => (await import("./handlers/initialize.ts")).initializePlan(params));
  onRequest("instar/initialize", undefined, async (params) => (await import("./handlers/initialize.ts")).initialize(params));
  onRequest("instar/states", undefined, async (params, token) => liveStates(live, params, token));
  onRequest("instar/fixAll", undefined, async (params) => fixEverything((await loadedProjects()).all, params, { open, abilities }));
  onRequest("instar/release", undefined, async () => {
    const all = await loadedProjects();
    const result = await release(all);
    for (const project of all.all) diagnostics?.schedule(project);
    return result;
  });

  connection.onShutdown(() => {
    shutdown = true;
    diagnostics?.dispose();
    live.dispose();
  });

  /** @param fallback what the client gets where the handler fails; undefined: the client is told that it failed. */
  function onRequest<Method extends keyof ServerRequests>(
    method: Method,
    fallback: ServerRequests[Method]["result"] | undefined,
    handler: (params: ServerRequests[Method]["params"], token: CancellationToken) => Promise<ServerRequests[Method]["result"]>,
  ): void {
    type Handler = GenericRequestHandler<ServerRequests[Method]["result"], void>;
    const answer = fallback === undefined ? handler : guarded(log, method, fallback, handler);
    // A client may leave the parameters out, and then the token is all there is.
    const answerAny = (...given: [ServerRequests[Method]["params"] | null, CancellationToken] | [CancellationToken]) =>
      given.length === 2 ? answer(given[0] ?? {}, given[1]) : answer({}, given[0]);
    connection.onRequest(method, answerAny as Handler);
  }

  function notify<Method extends keyof ServerNotifications>(method: Method, params: ServerNotifications[Method]): void {
    // Other editors do not know these; some of them send empty options.
    if (options?.commands !== undefined && !shutdown) void connection.sendNotification(method, params);
  }

  function notifyModules(): void {
    const found = (projects?.all ?? []).flatMap(({ latest }) => latest ?? []);
    const findings = found.flatMap((one) => one.findings);
    const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
    const modules = found.reduce((sum, one) => sum + one.modules.length, 0);
    notify("instar/modulesChanged", { modules, errors: count("error"), warnings: count("warning") });
  }

  /** For what a person has to put right, and only once: a project that cannot be opened is looked at for each of its folders. */
  function tell(message: string): void {
    if (told.has(message)) return;
    told.add(message);
    log.error(message);
    void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Error, message: `Instar: ${message}` });
  }

  function status(state: ServerStatus["state"], message: string | null = null): void {
    // It is not ready before the last project is.
    const whole = state === "ready" && analyses.size > 0 ? "analyzing" : state;
    notify("instar/status", serverStatus(whole, message, { projects: projects?.all ?? [], live, open, runs }));
  }

  function endAnalysis(project: Project): void {
    analyses.get(project)?.();
    analyses.delete(project);
  }

  function lensContext(root: string, module: string): LensContext {
    return { root, live: live.module(root, module), commands: new Set(options?.commands) };
  }

  /** Of open files: what is typed there, the client asks about anyway; this is for what changed elsewhere. */
  function refreshLenses(): void {
    const shown = (projects?.all ?? []).map((project) =>
      lensKey(
        (project.latest?.modules ?? []).filter(({ file }) => openUris.has(file)),
        ({ id }) => lensContext(project.root, id),
      ),
    );
    if (shown.join() === lenses) return;
    lenses = shown.join();
    askForLenses();
    askForHints();
  }

  function askForHints(): void {
    if (client.workspace?.inlayHint?.refreshSupport !== true || shutdown) return;
    connection.languages.inlayHint.refresh().catch(() => {});
  }

  function askForLenses(): void {
    if (client.workspace?.codeLens?.refreshSupport !== true || shutdown) return;
    // A client that is closing does not answer, and nobody misses the lenses then.
    connection.sendRequest(CodeLensRefreshRequest.type).catch(() => {});
  }

  function refreshDiagnostics(): void {
    if (client.workspace?.diagnostics?.refreshSupport !== true || shutdown) return;
    connection.sendRequest(DiagnosticRefreshRequest.type).catch(() => {});
  }

  async function lookForRuntimes(): Promise<void> {
    try {
      await ready;
      await live.refresh((projects?.all ?? []).map(({ root }) => root));
    } catch (error) {
      log.error(`Looking for runtimes failed: ${describe(error)}`);
    }
  }

  async function watchFiles(): Promise<void> {
    if (client.workspace?.didChangeWatchedFiles?.dynamicRegistration !== true) return;
    try {
      await connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: watched.map((globPattern) => ({ globPattern })),
      });
      watching = true;
    } catch (error) {
      log.warn(`The editor does not watch files, so changes on disk are noticed at the next save: ${describe(error)}`);
    }
  }

  function watchFolders(): void {
    if (client.workspace?.workspaceFolders !== true) return;
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      const gone = removed.map(({ uri }) => toPath(uri)).filter((path) => path !== undefined);
      const come = added.map(({ uri }) => toPath(uri)).filter((path) => path !== undefined);
      folders = [...folders.filter((folder) => !gone.includes(folder)), ...come];
      for (const folder of gone)
        for (const project of projects?.removeFolder(folder) ?? []) {
          diagnostics?.clear(project);
          endAnalysis(project);
          runs.delete(project);
          void live.forget(project.root);
        }
      // What was counted with them.
      notifyModules();
      status("ready");
      refreshLenses();
      // The old ones as well: a folder that is gone may lie in one that stays.
      for (const folder of folders) for (const project of projects?.addFolder(folder) ?? []) diagnostics?.schedule(project);
      void lookForRuntimes();
    });
  }

  function foldersChanged(): void {
    projects?.forgetRoots();
    for (const folder of folders) projects?.addFolder(folder);
    for (const project of projects?.all ?? []) {
      project.diskChanged();
      diagnostics?.schedule(project);
    }
  }

  async function loadedProjects(): Promise<Projects> {
    await ready;
    if (projects === undefined) throw new Error("The language server could not start; the output has the details.");
    return projects;
  }

  async function projectOf(uri: string): Promise<{ project: Project; file: string } | undefined> {
    await ready;
    const file = toPath(uri);
    const project = file === undefined ? undefined : projects?.forFile(file, documents.get(uri)?.getText());
    return file === undefined || project === undefined ? undefined : { project, file };
  }

  async function projectAt({ root }: FixAnswers): Promise<Project | undefined> {
    await ready;
    return projects?.byRoot(root);
  }

  function actionContext(project: Project): CodeActionContext {
    const resolves = client.textDocument?.codeAction?.resolveSupport?.properties.includes("edit") ?? false;
    return { project, open, abilities, resolves, asks: options?.commands?.includes(answerCommand) === true };
  }
}

/** What changes findings when it changes on disk, and the run files by which runtimes announce themselves. */
const watched = [
  "**/*.{ts,tsx,mts,cts}",
  "**/{package,tsconfig*,instar.config}.json",
  "**/.instar/releases/**",
  // The folder as well: an editor may see it come, and not what was written into it at once.
  "**/.instar/{run,run/*.json}",
];

const anyFolder: FileOperationRegistrationOptions = { filters: [{ scheme: "file", pattern: { glob: "**/*", matches: "folder" } }] };

function abilitiesOf(client: ClientCapabilities): ClientAbilities {
  const { publishDiagnostics, diagnostic } = client.textDocument ?? {};
  return {
    relatedInformation: publishDiagnostics?.relatedInformation ?? diagnostic?.relatedInformation ?? false,
    codeDescription: publishDiagnostics?.codeDescriptionSupport ?? diagnostic?.codeDescriptionSupport ?? false,
    tags: (publishDiagnostics?.tagSupport ?? diagnostic?.tagSupport)?.valueSet ?? [],
    documentChanges: client.workspace?.workspaceEdit?.documentChanges ?? false,
    changeAnnotations: client.workspace?.workspaceEdit?.changeAnnotationSupport !== undefined,
    createFiles: client.workspace?.workspaceEdit?.resourceOperations?.includes("create") ?? false,
    definitionLinks: client.textDocument?.definition?.linkSupport ?? false,
  };
}

function foldersOf({ workspaceFolders, rootUri }: InitializeParams): string[] {
  const uris = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
  return uris.map(toPath).filter((path) => path !== undefined);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
