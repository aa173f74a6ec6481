/** `kindConflict`: an upgrade that would make processes into something that they cannot become. */
import type { ModuleChange } from "./module-change.ts";
import { strategyConflict } from "./plan-children.ts";
import type { UpgradeError } from "./protocol.ts";
import { upgradeError } from "./upgrade-error.ts";

export function kindConflict({ module, to }: Pick<ModuleChange, "module" | "to">): UpgradeError | null {
  const conflict = strategyConflict(module.current, to);
  if (module.current.kind === to.kind && conflict === null) return null;
  const why = conflict ?? `it is a ${module.current.kind} and would become a ${to.kind}`;
  const text = `${module.id} cannot be upgraded: ${why}. Give the new one a file of its own.`;
  return upgradeError("INSTAR_BAD_UPGRADE", text, { module: module.id });
}
