/** Asks a runtime to rehearse, upgrade or downgrade. Whatever a person can be told as the end of it is a report; only an unknown end is an error. */
import type { Requests, UpgradeError, UpgradeReport } from "../../../runtime/src/protocol.ts";
import type { Finding } from "../analysis/rule.ts";
import type { RuntimeConnection, RuntimeRefused, RuntimeUnreachable } from "./connection.ts";

export type Operation = "upgrade/rehearse" | "upgrade/apply" | "upgrade/downgrade" | "upgrade/rollback";

/** The connection was lost before the answer, so that nobody knows what became of the request. */
export class OutcomeUnknown extends Error {
  readonly code = "INSTAR_CONNECTION_LOST";
}

/** @throws OutcomeUnknown; RuntimeRefused where the runtime answers with an error. */
export async function operate<M extends Operation>(
  connection: RuntimeConnection,
  method: M,
  params: Requests[M]["params"],
  signal: AbortSignal,
): Promise<UpgradeReport> {
  try {
    return await connection.request(method, params, { signal });
  } catch (error) {
    // By their codes: their classes come with the WebSocket library, which not every command loads.
    const { rpc, code, message } = error as Partial<RuntimeRefused & RuntimeUnreachable>;
    // JSON-RPC's own answer to a canceled request, from a runtime that had not begun with it.
    if (signal.aborted && rpc === -32800) return reportWithout("canceled");
    if (code === "INSTAR_CONNECTION_LOST") {
      const unknown = method === "upgrade/rehearse" ? "" : ". Whether the new code was committed is not known.";
      throw new OutcomeUnknown(`${message}${unknown}`, { cause: error });
    }
    throw error;
  }
}

/** The report of something that no process was met by. */
export function reportWithout(outcome: UpgradeReport["outcome"], errors: UpgradeReport["errors"] = []): UpgradeReport {
  return {
    outcome,
    modules: [],
    processes: [],
    messages: { queued: 0, translated: 0, dropped: 0, callsSpanning: 0 },
    time: { build: 0, quiesce: 0, convert: 0, commit: 0, total: 0 },
    errors,
  };
}

/** A finding as the reason of a refusal; its code is the rule, where the runtime's own codes begin with `INSTAR_`. */
export function findingError({ rule, message, module, file, range }: Finding): UpgradeError {
  return { code: rule, message, module, pid: null, name: null, place: { file, ...range.start } };
}
