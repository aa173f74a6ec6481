/** Which process an argument of the command line means. */
import type { ProcessInfo } from "../../../runtime/src/protocol.ts";
import type { RuntimeConnection } from "../live/connection.ts";
import { UsageError } from "./exit.ts";

/** How commands describe the argument. */
export const processArgument = 'its pid, such as "<0.12>" or 12, or its registered name';

/** @throws UsageError where no such process lives */
export async function findProcess(connection: RuntimeConnection, text: string): Promise<ProcessInfo> {
  const { processes } = await connection.request("processes/list", {});
  const found = processes.find(({ pid, name }) => name === text || pid === text || pid === `<0.${text}>`);
  if (found === undefined) throw new UsageError(`There is no process ${text}. The live ones are shown by: instar ps`);
  return found;
}
