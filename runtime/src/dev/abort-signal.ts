/** A cancellation token of JSON-RPC as an `AbortSignal`, which is what the rest of the runtime understands. */
import type { CancellationToken } from "vscode-jsonrpc/node";

/** Runs `work` with a signal that follows the token, also one that was canceled before its request was begun. */
export async function withSignal<T>(token: CancellationToken, work: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
  const abort = new AbortController();
  if (token.isCancellationRequested) abort.abort();
  const subscription = token.onCancellationRequested(() => abort.abort());
  try {
    return await work(abort.signal);
  } finally {
    subscription.dispose();
  }
}
