/**
 * What is left of findings after the project has had its say: its configuration weighs them, accepts breaks and passes over files, and comments
 * in the sources hide what is meant. What is said so and hides nothing comes back, for the rules that find that.
 */
import type { AcceptedBreak } from "./configuration.ts";
import { configured } from "./configured.ts";
import type { ProjectFacts } from "./facts.ts";
import { isSource } from "./project-files.ts";
import type { Finding, Fix, Review, Rule } from "./rule.ts";
import { type Suppression, suppressionEdit } from "./suppressions.ts";

export function reviewed(found: readonly Finding[], facts: ProjectFacts, rules: ReadonlyMap<string, Rule>): readonly Finding[] {
  const { config, root } = facts;
  const weigh = (finding: Finding): Finding | undefined => configured(finding, rules.get(finding.rule), config, root);
  const accepted = config.acceptedBreaks.map((entry) => ({ entry, hidden: new Array<Finding>() }));
  const suppressions = [...facts.suppressions].flatMap(([file, all]) =>
    all.map((suppression) => ({ file, suppression, hidden: new Array<Finding>() })),
  );
  const left: Finding[] = [];
  for (const each of found) {
    const weighed = weigh(each);
    const finding = weighed === undefined ? undefined : withoutAccepted(weighed, accepted);
    if (finding === undefined) continue;
    const hiding = suppressions.find(({ file, suppression }) => file === finding.file && hides(suppression, finding));
    if (hiding === undefined) left.push({ ...finding, fixes: [...finding.fixes, ...suppressing(finding, facts)] });
    else hiding.hidden.push(finding);
  }
  const proved = new Set([...rules.values()].flatMap(({ id, proof }) => (proof === true ? [id] : [])));
  const review: Review = { ids: [...rules.keys()], proved, suppressions, accepted };
  for (const rule of rules.values())
    if ("review" in rule) for (const finding of rule.review(review, facts)) left.push(...[weigh(finding) ?? []].flat());
  return left;
}

function hides({ line, ids }: Suppression, { rule, range }: Finding): boolean {
  return range.start.line === line && ids.some(({ id }) => id === rule);
}

/** Without the modules for which it is accepted; undefined where it is for all. */
function withoutAccepted(
  finding: Finding,
  accepted: readonly { readonly entry: AcceptedBreak; readonly hidden: Finding[] }[],
): Finding | undefined {
  const own = accepted.filter(({ entry }) => entry.rule === finding.rule);
  if (own.length === 0 || finding.module === null) return finding;
  const items = finding.items ?? [];
  const modules = finding.modules ?? [finding.module];
  const rest = modules.filter((module) => {
    const about = own.filter(({ entry }) => entry.module === module && (entry.item === null || items.includes(entry.item)));
    for (const { hidden } of about) hidden.push(finding);
    const whole = about.some(({ entry }) => entry.item === null);
    return !whole && (items.length === 0 || !items.every((item) => about.some(({ entry }) => entry.item === item)));
  });
  const [first] = rest;
  if (first === undefined) return undefined;
  return rest.length === modules.length ? finding : { ...finding, module: first, modules: rest };
}

/** In a release or a configuration there is no place for a comment. */
function suppressing({ rule, file, range }: Finding, { text }: ProjectFacts): readonly Fix[] {
  if (!isSource(file) || file.includes("/.instar/")) return [];
  return [
    {
      title: `Suppress ${rule} here, with a reason`,
      preferred: false,
      suppresses: true,
      questions: [],
      edits: () => {
        const source = text(file);
        return source === undefined ? [] : [suppressionEdit(source, rule, { file, range })];
      },
    },
  ];
}
