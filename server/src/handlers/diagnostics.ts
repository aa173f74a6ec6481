/** Publishes findings while a person types: the open document first, then the project; never for a text that has moved on. */
import type { Diagnostic, PublishDiagnosticsParams } from "vscode-languageserver";
import type { Finding } from "../analysis/rule.ts";
import type { Host } from "../host.ts";
import type { Project } from "../projects.ts";
import { type ClientAbilities, type OpenDocuments, toDiagnostic, toUri } from "../to-lsp.ts";

/** A pause this long between keystrokes is worth an analysis, in milliseconds; a shorter one, where one costs less. */
const longestPause = 100;
/** Of the time, an analysis may take this part at most while somebody types. */
const share = 1 / 4;

export interface Diagnostics {
  /** Analyzes when the typing pauses. `file` is the document in front of the person. */
  schedule(project: Project, file?: string): void;
  /** Takes back everything that was published for a project. */
  clear(project: Project): void;
  dispose(): void;
}

export interface DiagnosticsPort {
  readonly host: Host;
  readonly open: OpenDocuments & { files(project: Project): Iterable<string> };
  readonly abilities: ClientAbilities;
  readonly publish: (params: PublishDiagnosticsParams) => void;
  /** Called before and after the whole project was judged. */
  readonly onAnalyzing: (project: Project) => void;
  readonly onAnalyzed: (project: Project) => void;
  readonly onError: (error: unknown) => void;
}

export function createDiagnostics(port: DiagnosticsPort): Diagnostics {
  const { host, open, abilities } = port;
  const timers = new Map<Project, () => void>();
  /** How long it last took to judge the open document. */
  const costs = new Map<Project, number>();
  /** What each project has to say of each file: one may be read by several. */
  const said = new Map<string, Map<Project, { readonly version: number | undefined; readonly diagnostics: readonly Diagnostic[] }>>();
  /** What the client was last told of each file. */
  const published = new Map<string, { readonly uri: string; readonly text: string }>();

  function publish(project: Project, file: string, findings: readonly Finding[]): void {
    const version = open.version(file);
    const parts: NonNullable<ReturnType<typeof said.get>> = said.get(file) ?? new Map();
    said.set(file, parts);
    if (findings.length === 0) parts.delete(project);
    else parts.set(project, { version, diagnostics: findings.map((finding) => toDiagnostic(finding, open, abilities)) });
    if (parts.size === 0) said.delete(file);
    tell(file, version);
  }

  function tell(file: string, version: number | undefined): void {
    // What another project said of an older text waits until that project has looked at the new one.
    const parts = [...(said.get(file)?.values() ?? [])].filter((part) => part.version === version);
    const diagnostics = new Map(parts.flatMap((part) => part.diagnostics.map((each) => [JSON.stringify(each), each])));
    const params: PublishDiagnosticsParams = { uri: toUri(file, open), diagnostics: [...diagnostics.values()] };
    if (version !== undefined) params.version = version;
    const text = JSON.stringify(params);
    const before = published.get(file);
    if (before?.text === text) return;
    // The client may spell the URI of a file that it opens in another way than we do.
    if (before !== undefined && before.uri !== params.uri) port.publish({ uri: before.uri, diagnostics: [] });
    if (diagnostics.size === 0 && version === undefined) {
      if (!published.delete(file)) return;
    } else published.set(file, { uri: params.uri, text });
    port.publish(params);
  }

  /** Files that show something of this project. */
  function filesOf(project: Project): readonly string[] {
    return [...said].flatMap(([file, parts]) => (parts.has(project) ? [file] : []));
  }

  async function run(project: Project, first: string | undefined): Promise<void> {
    const { generation } = project;
    port.onAnalyzing(project);
    if (first !== undefined) {
      const begin = performance.now();
      const findings = await project.first(first);
      // A change that came meanwhile has scheduled a run of its own, and what was found is about texts that are gone.
      if (project.generation !== generation) return;
      if (findings !== undefined) {
        costs.set(project, performance.now() - begin);
        publish(project, first, findings);
      }
      await new Promise((resolve) => setImmediate(resolve));
      if (project.generation !== generation) return;
    }
    const analyzed = await project.current();
    if (analyzed === undefined || project.generation !== generation) return;
    const byFile = new Map<string, Finding[]>();
    for (const finding of analyzed.findings) byFile.set(finding.file, [...(byFile.get(finding.file) ?? []), finding]);
    const files = new Set([...byFile.keys(), ...open.files(project), ...filesOf(project)]);
    for (const file of files) publish(project, file, byFile.get(file) ?? []);
    port.onAnalyzed(project);
  }

  return {
    schedule(project, file) {
      timers.get(project)?.();
      const pause = file === undefined ? longestPause : Math.min(longestPause, (costs.get(project) ?? longestPause) / share);
      const cancel = host.delay(pause, () => {
        timers.delete(project);
        run(project, file).catch(port.onError);
      });
      timers.set(project, cancel);
    },
    clear(project) {
      timers.get(project)?.();
      timers.delete(project);
      costs.delete(project);
      for (const file of filesOf(project)) publish(project, file, []);
    },
    dispose() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
