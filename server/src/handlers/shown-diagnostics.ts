/** What each file has to show: the findings of all projects that read it, for the text that it has now, in the same order whenever they are the same. */
import type { Diagnostic } from "vscode-languageserver";
import { cyrb128 } from "../analysis/hash.ts";
import type { Finding } from "../analysis/rule.ts";
import type { Project } from "../projects.ts";
import type { HeldCode } from "./held-code.ts";
import { type ClientAbilities, type OpenDocuments, toDiagnostic } from "../to-lsp.ts";

export interface ShownDiagnostics {
  /** What a project has to say of a file as it is now. */
  set(project: Project, file: string, findings: readonly Finding[]): void;
  of(file: string): FileDiagnostics;
  /** The files of which this project says something. */
  filesOf(project: Project): readonly string[];
  /** The files of which any project says something. */
  readonly files: readonly string[];
}

export interface FileDiagnostics {
  /** Undefined where the file is not open. */
  readonly version: number | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** The same for the same diagnostics. */
  readonly id: string;
}

/** @param related what is known beyond the analysis, as of when it is shown. */
export function createShownDiagnostics(
  open: OpenDocuments,
  abilities: ClientAbilities,
  shows: (file: string) => boolean,
  related: HeldCode["related"] = () => [],
): ShownDiagnostics {
  /** A file may be read by several projects. */
  const said = new Map<string, Map<Project, { readonly version: number | undefined; readonly findings: readonly Finding[] }>>();
  return {
    set(project, file, findings) {
      const parts: NonNullable<ReturnType<typeof said.get>> = said.get(file) ?? new Map();
      said.set(file, parts);
      if (findings.length === 0) parts.delete(project);
      else parts.set(project, { version: open.version(file), findings });
      if (parts.size === 0) said.delete(file);
    },
    of(file) {
      const version = open.version(file);
      // What a project said of an older text waits until that project has looked at the new one.
      const parts = shows(file) ? [...(said.get(file) ?? [])].filter(([, part]) => part.version === version) : [];
      const texts = new Map(
        parts.flatMap(([project, { findings }]) =>
          findings.map((finding) => {
            const more = related(project, finding);
            const whole = more.length === 0 ? finding : { ...finding, related: [...finding.related, ...more] };
            const diagnostic = toDiagnostic(whole, open, abilities);
            return [JSON.stringify(diagnostic), diagnostic];
          }),
        ),
      );
      const diagnostics = [...texts.values()];
      // One project has its own order; what several say is put in it.
      if (parts.length > 1) diagnostics.sort(compare);
      return { version, diagnostics, id: cyrb128(JSON.stringify(diagnostics)) };
    },
    filesOf: (project) => [...said].flatMap(([file, parts]) => (parts.has(project) ? [file] : [])),
    get files() {
      return [...said.keys()];
    },
  };
}

function compare({ range: one, code, message }: Diagnostic, { range: other, ...rest }: Diagnostic): number {
  return (
    one.start.line - other.start.line ||
    one.start.character - other.start.character ||
    compareTexts(String(code), String(rest.code)) ||
    one.end.line - other.end.line ||
    one.end.character - other.end.character ||
    compareTexts(JSON.stringify(message), JSON.stringify(rest.message))
  );
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
