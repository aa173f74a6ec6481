/** `planSteps`: which steps lead from the loaded version of a module to another one, or why none do. */
import { isDrop, isIrreversible } from "./code-change.ts";
import type { ActorDefinition, StepDefinition } from "./definition.ts";
import type { ErrorCode } from "./exit.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import type { UpgradedModule, UpgradeError } from "./protocol.ts";
import { upgradeError } from "./upgrade-error.ts";

export interface PlanRequest {
  readonly module: LoadedModule;
  readonly to: ModuleVersion;
  /** The text of the module is that of the loaded version; only something that it imports changed. */
  readonly reinstantiated?: boolean;
  /**
   * Whether every state of one version is, as it stands, a valid state of the other. Asked where a step is missing. A `shape` is null
   * where it is not known: always for the versions between the two ends. Without this callback only equal shapes are compatible.
   */
  readonly compatible?: (from: VersionPoint, to: VersionPoint) => boolean;
  /**
   * What is loaded is a draft of a version that was released otherwise since. The steps of a newer version start from released states, so
   * it has to go back to the release before it first. Default false.
   */
  readonly isDraft?: boolean;
}

interface VersionPoint {
  readonly vsn: number;
  readonly shape: string | null;
}

export type StepPlan =
  | { readonly ok: true; readonly kind: UpgradedModule["kind"]; readonly steps: readonly PlannedStep[] }
  | { readonly ok: false; readonly error: UpgradeError };

/** One step in one direction. */
export interface PlannedStep {
  /** As in reports, for example `1 up`. */
  readonly label: string;
  /** Whose code it is: steps up are the new version's, steps down the loaded one's, which knows both shapes. */
  readonly code: "from" | "to";
  readonly run: StateStep;
  /** The way back over the same step, where there is one; rehearsals take it. */
  readonly back: StateStep | null;
  /** What to do with queued messages, by name. What is not named stays as it is. */
  readonly messages: { readonly [name: string]: MessageStep };
}

type StateStep = (state: unknown, extra: unknown) => unknown;
/** `oneWay`: it was translated on the way up, and nothing says how on the way down. */
type MessageStep = { readonly translate: (...args: readonly unknown[]) => unknown } | { readonly drop: string } | "oneWay";

export function planSteps(request: PlanRequest): StepPlan {
  const { module, to } = request;
  const from = module.current;
  if (from.kind !== to.kind) {
    return refuse(module, "INSTAR_BAD_UPGRADE", `is a ${from.kind} and would become a ${to.kind}. Give the new one a file of its own.`);
  }
  // A supervisor's state is the runtime's own: its specification counts at the next restart.
  if (from.kind === "supervisor" || (from.vsn === to.vsn && sameShape(from, to))) {
    return { ok: true, kind: request.reinstantiated === true ? "reinstantiate" : "swap", steps: [] };
  }
  if (from.vsn === to.vsn) return planDraft(request);
  return from.vsn < to.vsn ? planUp(request) : planDown(request);
}

function planUp({ module, to, compatible, isDraft = false }: PlanRequest): StepPlan {
  const from = module.current;
  const steps: PlannedStep[] = [];
  if (isDraft) {
    const n = from.vsn - 1;
    const step = stepOf(from, n);
    if (step === undefined || isIrreversible(step.down)) {
      const why = step === undefined ? "has no codeChange to go back with" : "is irreversible";
      return refuse(
        module,
        "INSTAR_DRAFT_STUCK",
        `runs a draft of version ${from.vsn} whose states are not those of the release, so the step from ${from.vsn} to ${from.vsn + 1} does not fit them, and the draft ${why}. Restart its processes.`,
      );
    }
    steps.push(downStep(n, step, step.down));
  }
  const missing: number[] = [];
  for (let n = isDraft ? from.vsn - 1 : from.vsn; n < to.vsn; n++) {
    const step = stepOf(to, n);
    if (step === undefined) missing.push(n);
    else steps.push(upStep(n, step));
  }
  return bridge({ module, to, ...(compatible && { compatible }) }, missing, steps);
}

function planDown({ module, to, compatible }: PlanRequest): StepPlan {
  const steps: PlannedStep[] = [];
  const missing: number[] = [];
  // The newer code is the one that knows both shapes.
  for (let n = module.current.vsn - 1; n >= to.vsn; n--) {
    const step = stepOf(module.current, n);
    if (step === undefined) missing.push(n);
    else if (isIrreversible(step.down)) return irreversible(module, n, step.down.irreversible);
    else steps.push(downStep(n, step, step.down));
  }
  return bridge({ module, to, ...(compatible && { compatible }) }, missing, steps);
}

