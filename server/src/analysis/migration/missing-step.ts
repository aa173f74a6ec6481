/** Which step a module lacks, and what has to be asked before it is written: what the rules need to know without writing anything. */
import { compareShapes, isRenameCandidate } from "../compare.ts";
import type { ModuleFacts } from "../facts.ts";
import type { FileEdit, RenameQuestion } from "../rule.ts";
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

/** Which removed fields may have become which added ones; all pairs of one type, in both states. */
export function renameQuestions(facts: ModuleFacts): readonly RenameQuestion[] {
  const { baseline, source } = facts;
  if (baseline === null) return [];
  const { changes } = compareShapes(baseline.shapes.state, source.protocol.state);
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
