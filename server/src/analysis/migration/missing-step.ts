/** Which step a module lacks, and what has to be asked before it is written: what the rules need to know without writing anything. */
import { compareShapes, isRenameCandidate } from "../compare.ts";
import type { ModuleFacts, StepSource } from "../facts.ts";
import type { ProtocolShapes } from "../protocol-shapes.ts";
import type { FileEdit, RenameQuestion } from "../rule.ts";
import type { Shape } from "../shape.ts";
import { accessText } from "../type-text.ts";

/** The first version whose step is missing, with the version that it leads to; null where the source leaves no place for one. */
export function missingStep(facts: ModuleFacts): { readonly from: number; readonly to: number } | null {
  const { baseline, source } = facts;
  if (baseline === null || source.vsn === null || source.vsnValue === null || !source.written || source.codeChange === "open") return null;
  const to = Math.max(source.vsn, baseline.vsn + 1);
  // Some of the steps in between exist: what they make of a state is for a person to say.
  if (source.steps.some((step) => step.from !== null && step.from >= baseline.vsn && step.from < to)) return null;
  return { from: baseline.vsn, to };
}

/** The step from the baseline to the source as it is now, where all that it lacks for this direction is the function. */
export function halfStep({ baseline, source }: ModuleFacts, direction: "up" | "down"): StepSource | undefined {
  // The states between two unreleased steps are in no snapshot.
  if (baseline === null || source.vsn !== baseline.vsn + 1) return undefined;
  const [step, ...more] = source.steps.filter(({ from }) => from === baseline.vsn);
  const isLacking = direction === "up" ? step?.up === false : step?.down === "missing";
  return isLacking && step?.written === true && more.length === 0 ? step : undefined;
}

export interface Gap {
  readonly from: number;
  /** The next version that is known: there is no step from any version in between. */
  readonly to: number;
  readonly old: { readonly vsn: number; readonly shapes: ProtocolShapes };
  /** Null for the source as it is now. */
  readonly now: { readonly vsn: number; readonly shapes: ProtocolShapes } | null;
}

/** What is missing between a release and the next version that is known; null where something is there, or one of them cannot be read. */
export function missingBetween({ source, snapshots, baseline }: ModuleFacts, from: number): Gap | null {
  const { vsn: current } = source;
  if (current === null || from >= current || !source.written || source.codeChange === "open") return null;
  const shapesAt = (vsn: number): ProtocolShapes | undefined => {
    if (baseline?.vsn === vsn) return baseline.shapes;
    const parsed = snapshots.find((each) => each.vsn === vsn)?.parsed;
    return parsed?.kind === "ok" ? parsed.shapes : undefined;
  };
  const next = Math.min(current, ...snapshots.map(({ vsn }) => vsn).filter((vsn) => vsn > from));
  const [old, later] = [shapesAt(from), next === current ? null : shapesAt(next)];
  if (old === undefined || later === undefined) return null;
  if (source.steps.some((step) => step.from !== null && step.from >= from && step.from < next)) return null;
  return { from, to: next, old: { vsn: from, shapes: old }, now: later === null ? null : { vsn: next, shapes: later } };
}

/** Which removed fields may have become which added ones in the step from a module's baseline. */
export function renameQuestions({ baseline, source }: ModuleFacts): readonly RenameQuestion[] {
  return baseline === null ? [] : renamesBetween(baseline.shapes.state, source.protocol.state);
}

/** All pairs of a removed and an added field of one type, in both states. */
export function renamesBetween(from: Shape, to: Shape): readonly RenameQuestion[] {
  const { changes } = compareShapes(from, to);
  const holder = (path: string, name: string) => path.slice(0, path.length - accessText(name).length);
  const fields = (kind: RegExp) =>
    changes.flatMap(({ path, kind: own, field }) => (field !== undefined && kind.test(own) ? [{ path, field }] : []));
  const added = fields(/^(optionalF|f)ieldAdded$/);
  return fields(/^(optionalF|f)ieldRemoved$/).flatMap((old) =>
    added
      .filter((now) => holder(now.path, now.field.name) === holder(old.path, old.field.name) && isRenameCandidate(old.field, now.field))
      .map((now): RenameQuestion => ({ from: old.path, to: now.path })),
  );
}

/** Raises the version by one. */
export function raiseVersion(facts: ModuleFacts): readonly FileEdit[] {
  const { vsn, vsnValue, file } = facts.source;
  return vsn === null || vsnValue === null ? [] : [{ file, range: vsnValue.range, newText: String(vsn + 1) }];
}
