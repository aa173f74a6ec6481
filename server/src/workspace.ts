/** A workspace with the compiler at hand, for whoever needs it in any case; `late-workspace.ts` loads it when it is needed. */
import { compiler } from "./analysis/compiler.ts";
import { openWorkspace as openLate, type Workspace, type WorkspaceOptions } from "./late-workspace.ts";

export { ensureInstarFolder, findProjectRoot, type Workspace } from "./late-workspace.ts";
export { writeFileAtomic } from "./write-files.ts";

/** @param root absolute, as `findProjectRoot` gives it. */
export function openWorkspace(root: string, options: Pick<WorkspaceOptions, "against"> = {}): Workspace {
  return openLate(root, { ...options, compiler });
}
