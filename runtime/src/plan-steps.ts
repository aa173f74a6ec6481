/** `planSteps`: which steps lead from the loaded version of a module to another one, or why none do. */
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { UpgradedModule, UpgradeError } from "./protocol.ts";

export interface PlanRequest {
  readonly module: LoadedModule;
  readonly to: ModuleVersion;
  /** Whether the text of the module is the same as that of the loaded version, so that only an import of it changed. */
  readonly reinstantiated?: boolean;
  /**
   * Whether every state of one version is, as it stands, a valid state of the other. Asked where a step is missing. A `shape` is null
   * where it is not known: always for the versions between the two ends. Without this callback only equal shapes are compatible.
   */
  readonly compatible?: (from: VersionPoint, to: VersionPoint) => boolean;
}

export interface VersionPoint {
  readonly vsn: number;
  readonly shape: string | null;
}

export type StepPlan =
  | { readonly ok: true; readonly kind: UpgradedModule["kind"]; readonly steps: readonly PlannedStep[] }
  | { readonly ok: false; readonly error: UpgradeError };

/** One step with its direction, and where its functions come from. */
export interface PlannedStep {
  /** As in reports, for example `1 up`. */
  readonly label: string;
  readonly direction: "up" | "down";
  /** The step's number: it lies between versions `number` and `number + 1`. */
  readonly number: number;
  readonly run: (state: unknown, extra: unknown) => unknown;
  /** The way back over the same step, where there is one; rehearsals take it. */
  readonly back: ((state: unknown, extra: unknown) => unknown) | null;
  readonly messages: { readonly [name: string]: ((...args: readonly unknown[]) => unknown) | { readonly drop: string } };
}

export declare function planSteps(request: PlanRequest): StepPlan;
