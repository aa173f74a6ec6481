/** A purge by request: ends what lingers in the old version, then lets go of its code and its timers. */
import type { PurgeParams, PurgeReport } from "../protocol.ts";
import { lingering, purge, softPurge } from "../purge.ts";
import type { System } from "../system.ts";
import type { CodeServer } from "./code-server.ts";
import { DevError } from "./dev-error.ts";

/** @throws DevError `INSTAR_MODULE_UNKNOWN` */
export function purgeModule(system: System, server: CodeServer, { module: id, soft = false }: PurgeParams): PurgeReport {
  const module = server.modules.get(id)?.module;
  if (module === undefined) {
    const known = [...server.modules.keys()].join(", ");
    throw new DevError("INSTAR_MODULE_UNKNOWN", `no module ${id} is loaded. Loaded are: ${known}.`, { module: id });
  }
  const { old } = module;
  const processes = old === null ? [] : lingering(system, module, old).map(({ pid, name }) => ({ pid: pid.id, name }));
  if (!soft) purge(system, module);
  else if (!softPurge(system, module)) return { module: id, vsn: old?.vsn ?? null, purged: false, processes, timers: 0 };
  return { module: id, vsn: old?.vsn ?? null, purged: true, processes, timers: server.release() };
}
