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

/**
 * @param settling so long, in milliseconds, the compiler is not loaded for the project as a whole: a client that has just started asks its
 * first questions then, and none is answered while the compiler is loaded and reads what only it can.
 */
export function processHost(settling = 0): Host {
  return {
    delay(milliseconds, run) {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    async loadWorkspace() {
      const settled = settling === 0 ? Promise.resolve() : new Promise<void>((resolve) => setTimeout(resolve, settling));
      const module = await import("./late-workspace.ts");
      return { ...module, openWorkspace: (root, options) => module.openWorkspace(root, { ...options, settled }) };
    },
  };
}
