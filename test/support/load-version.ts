/** For tests of the runtime: does what the code server does with a new version of a module, without files and builds. */
import assert from "node:assert/strict";
import type { Actor } from "../../runtime/src/index.ts";
import {
  bindHandle,
  moduleOf,
  planSteps,
  versionOf,
  type Handle,
  type ModuleChange,
  type PlanRequest,
  type StepPlan,
} from "../../runtime/src/internal.ts";

export interface Known extends Pick<PlanRequest, "compatible" | "reinstantiated"> {
  /** Hash of the new version's state shape. */
  readonly shape?: string;
}

/** The plan that leads from what `stable` stands for now to the version that was evaluated as `next`. */
export function plan(
  stable: Handle,
  next: Handle,
  { shape, ...known }: Known = {},
): { plan: StepPlan; change: Omit<ModuleChange, "kind" | "steps"> } {
  const module = moduleOf(stable);
  const to = versionOf(next, { shape: shape ?? null, load: module.current.load + 1 });
  bindHandle(next, module);
  return { plan: planSteps({ module, to, ...known }), change: { module, to } };
}

/** One module's part in an upgrade; fails the test where no steps lead there. */
export function change<P>(stable: Actor<P>, next: Actor<P> | Handle, known: Known = {}): ModuleChange {
  const { plan: steps, change: part } = plan(stable, next, known);
  if (!steps.ok) assert.fail(steps.error.message);
  return { ...part, kind: steps.kind, steps: steps.steps };
}

/** A promise and the function that resolves it: how a test holds up a handler. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
