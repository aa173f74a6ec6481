/** Publishes findings while a person types: the open document first, then the project; never for a text that has moved on. */
import type { Diagnostic, PublishDiagnosticsParams } from "vscode-languageserver";
import type { Finding } from "../analysis/rule.ts";
import type { Host } from "../host.ts";
import type { Project } from "../projects.ts";
import { type ClientAbilities, type OpenDocuments, toDiagnostic, toUri } from "../to-lsp.ts";

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
  /** How long it last took to judge the open document, and the project. */
  const costs = new Map<Project, { first?: number; whole?: number }>();
  /** The last change after which the open document was judged by itself. */
  const told = new Map<Project, number>();
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

  /** @returns whether one document alone told its findings; also where it does not matter any more. */
  async function judgeFirst(project: Project, file: string): Promise<boolean> {
    const { generation } = project;
    if (told.get(project) === generation) return true;
    const begin = performance.now();
    const findings = await project.first(file);
    // A change that came meanwhile has scheduled a run of its own, and what was found is about texts that are gone.
    if (project.generation !== generation) return true;
    costs.set(project, { ...costs.get(project), first: performance.now() - begin });
    if (findings === undefined) return false;
    told.set(project, generation);
    publish(project, file, findings);
    return true;
  }

  async function run(project: Project, first: string | undefined): Promise<void> {
    const { generation } = project;
    port.onAnalyzing(project);
    if (first !== undefined) {
      await judgeFirst(project, first);
      await new Promise((resolve) => setImmediate(resolve));
      if (project.generation !== generation) return;
    }
    const begin = performance.now();
    // An outdated check stops at the next module, and whatever made it so has scheduled another.
    const analyzed = await project.current(false, () => project.generation === generation);
    if (analyzed === undefined || project.generation !== generation) return;
    costs.set(project, { ...costs.get(project), whole: performance.now() - begin });
    const byFile = new Map<string, Finding[]>();
    for (const finding of analyzed.findings) byFile.set(finding.file, [...(byFile.get(finding.file) ?? []), finding]);
    const files = new Set([...byFile.keys(), ...open.files(project), ...filesOf(project)]);
    for (const file of files) publish(project, file, byFile.get(file) ?? []);
    port.onAnalyzed(project);
  }

  function wait(project: Project, file: string | undefined, pause: number): void {
    timers.get(project)?.();
    const cancel = host.delay(pause, () => {
      timers.delete(project);
      run(project, file).catch(port.onError);
    });
    timers.set(project, cancel);
  }

  return {
    schedule(project, file) {
      const typing = timers.has(project);
      const { first = 0, whole = longestPause } = costs.get(project) ?? {};
      wait(project, file, longestPause);
      if (file === undefined || (typing && first > cheap)) return;
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
      for (const file of filesOf(project)) publish(project, file, []);
    },
    dispose() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
