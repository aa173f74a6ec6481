/** What the view *Actors* shows of each module: its versions in the source, released and running, what was found in it, and its steps. */
import type { Finding } from "../analysis/rule.ts";
import type { Projects } from "../projects.ts";
import type { ActorSummary } from "../protocol.ts";
import { type OpenDocuments, toLspRange, toUri } from "../to-lsp.ts";
import type { Live } from "./live.ts";

export async function actors(projects: Projects, live: Live, open: OpenDocuments): Promise<ActorSummary[]> {
  const all: ActorSummary[] = [];
  for (const project of projects.all) {
    const found = await project.current();
    if (found === undefined) continue;
    const findings = new Map<string | null, Finding[]>();
    for (const finding of found.findings) findings.set(finding.module, [...(findings.get(finding.module) ?? []), finding]);
    for (const module of found.modules) {
      const living = live.module(project.root, module.id);
      all.push({
        root: project.root,
        module: module.id,
        uri: toUri(module.file, open),
        range: toLspRange(module.ranges.actor),
        vsn: module.vsn,
        released: module.released,
        baseline: module.baseline?.vsn ?? null,
        loaded: living?.loaded ?? null,
        running: [...(living?.versions ?? [])].map(([vsn, count]) => ({ vsn, count })).toSorted((a, b) => a.vsn - b.vsn),
        findings: (findings.get(module.id) ?? []).map((finding) => summaryOf(finding, open)),
        steps: module.steps.map((step) => ({ ...step, range: toLspRange(step.range) })),
      });
    }
  }
  return all;
}

function summaryOf({ rule, severity, message, file, range }: Finding, open: OpenDocuments): ActorSummary["findings"][number] {
  return { rule, severity, message, uri: toUri(file, open), range: toLspRange(range) };
}
