/** What the language server takes from its surroundings, so that a test can hold the clock and watch what is loaded. */
import type * as workspaceModule from "./late-workspace.ts";

export interface Host {
  /** Runs something once after so many milliseconds; the result cancels it. */
  delay(milliseconds: number, run: () => void): () => void;
  /**
   * Project access, and with it the analysis. Loaded late: an editor must not wait for it between `initialize` and its answer.
   */
  loadWorkspace(): Promise<typeof workspaceModule>;
}

export function processHost(): Host {
  return {
    delay(milliseconds, run) {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    loadWorkspace: () => import("./late-workspace.ts"),
  };
}