/** A draft edited again: back to the last release with the loaded draft's `down`, and up again with the new draft's `up`. */
function planDraft({ module, to, compatible }: PlanRequest): StepPlan {
  const from = module.current;
  const n = from.vsn - 1;
  const loaded = stepOf(from, n);
  const edited = stepOf(to, n);
  if (loaded !== undefined && edited !== undefined && !isIrreversible(loaded.down)) {
    return { ok: true, kind: "draft", steps: [downStep(n, loaded, loaded.down), upStep(n, edited)] };
  }
  if (compatible?.(from, to) === true) return { ok: true, kind: "draft", steps: [] };
  const why =
    n < 1
      ? "version 1 has no earlier release to go back to"
      : loaded === undefined
        ? `the loaded draft has no codeChange[${n}] to go back with`
        : isIrreversible(loaded.down)
          ? `the loaded draft's codeChange[${n}].down is irreversible (${loaded.down.irreversible})`
          : `the edited draft has no codeChange[${n}] to come up with`;
  return refuse(
    module,
    "INSTAR_DRAFT_STUCK",
    `changed its state and is still version ${from.vsn}, and ${why}. Its states cannot be converted: raise vsn to ${from.vsn + 1} with a codeChange[${from.vsn}], or restart its processes.`,
  );
}

/** Decides whether the versions that no step lies between are compatible as they stand. */
function bridge({ module, to, compatible }: PlanRequest, missing: readonly number[], steps: readonly PlannedStep[]): StepPlan {
  const from = module.current;
  for (const [low, high] of runs(missing)) {
    const [a, b] = from.vsn < to.vsn ? [low, high + 1] : [high + 1, low];
    const start: VersionPoint = { vsn: a, shape: a === from.vsn ? from.shape : null };
    const end: VersionPoint = { vsn: b, shape: b === to.vsn ? to.shape : null };
    if (start.shape !== null && start.shape === end.shape) continue;
    if (compatible?.(start, end) === true) continue;
    const [first] = missing;
    const holder = from.vsn < to.vsn ? `version ${to.vsn}` : `the loaded version ${from.vsn}`;
    return refuse(
      module,
      "INSTAR_CODE_CHANGE_MISSING",
      `goes from version ${from.vsn} to ${to.vsn}, and nothing says how to convert its states: ${holder} has no codeChange[${first}]. Add codeChange[${first}] with up and down, or restart its processes.`,
    );
  }
  return { ok: true, kind: steps.length > 0 ? "convert" : "swap", steps };
}

/** Neighbouring numbers as first and last. */
function runs(numbers: readonly number[]): [number, number][] {
  const result: [number, number][] = [];
  for (const n of numbers.toSorted((a, b) => a - b)) {
    const last = result.at(-1);
    if (last !== undefined && last[1] === n - 1) last[1] = n;
    else result.push([n, n]);
  }
  return result;
}

function upStep(n: number, step: StepDefinition): PlannedStep {
  const { down } = step;
  return {
    label: `${n} up`,
    code: "to",
    run: (state, extra) => step.up(state, extra),
    back: isIrreversible(down) ? null : (state, extra) => down(state, extra),
    messages: messageSteps(step, "up"),
  };
}

function downStep(n: number, step: StepDefinition, down: StateStep): PlannedStep {
  return {
    label: `${n} down`,
    code: "from",
    run: (state, extra) => down(state, extra),
    back: (state, extra) => step.up(state, extra),
    messages: messageSteps(step, "down"),
  };
}

function messageSteps(step: StepDefinition, direction: "up" | "down"): PlannedStep["messages"] {
  const result: Record<string, MessageStep> = {};
  for (const [name, entry] of Object.entries(step.messages ?? {})) {
    const both = typeof entry === "function" || isDrop(entry) ? { up: entry } : (entry as { up?: unknown; down?: unknown });
    const wanted = both[direction];
    if (isDrop(wanted)) result[name] = wanted;
    else if (typeof wanted === "function") result[name] = { translate: wanted as (...args: readonly unknown[]) => unknown };
    else if (direction === "down" && typeof both.up === "function") result[name] = "oneWay";
  }
  return result;
}

function stepOf(version: ModuleVersion, n: number): StepDefinition | undefined {
  return (version.definition as ActorDefinition).codeChange?.[n];
}

/** Without shapes nothing is known to have changed. */
function sameShape(a: ModuleVersion, b: ModuleVersion): boolean {
  return a.shape === null || b.shape === null || a.shape === b.shape;
}

function irreversible(module: LoadedModule, n: number, why: string): StepPlan {
  return refuse(
    module,
    "INSTAR_CODE_CHANGE_IRREVERSIBLE",
    `cannot go below version ${n + 1}: codeChange[${n}].down is irreversible, because: ${why}. Restart its processes on the older version instead, which loses their states.`,
  );
}

function refuse(module: LoadedModule, code: ErrorCode, why: string): StepPlan {
  return { ok: false, error: upgradeError(code, `${module.id} ${why}`, { module: module.id }) };
}
