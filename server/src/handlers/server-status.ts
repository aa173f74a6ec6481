/** What the server is doing and what it has found, in numbers and names, for the one place of an editor that says so. */
import { hasTsconfig, withoutTsconfig } from "../has-tsconfig.ts";
import type { Project } from "../projects.ts";
import type { ProjectStatus, ServerStatus } from "../protocol.ts";
import { type OpenDocuments, toUri } from "../to-lsp.ts";
import type { Live } from "./live.ts";

/** What is wrong with what a project says of itself; the others are about its code. */
const configurationRules = new Set(["configuration-invalid", "config-not-read"]);

/** When a project was judged as a whole, and how long that took. */
export type Run = NonNullable<ProjectStatus["run"]>;

export interface StatusPort {
  readonly projects: readonly Project[];
  readonly live: Live;
  readonly open: OpenDocuments;
  readonly runs: ReadonlyMap<Project, Run>;
}

export function serverStatus(
  state: ServerStatus["state"],
  message: string | null,
  { projects, live, open, runs }: StatusPort,
): ServerStatus {
  const names = live.all.map(({ info }) => info.name);
  const all = projects.map((project) => projectStatus(project, runs.get(project) ?? null, open));
  return {
    state,
    modules: all.reduce((sum, { modules }) => sum + modules, 0),
    runtime: names.length === 0 ? null : names.join(", "),
    message,
    projects: all,
  };
}

function projectStatus(project: Project, run: Run | null, open: OpenDocuments): ProjectStatus {
  const { modules = [], findings = [] } = project.latest ?? {};
  const of = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  const { ref, problem } = project.baseline;
  const configuration = findings
    .filter(({ rule }) => configurationRules.has(rule))
    .map(({ file, range, message }) => ({ uri: toUri(file, open), line: range.start.line, message }));
  const without = [
    ...(problem === null ? [] : [problem]),
    ...(modules.length === 0 || hasTsconfig(project.root) ? [] : [withoutTsconfig(project.root)]),
  ];
  return {
    root: project.root,
    modules: modules.length,
    baseline: problem === null ? ref : null,
    errors: of("error"),
    warnings: of("warning"),
    run,
    configuration: [...configuration, ...without.map((message) => ({ uri: null, line: 1, message }))],
  };
}
