/** `hookProcess`: what the parent does when its own process is told to end, or ends. */

/** @returns what takes the hooks away again */
export function hookProcess({ onSignal, onExit }: { readonly onSignal: () => void; readonly onExit: () => void }): () => void {
  for (const signal of signals) process.on(signal, onSignal);
  process.on("exit", onExit);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    process.off("exit", onExit);
  };
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
