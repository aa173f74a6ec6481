/** Findings and modules as the objects that programs read. Their form is published: fields are added, never renamed. */
import type { ActorModule, Analyzed } from "../analysis/model.ts";
import type { Finding } from "../analysis/rule.ts";
import type { OtherBaseline } from "./baseline-options.ts";
import { fromRoot } from "./project.ts";
import { type NeededStrategy, neededStrategy } from "../documents/strategy.ts";

/** What `instar check --format json` prints. */
export function checkJson(analyzed: Analyzed, baseline?: OtherBaseline): unknown {
  return {
    version: 1,
    ...againstJson(analyzed, baseline),
    modules: analyzed.modules.map((module) => moduleJson(analyzed.root, module)),
    findings: analyzed.findings.map((finding) => findingJson(analyzed.root, finding)),
    summary: summaryJson(analyzed),
  };
}

/** What was compared with, where that is something else than the newest snapshots, and what has to be known of it. */
export function againstJson({ notes = [] }: Analyzed, baseline: OtherBaseline | undefined): object {
  if (baseline === undefined) return {};
  const { open: _, key: __, ...against } = baseline;
  return { against, notes };
}

export function moduleJson(root: string, module: ActorModule): unknown {
  return {
    id: module.id,
    file: fromRoot(root, module.file),
    vsn: module.vsn,
    released: module.released,
    baseline: baselineJson(module.baseline),
    state: module.state,
    messages: module.messages,
    strategy: module.strategy,
  };
}

function baselineJson(baseline: ActorModule["baseline"]): unknown {
  if (baseline === null) return null;
  const { vsn, source, name } = baseline;
  return { vsn, source, ...(name === null ? {} : { name }) };
}

export function findingJson(root: string, finding: Finding): unknown {
  return {
    rule: finding.rule,
    severity: finding.severity,
    module: finding.module,
    ...(finding.modules === undefined ? {} : { modules: finding.modules }),
    ...(finding.items === undefined ? {} : { items: finding.items }),
    file: fromRoot(root, finding.file),
    range: finding.range,
    message: finding.message,
    ...(finding.related.length === 0
      ? {}
      : { related: finding.related.map(({ file, range, message }) => ({ file: fromRoot(root, file), range, message })) }),
    fixes: finding.fixes.map(({ title }) => title),
  };
}

export interface Summary extends Omit<NeededStrategy, "forcedBy"> {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly forcedBy?: NeededStrategy["forcedBy"];
}

export function summaryJson(analyzed: Analyzed): Summary {
  const of = (severity: Finding["severity"]): number => analyzed.findings.filter((finding) => finding.severity === severity).length;
  const { strategy, forcedBy } = neededStrategy(analyzed.modules);
  return { errors: of("error"), warnings: of("warning"), infos: of("info"), strategy, ...(forcedBy.length > 0 ? { forcedBy } : {}) };
}
