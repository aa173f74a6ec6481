/**
 * Judges while a person types: the open document first, then the project; never for a text that has moved on. Clients that pull are answered
 * in the same order, and asked to pull again where the project has more to say; to the others it is pushed.
 */
import type {
  CancellationToken,
  DocumentDiagnosticReport,
  PublishDiagnosticsParams,
  WorkspaceDiagnosticParams,
  WorkspaceDocumentDiagnosticReport,
} from "vscode-languageserver";
import type { Finding } from "../analysis/rule.ts";
import type { Host } from "../host.ts";
import type { Project } from "../projects.ts";
import { type ClientAbilities, type OpenDocuments, toPath, toUri } from "../to-lsp.ts";
import type { HeldCode } from "./held-code.ts";
import { createShownDiagnostics } from "./shown-diagnostics.ts";

/** A pause this long between keystrokes is worth a look at the whole project, in milliseconds; a shorter one, where that costs less. */
const longestPause = 100;
/** Of the time, an analysis may take this part at most while somebody types. */
const share = 1 / 4;
/** What costs no more than this, in milliseconds, is done at every key. */
const cheap = 15;

export interface Diagnostics {
  /**
   * Judges the document in front of the person at once, and the project when the typing pauses; at once, too, where the document alone does
   * not tell and nobody typed just before.
   */
  schedule(project: Project, file?: string): void;
  /** Takes back everything that was published for a project, which was closed. */
  clear(project: Project): void;
  /** Shows what is known once more: another setting says what is to be shown. */
  show(): void;
  /** What one document has to show, for the text that it has when this is answered. */
  pull(project: Project, file: string, before: string | undefined, token: CancellationToken): Promise<DocumentDiagnosticReport>;
  pullAll(
    projects: readonly Project[],
    before: WorkspaceDiagnosticParams["previousResultIds"],
    token: CancellationToken,
  ): Promise<WorkspaceDocumentDiagnosticReport[]>;
  dispose(): void;
}

export interface DiagnosticsPort {
  readonly host: Host;
  readonly open: OpenDocuments & { files(project: Project): Iterable<string> };
  readonly abilities: ClientAbilities;
  /** Whether a file is to show anything. */
  readonly shows: (file: string) => boolean;
  /** What is known of a finding beyond the analysis. */
  readonly related: HeldCode["related"];
  /** What carries the findings to the client: it is told, or it asks, and is told when to ask again. */
  readonly client: { publish(params: PublishDiagnosticsParams): void } | { refresh(): void; readonly related: boolean };
  /** Called before and after the whole project was judged. */
  readonly onAnalyzing: (project: Project) => void;
  readonly onAnalyzed: (project: Project, milliseconds: number) => void;
  /** Called when judging has ended, also where it came to nothing. */
  readonly onEnded: (project: Project) => void;
  readonly onError: (error: unknown) => void;
}

