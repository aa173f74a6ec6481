/** The one guard around every request: newer input is read first, canceled requests end, a failure is logged and answered by a fallback. */
import { type CancellationToken, LSPErrorCodes, ResponseError } from "vscode-languageserver";

export interface Log {
  error(message: string): void;
}

/**
 * Wraps a request's handler. A `ResponseError` passes through, since it is an answer for the client; any other error is a defect of ours,
 * which must not reach the person at the keyboard as more than a missing result.
 */
export function guarded<Params, Result, Data = void>(
  log: Log,
  name: string,
  fallback: Result,
  handler: (params: Params, token: CancellationToken) => Result | Promise<Result>,
): (params: Params, token: CancellationToken) => Promise<Result | ResponseError<Data>> {
  const canceled = () => new ResponseError<Data>(LSPErrorCodes.RequestCancelled, "The request was canceled.");
  return async (params, token) => {
    // One turn of the event loop lets a cancellation or an edit that is already on its way arrive before the work begins.
    await new Promise((resolve) => setImmediate(resolve));
    if (token.isCancellationRequested) return canceled();
    try {
      const result = await handler(params, token);
      return token.isCancellationRequested ? canceled() : result;
    } catch (error) {
      if (error instanceof ResponseError) return error as ResponseError<Data>;
      if (token.isCancellationRequested) return canceled();
      log.error(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return fallback;
    }
  };
}
