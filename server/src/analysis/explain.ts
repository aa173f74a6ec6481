/** Sentences that several rules say. */
import type { Cause } from "./causes.ts";
import type { Difference } from "./compare.ts";
import { declarationText } from "./compare.ts";
import type { ModuleFacts } from "./facts.ts";
import { recordsIn } from "./records.ts";
import type { Finding } from "./rule.ts";
import { holderKey } from "./shape.ts";
import { snapshotPlace } from "./snapshot-place.ts";

/** `State.name` was added, `State.title` was removed. */
export function changesText(differences: readonly Difference[], shown = 4): string {
  const texts = differences.slice(0, shown).map((difference) => {
    const { path, kind, old, new: now } = difference;
    if (kind === "fieldAdded" || kind === "optionalFieldAdded")
      return `\`${path}\` was added (\`${declarationText(difference)}\`)${reusedText(difference)}`;
    if (kind === "fieldRemoved" || kind === "optionalFieldRemoved") return `\`${path}\` was removed`;
    if (kind === "variantAdded") return `\`${path}\` was added`;
    if (kind === "variantRemoved") return `\`${path}\` was removed`;
    if (kind === "optionalToRequired") return `\`${path}\` is no longer optional`;
    if (kind === "requiredToOptional") return `\`${path}\` became optional`;
    if (kind === "indexSignatureAdded" || kind === "indexSignatureRemoved")
      return `the index signature \`${path}\` was ${kind === "indexSignatureAdded" ? "added" : "removed"}`;
    if (kind === "enumValueChanged") return `members of the enum at \`${path}\` have other values now`;
    if (kind === "enumMemberAdded" || kind === "enumMemberRemoved")
      return `the enum at \`${path}\` ${kind === "enumMemberAdded" ? "gained" : "lost"} a member`;
    return `\`${path}\` went from \`${old}\` to \`${now}\``;
  });
  const more = differences.length - texts.length;
  return `${texts.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

/** Where the field was there before, and was something else. */
function reusedText({ reused }: Difference): string {
  return reused === undefined
    ? ""
    : `, which was \`${reused.type}\` in version ${reused.vsn} and gone in version ${reused.removed}, so that old values may still lie in states`;
}

/** `src/room.actor` and `src/user.actor`. */
export function modulesText(modules: readonly ModuleFacts[]): string {
  const names = modules.map(({ module }) => `\`${module.id}\``);
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}

/** What the finding is about: the state of one module, or a declaration that several share. */
export function subject(cause: Cause): string {
  const [first] = cause.modules;
  if (cause.own || cause.name === null) return `The state of \`${first?.module.id ?? ""}\``;
  return `\`${cause.name}\`, which the ${cause.modules.length === 1 ? "state" : "states"} of ${modulesText(cause.modules)} hold${cause.modules.length === 1 ? "s" : ""},`;
}

/** For each module that has the record, where it has it, at the version that has to be raised; and what it was when it was released. */
export function affected(cause: Cause): Finding["related"] {
  const { name } = cause;
  if (cause.own || name === null) return asReleased(cause);
  const key = holderKey({ name, declared: cause.place });
  const modules = cause.modules.map(({ module, source, baseline }) => {
    const uses = recordsIn(source.protocol).get(key)?.uses ?? [];
    const inState = uses.filter((use) => use.in === "state");
    const shown = inState.length > 0 ? inState : uses;
    const paths = shown.slice(0, 3).map(({ path }) => `\`${path}\``);
    const more = shown.length > paths.length ? ` and in ${shown.length - paths.length} more places` : "";
    const at = paths.length === 0 ? "has it" : `has it at ${paths.join(", ")}${more}`;
    const compared = baseline === null ? "" : `; compared with ${baseline.label}`;
    return { file: module.file, range: module.ranges.vsn ?? module.ranges.actor, message: `${module.id} ${at}${compared}.` };
  });
  return [...modules, ...asReleased(cause)];
}

/** The line of the snapshot that says what the first thing that changed was. */
function asReleased({ modules: [first], differences }: Cause): Finding["related"] {
  const [difference] = differences.toSorted((one, other) => Number(one.old === null) - Number(other.old === null));
  if (first === undefined || difference === undefined || first.baseline?.source !== "snapshot") return [];
  const { module, baseline, snapshots } = first;
  const text = snapshots.find(({ vsn }) => vsn === baseline.vsn)?.text;
  const range = text === undefined ? undefined : snapshotPlace(text, difference.path);
  if (range === undefined) return [];
  const version = `version ${baseline.vsn} of ${module.id}`;
  const message =
    difference.old === null ? `In ${version} there is no \`${difference.path}\`.` : `\`${difference.path}\` as it was in ${version}.`;
  return [{ file: baseline.file, range, message }];
}

/** What a finding says of modules, and of what in them it is about. */
export function concerned(cause: Cause): Pick<Finding, "module" | "modules" | "items"> {
  const ids = cause.modules.map(({ module }) => module.id);
  const items = [...new Set(cause.differences.map(({ path }) => path))];
  return { module: ids[0] ?? null, ...(ids.length > 1 ? { modules: ids } : {}), ...(items.length > 0 ? { items } : {}) };
}