export function createDiagnostics(port: DiagnosticsPort): Diagnostics {
  const { host, open, abilities, client } = port;
  const timers = new Map<Project, () => void>();
  /** How long it last took to judge the open document, and the project. */
  const costs = new Map<Project, { first?: number; whole?: number }>();
  /** The last change after which an open document was judged by itself, and that document. */
  const told = new Map<Project, { readonly generation: number; readonly file: string }>();
  const shown = createShownDiagnostics(open, abilities, port.shows, port.related);
  /** Projects that were closed: what is still under way about them concerns nobody. */
  const closed = new WeakSet<Project>();
  /** What the client was last told of each file. */
  const published = new Map<string, { readonly uri: string; readonly text: string }>();
  /** What the client last got when it asked for a file. */
  const answered = new Map<string, string>();

  function set(project: Project, file: string, findings: readonly Finding[]): void {
    if (closed.has(project)) return;
    shown.set(project, file, findings);
    tell(file);
  }

  function tell(file: string): void {
    if (!("publish" in client)) return;
    const { version, diagnostics } = shown.of(file);
    const params: PublishDiagnosticsParams = { uri: toUri(file, open), diagnostics: [...diagnostics] };
    if (version !== undefined) params.version = version;
    const text = JSON.stringify(params);
    const before = published.get(file);
    if (before?.text === text) return;
    // The client may spell the URI of a file that it opens in another way than we do.
    if (before !== undefined && before.uri !== params.uri) client.publish({ uri: before.uri, diagnostics: [] });
    if (diagnostics.length === 0 && version === undefined) {
      if (!published.delete(file)) return;
    } else published.set(file, { uri: params.uri, text });
    client.publish(params);
  }

  /** @returns whether one document alone told its findings; also where it does not matter any more. */
  async function judgeFirst(project: Project, file: string): Promise<boolean> {
    const { generation } = project;
    const last = told.get(project);
    if (last?.generation === generation && last.file === file) return true;
    const { isAnalyzed } = project;
    const begin = performance.now();
    const findings = await project.first(file);
    // A change that came meanwhile has scheduled a run of its own, and what was found is about texts that are gone.
    if (project.generation !== generation) return true;
    if (!isAnalyzed) costs.set(project, { ...costs.get(project), first: performance.now() - begin });
    if (findings === undefined) return false;
    told.set(project, { generation, file });
    set(project, file, findings);
    return true;
  }

  async function run(project: Project, first: string | undefined): Promise<void> {
    const { generation } = project;
    port.onAnalyzing(project);
    try {
      if (first !== undefined && "publish" in client) {
        await judgeFirst(project, first);
        await new Promise((resolve) => setImmediate(resolve));
        if (project.generation !== generation) return;
      }
      const { isAnalyzed } = project;
      const begin = performance.now();
      // An outdated check stops at the next module, and whatever made it so has scheduled another.
      const analyzed = await project.current(false, () => project.generation === generation);
      if (analyzed === undefined || project.generation !== generation || closed.has(project)) return;
      const whole = performance.now() - begin;
      if (!isAnalyzed) costs.set(project, { ...costs.get(project), whole });
      setAll(project, analyzed.findings);
      if ("refresh" in client && [...answered].some(([file, id]) => shown.of(file).id !== id)) client.refresh();
      port.onAnalyzed(project, whole);
    } finally {
      port.onEnded(project);
    }
  }

  function setAll(project: Project, findings: readonly Finding[]): void {
    const byFile = new Map<string, Finding[]>();
    for (const finding of findings) byFile.set(finding.file, [...(byFile.get(finding.file) ?? []), finding]);
    // What somebody looks at comes first.
    const files = new Set([...open.files(project), ...byFile.keys(), ...shown.filesOf(project)]);
    for (const file of files) set(project, file, byFile.get(file) ?? []);
  }

  function wait(project: Project, file: string | undefined, pause: number): void {
    timers.get(project)?.();
    const cancel = host.delay(pause, () => {
      timers.delete(project);
      run(project, file).catch(port.onError);
    });
    timers.set(project, cancel);
  }

  function report(file: string, before: string | undefined): DocumentDiagnosticReport {
    const { diagnostics, id } = shown.of(file);
    return before === id ? { kind: "unchanged", resultId: id } : { kind: "full", resultId: id, items: [...diagnostics] };
  }

  return {
    schedule(project, file) {
      const typing = timers.has(project);
      const { first = 0, whole = longestPause } = costs.get(project) ?? {};
      wait(project, file, longestPause);
      // A client that pulls asks for the document itself.
      if (file === undefined || !("publish" in client) || (typing && first > cheap)) return;
      const timer = timers.get(project);
      judgeFirst(project, file)
        .then((enough) => {
          if (!enough && timers.get(project) === timer) wait(project, file, typing ? Math.min(longestPause, whole / share) : 0);
        })
        .catch(port.onError);
    },
    clear(project) {
      timers.get(project)?.();
      timers.delete(project);
      costs.delete(project);
      told.delete(project);
      for (const file of shown.filesOf(project)) set(project, file, []);
      closed.add(project);
      if ("refresh" in client) client.refresh();
    },
    show() {
      for (const file of new Set([...shown.files, ...published.keys()])) tell(file);
      if ("refresh" in client) client.refresh();
    },
    async pull(project, file, before, token) {
      while (!token.isCancellationRequested) {
        const { generation } = project;
        const known = await project.first(file);
        const findings =
          known ?? (await project.current(false, () => !token.isCancellationRequested && project.generation === generation))?.findings;
        if (project.generation !== generation) continue;
        if (findings !== undefined && !closed.has(project))
          shown.set(
            project,
            file,
            findings.filter((finding) => finding.file === file),
          );
        break;
      }
      const own = report(file, before);
      answered.set(file, shown.of(file).id);
      if (!("related" in client) || !client.related) return own;
      // Documents that show something else than the client knows, by the same look at the project.
      const others = [...open.files(project)].filter(
        (other) => other !== file && answered.has(other) && answered.get(other) !== shown.of(other).id,
      );
      if (others.length === 0) return own;
      const relatedDocuments = Object.fromEntries(others.map((other) => [toUri(other, open), report(other, undefined)]));
      for (const other of others) answered.set(other, shown.of(other).id);
      return { ...own, relatedDocuments };
    },
    async pullAll(projects, before, token) {
      for (const project of projects) {
        const analyzed = await project.current(false, () => !token.isCancellationRequested);
        if (analyzed !== undefined) setAll(project, analyzed.findings);
      }
      const known = new Map(
        before.flatMap(({ uri, value }) => ((file) => (file === undefined ? [] : [[file, value] as const]))(toPath(uri))),
      );
      return [...new Set([...shown.files, ...known.keys()])].map((file) => ({
        uri: toUri(file, open),
        version: open.version(file) ?? null,
        ...report(file, known.get(file)),
      })) as WorkspaceDocumentDiagnosticReport[];
    },
    dispose() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
