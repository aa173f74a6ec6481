/** Says what takes long, where the client can show it, and only once it has taken a while: most work is done before anybody could read of it. */
import { type ClientCapabilities, type Connection, WorkDoneProgress, WorkDoneProgressCreateRequest } from "vscode-languageserver";
import type { Host } from "../host.ts";

/** In milliseconds. */
const longEnough = 1000;

/** Begins the work; what it gives ends it. */
export type Progress = (title: string) => () => void;

export function createProgress(connection: Connection, client: ClientCapabilities, host: Host): Progress {
  if (client.window?.workDoneProgress !== true) return () => () => {};
  let count = 0;
  return (title) => {
    let shown: Promise<string | undefined> | undefined;
    const cancel = host.delay(longEnough, () => {
      const token = `instar/${(count += 1)}`;
      shown = connection
        .sendRequest(WorkDoneProgressCreateRequest.type, { token })
        .then(() => connection.sendProgress(WorkDoneProgress.type, token, { kind: "begin", title }))
        .then(
          () => token,
          // A client that does not want it, or is closing, is not bothered with it.
          () => undefined,
        );
    });
    return () => {
      cancel();
      shown
        ?.then((token) => (token === undefined ? undefined : connection.sendProgress(WorkDoneProgress.type, token, { kind: "end" })))
        .catch(() => {});
    };
  };
}
