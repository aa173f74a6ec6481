/** Actor modules with steps, and `instar prove` over them. */
import type { Range } from "../../server/src/analysis/span.ts";
import type { ProofFinding } from "../../server/src/prove/report.ts";
import { type CliResult, runCli } from "./run-cli.ts";
import type { TemporaryProject } from "./temporary-project.ts";

interface Version {
  readonly vsn: number;
  readonly state: string;
  readonly codeChange?: string;
  /** What stands before the state's type. */
  readonly before?: string;
}

/** An actor that does nothing but to have a state. */
export function source({ vsn, state, codeChange = "", before = "" }: Version): string {
  return `import { actor, irreversible, type Pid } from "instar";
${before}
export interface State ${state}

export interface Thing {
  init(from: State): State;
}

void irreversible;
export type Anyone = Pid<Thing>;
export default actor<Thing>({
  vsn: ${vsn},
  init: (from) => from,
  codeChange: {${codeChange}},
});
`;
}

export const step = (up: string, down: string, from = 1): string => `
    ${from}: {
      up: ${up},
      down: ${down},
    },`;

export const counted = "{ readonly n: number }";
export const same = "(state: any): any => state";

export interface Proof {
  readonly seed: number;
  readonly modules: readonly { readonly id: string; readonly tried: readonly { from: number; to: number; states: number }[] }[];
  readonly findings: readonly (Omit<ProofFinding, "line" | "column"> & { readonly range: Range })[];
  readonly summary: { readonly errors: number };
}

export const prove = (project: TemporaryProject, ...args: readonly string[]): Promise<CliResult> =>
  runCli(["prove", ...args], { cwd: project.root });
