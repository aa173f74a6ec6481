/** One module's part in an upgrade. */
import type { StateCheck } from "./convert.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { PlannedStep } from "./plan-steps.ts";
import type { UpgradedModule } from "./protocol.ts";

/** `to` is loaded already, `kind` and `steps` come from `planSteps`; the kind `restart` is for who wants its processes restarted instead. */
export interface ModuleChange {
  readonly module: LoadedModule;
  readonly to: ModuleVersion;
  readonly kind: UpgradedModule["kind"];
  readonly steps: readonly PlannedStep[];
  /**
   * Prototypes of classes that the new version has anew although nothing about them changed, each with the one that takes its place:
   * instances of the old classes in the states become instances of the new ones.
   */
  readonly prototypes?: ReadonlyMap<object, object>;
  /**
   * Whether it is proven that the steps write to nothing that they can reach from the state. They are then run on the states themselves,
   * else on copies, which take most of an upgrade's time. Default false.
   */
  readonly readsOnly?: boolean;
  /** Whether a state fits the new version: null, or a sentence that says where it does not. Asked of every new state before the commit. */
  readonly validate?: StateCheck;
  /** The same for the version that it comes from: for rehearsals, which go there and back, and for a rollback. */
  readonly validateBack?: StateCheck;
}
