/**
 * Purging, as OTP's `code:purge` and `code:soft_purge`: a module has at most two versions, current and old, and the old one goes. What
 * still runs in it is ended, since there will be no code for it. That happens by itself when a third version is committed.
 */
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { Process } from "./process.ts";
import { live, type System } from "./system.ts";

/**
 * Drops a module's old version. Processes that linger in it end with `"killed"`, and `terminate` does not run.
 *
 * @returns whether any did
 */
export function purge(system: System, module: LoadedModule): boolean {
  const { old } = module;
  if (old === null) return false;
  module.old = null;
  return endLingering(system, module, old);
}

/** Drops a module's old version, unless a process lingers in it. @returns whether there is none now */
export function softPurge(system: System, module: LoadedModule): boolean {
  if (module.old !== null && lingering(system, module, module.old).length > 0) return false;
  module.old = null;
  return true;
}

/**
 * The processes of a module that are not done with a version: their handler in flight began in it, or they were never converted from it.
 * A process at rest in the current version holds nothing of an older one, except what is in its state.
 */
export function lingering(system: System, module: LoadedModule, version: ModuleVersion): readonly Process[] {
  return [...live(system).processes.values()].filter((process) => process.module === module && lingersIn(process, version));
}

function lingersIn({ version: own, flight, phase }: Process, version: ModuleVersion): boolean {
  // One whose `init` has not begun will run that of the current version.
  if (flight === null) return own === version && phase !== "starting";
  return own === version || flight.version === version;
}

/** Ends what lingers in a version that is no longer kept. @returns whether anything did */
export function endLingering(system: System, module: LoadedModule, version: ModuleVersion): boolean {
  const ended = lingering(system, module, version);
  for (const process of ended) process.kill();
  return ended.length > 0;
}
