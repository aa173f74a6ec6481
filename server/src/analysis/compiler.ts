/** All that the analysis needs the TypeScript compiler for. Loaded late: it takes longer than most analyses. */
import type { SourceHost } from "./source-host.ts";
import { CheckedProject } from "./checked-project.ts";
import { parseSnapshot } from "./parse-snapshot.ts";
import { readOutline } from "./read-outline.ts";
import { readOnlySteps } from "./reads-only.ts";

export const compiler = {
  readOutline,
  readOnlySteps,
  parseSnapshot,
  openProject: (host: SourceHost, root: string): CheckedProject => new CheckedProject(host, root),
};

export type Compiler = typeof compiler;
