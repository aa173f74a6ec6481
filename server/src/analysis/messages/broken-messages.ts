/**
 * The messages of which the two versions of a module have different ideas, each under the one rule that speaks for it. What the steps
 * translate, and what the way in which the project rolls out its changes never brings together, is not among them.
 */
import type { Translation } from "../bodies/actor-messages.ts";
import { causesOf } from "../causes.ts";
import type { Difference } from "../compare.ts";
import { oldestSupported } from "../configuration.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { modulesWith } from "../of-modules.ts";
import { type Message, sections } from "../protocol-shapes.ts";
import type { Severity } from "../rule.ts";
import { shapeHash } from "../shape.ts";
import type { Location } from "../span.ts";
import { createValidity } from "../validity.ts";
import { type BrokenPart, changedMessages, messagePath, type MessageName, type Removed, verdictOf } from "./changed-messages.ts";
import { type Direction, type Exposure, exposureIn, exposureOf, lowered, severityIn } from "./exposure.ts";
import { type Senders, sendersOf } from "./senders.ts";
import { placeKey, stateCauses } from "./state-causes.ts";
import { placeOf, translationOf } from "./translations.ts";

export type MessageRule =
  | "delivery-kind-changed"
  | "message-field-added-required"
  | "message-field-removed"
  | "message-field-type-changed"
  | "message-handler-removed"
  | "message-tag-renamed"
  | "new-message-to-old-receiver"
  | "protocol-tombstone-reused"
  | "reply-type-changed";

export interface Broken {
  readonly rule: MessageRule;
  readonly severity: Severity;
  readonly direction: Direction;
  readonly exposure: Exposure;
  readonly place: Location;
  /** The record that was edited; null where the message itself was. */
  readonly record: string | null;
  /** All that are concerned; the first one is the one that the texts speak of. */
  readonly modules: readonly [ModuleFacts, ...ModuleFacts[]];
  readonly messages: readonly [BrokenMessage, ...BrokenMessage[]];
  /** What is other than it was; empty where the whole message came or went. */
  readonly differences: readonly Difference[];
}

export interface BrokenMessage extends MessageName {
  readonly facts: ModuleFacts;
  /** Null on the side that does not have it. */
  readonly old: Message | null;
  readonly now: Message | null;
  /** Of one that is gone. */
  readonly became: Removed["became"];
  /** The release that had it, where that is not the baseline. */
  readonly vsn: number;
  readonly translation: Translation;
  readonly senders: Senders;
}

export function brokenMessages(project: ProjectFacts, rule: MessageRule): readonly Broken[] {
  const { broken, said } = allBroken(project);
  return broken.filter((each) => each.rule === rule && !isSaid(each, said));
}

/**
 * The messages that a declaration breaks which some states hold, too, and for whose sake a step is asked for there: one edit is one finding,
 * and that step translates messages as well.
 */
export function messagesWithStates(project: ProjectFacts, place: Location): readonly BrokenMessage[] {
  const { broken, said } = allBroken(project);
  const here = broken.filter((each) => isSaid(each, said) && placeKey(each.place) === placeKey(place));
  // No step has a say in answers.
  return here.flatMap(({ rule, messages }) => (rule === "reply-type-changed" ? [] : messages));
}

interface AllBroken {
  readonly broken: readonly Broken[];
  /** The places at which a finding speaks for states. */
  readonly said: ReadonlySet<string>;
}

/** One for each analysis: several rules ask for it. */
const known = new WeakMap<ProjectFacts, AllBroken>();

function allBroken(project: ProjectFacts): AllBroken {
  let found = known.get(project);
  if (found === undefined) {
    const broken = findBroken(project);
    known.set(project, (found = { broken, said: broken.some(({ record }) => record !== null) ? stateCauses(project.modules) : new Set() }));
  }
  return found;
}

function isSaid({ record, place }: Broken, said: ReadonlySet<string>): boolean {
  return record !== null && said.has(placeKey(place));
}

function findBroken(project: ProjectFacts): readonly Broken[] {
  const changed = modulesWith(project.modules, hasOtherMessages);
  if (changed.length === 0) return [];
  const exposure = exposureOf(project.config);
  if (!exposure.mixed && !exposure.queued) return [];
  return [...changed.flatMap((facts) => wholeMessages(project, facts, exposure)), ...partsOf(project, changed, exposure)];
}

function hasOtherMessages({ messages, unresolved }: ModuleFacts): boolean {
  return messages.changes.length > 0 && !unresolved;
}

/** Messages that came or went. */
function wholeMessages(project: ProjectFacts, facts: ModuleFacts, exposure: Exposure): readonly Broken[] {
  const { removed, added } = changedMessages(facts);
  const gone = removed.flatMap((each): readonly Broken[] => {
    const rule =
      each.became === null ? "message-handler-removed" : each.became.as === "moved" ? "delivery-kind-changed" : "message-tag-renamed";
    const message = brokenMessage(project, facts, each, { old: each.message, now: null, became: each.became }, "backward");
    // Translated or not, there is no handler for it.
    const translation = message.translation === "drop" || message.translation === "open" ? message.translation : "none";
    const its = exposureIn(exposure, each.section);
    const severity = weighed(severityIn(its, "backward", true, null), { ...message, translation }, its);
    const place = placeOf(project.bodies, facts, each.became);
    return severity === null ? [] : [{ ...base(facts, message, its, place), rule, severity, direction: "backward" }];
  });
  const fresh = added.flatMap((each): readonly Broken[] => {
    const its = exposureIn(exposure, each.section);
    const reused = tombstone(project, facts, each, its);
    if (reused !== null) return [reused];
    const message = brokenMessage(project, facts, each, { old: null, now: each.message, became: null }, "forward");
    const { senders } = message;
    if (senders.known.length + senders.possible.length === 0) return [];
    const severity = weighed(severityIn(its, "forward", senders.known.length > 0, null), message, its);
    const place = placeOf(project.bodies, facts, each);
    return severity === null
      ? []
      : [{ ...base(facts, message, its, place), rule: "new-message-to-old-receiver", severity, direction: "forward" }];
  });
  return [...gone, ...fresh];
}

/** A name that an earlier release had, for something else, and a later one had not. */
function tombstone(
  project: ProjectFacts,
  facts: ModuleFacts,
  { section, name, message: now }: MessageName & { readonly message: Message },
  exposure: Exposure,
): Broken | null {
  const { snapshots, baseline, module } = facts;
  const all = baseline?.snapshots ?? snapshots;
  const oldest = oldestSupported(
    project.config,
    module.id,
    all.map(({ vsn }) => vsn),
  );
  for (const { vsn, parsed } of all.toReversed()) {
    if (parsed.kind !== "ok" || vsn >= (baseline?.vsn ?? 0) || vsn < (oldest ?? 0)) continue;
    const buried = sections.flatMap((each) => parsed.shapes[each].flatMap((old) => (old.name === name ? [{ section: each, old }] : [])));
    for (const { section: before, old } of buried) {
      const verdict = before === section ? verdictOf(old, now) : "compatible";
      const replies =
        old.reply !== null && now.reply !== null && before === section ? createValidity()(now.reply, old.reply) : "compatible";
      if (verdict === "compatible" && replies === "compatible") continue;
      const message = brokenMessage(project, facts, { section, name }, { old, now, became: null, vsn }, "backward");
      const certain = verdict === "incompatible" || replies === "incompatible";
      const severity = weighed(severityIn(exposure, "backward", certain, null), { ...message, senders: reached }, exposure);
      if (severity === null) return null;
      const place = placeOf(project.bodies, facts, { section, name });
      return { ...base(facts, message, exposure, place), rule: "protocol-tombstone-reused", severity, direction: "backward" };
    }
  }
  return null;
}

const reached: Senders = { known: [], possible: [], more: false, unreachable: false };

/** Messages that are there in both versions, by the declaration that was edited. */
function partsOf(project: ProjectFacts, changed: readonly ModuleFacts[], exposure: Exposure): readonly Broken[] {
  const groups = new Map<
    string,
    { place: Location; record: string | null; entries: { facts: ModuleFacts; parts: readonly BrokenPart[] }[] }
  >();
  for (const facts of changed) {
    const { parts } = changedMessages(facts);
    const byDifference = new Map<Difference, BrokenPart[]>();
    for (const part of parts) byDifference.set(part.difference, [...(byDifference.get(part.difference) ?? []), part]);
    const add = (place: Location, record: string | null, key: string, its: readonly BrokenPart[]) => {
      const group = groups.get(`${placeKey(place)} ${key}`) ?? { place, record, entries: [] };
      groups.set(`${placeKey(place)} ${key}`, group);
      group.entries.push({ facts, parts: its });
    };
    for (const cause of causesOf([facts], () => [...byDifference.keys()], project.modules)) {
      const all = cause.differences.flatMap((difference) => byDifference.get(difference) ?? []);
      if (cause.name !== null) add(cause.place, cause.name, "", all);
      else {
        // What has no declaration of its own is the message's, but for the state, whose name a snapshot does not tell.
        const { state } = facts.source.protocol;
        const states = all.filter((part) => isState(part, facts));
        if (states.length > 0) add(cause.place, "name" in state ? (state.name ?? "State") : "State", "", states);
        const own = grouped(
          all.filter((part) => !states.includes(part)),
          messagePath,
        );
        for (const [path, its] of own)
          for (const first of its.slice(0, 1)) add(placeOf(project.bodies, facts, first), null, `${facts.module.id} ${path}`, its);
      }
    }
  }
  if (groups.size === 0) return [];
  return [...groups.values()].flatMap(({ place, record, entries }): readonly Broken[] => {
    for (const { rule, what, direction, otherwise } of kinds) {
      const found = entries.flatMap(({ facts, parts }) => {
        const its = parts.filter((part) => part.direction === direction && what.includes(part.what));
        return [...grouped(its, messagePath).values()].flatMap((same): readonly { message: BrokenMessage; severity: Severity }[] => {
          const [first] = same;
          if (first === undefined) return [];
          const { section, name, old, now } = first;
          const message = brokenMessage(project, facts, { section, name }, { old, now, became: null }, direction);
          const certain = same.some((part) => part.certain);
          const own = exposureIn(exposure, section);
          const severity = weighed(severityIn(own, direction, certain, otherwise), message, own, rule === "reply-type-changed");
          // What the new version sends is here to be seen.
          const never = direction === "forward" && !own.mixed && message.senders.unreachable;
          return severity === null || never ? [] : [{ message, severity }];
        });
      });
      const [first, ...others] = found;
      if (first === undefined) continue;
      const severity = found.reduce((one, { severity: other }) => (weight[other] > weight[one] ? other : one), first.severity);
      const { facts } = first.message;
      const modules = new Set([facts, ...others.map(({ message }) => message.facts)]);
      return [
        {
          rule,
          severity,
          direction,
          exposure: exposureIn(exposure, found.find(({ message }) => message.section !== "infos")?.message.section ?? "infos"),
          place,
          record,
          modules: [facts, ...[...modules].filter((each) => each !== facts)],
          messages: [first.message, ...others.map(({ message }) => message)],
          differences: [
            ...new Set(entries.filter((each) => each.facts === facts).flatMap(({ parts }) => parts.map(({ difference }) => difference))),
          ],
        },
      ];
    }
    return [];
  });
}

/** Whether it is the module's own state that is sent, or that is the answer. */
function isState({ difference, section, name, what, old, now }: BrokenPart, { source, baseline }: ModuleFacts): boolean {
  const index = Number(/^\[(\d+)\]/.exec(difference.path.slice(messagePath({ section, name }).length))?.[1]);
  const part = (message: Message) => (what === "reply" ? message.reply : message.args.slots[index]?.shape);
  const [from, to] = [part(old), part(now)];
  if (!from || !to || baseline === null) return false;
  return shapeHash(from) === shapeHash(baseline.shapes.state) && shapeHash(to) === shapeHash(source.protocol.state);
}

const weight: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

/** What one edit is called that is several things at once: the first of these. */
const kinds: readonly {
  readonly rule: MessageRule;
  readonly what: readonly BrokenPart["what"][];
  readonly direction: Direction;
  readonly otherwise: Severity | null;
}[] = [
  { rule: "message-field-added-required", what: ["added"], direction: "backward", otherwise: null },
  { rule: "message-field-type-changed", what: ["type"], direction: "backward", otherwise: null },
  { rule: "reply-type-changed", what: ["reply"], direction: "backward", otherwise: null },
  { rule: "message-field-removed", what: ["removed"], direction: "forward", otherwise: "info" },
  { rule: "message-field-type-changed", what: ["type"], direction: "forward", otherwise: null },
  { rule: "reply-type-changed", what: ["reply"], direction: "forward", otherwise: null },
];

function base(
  facts: ModuleFacts,
  message: BrokenMessage,
  exposure: Exposure,
  place: Location,
): Omit<Broken, "rule" | "severity" | "direction"> {
  return { exposure, place, record: null, modules: [facts], messages: [message], differences: [] };
}

function brokenMessage(
  project: ProjectFacts,
  facts: ModuleFacts,
  { section, name }: MessageName,
  its: Pick<BrokenMessage, "old" | "now" | "became"> & { readonly vsn?: number },
  direction: Direction,
): BrokenMessage {
  const vsn = its.vsn ?? facts.baseline?.vsn ?? 0;
  return {
    section,
    name,
    facts,
    ...its,
    vsn,
    translation: translationOf(project.bodies, facts, vsn, name, direction),
    senders: sendersOf(project, facts, section, name),
  };
}

/** Less where a step sees to what is queued, or where nobody can send it; null where that leaves nothing. */
function weighed(
  severity: Severity | null,
  { translation, senders }: Pick<BrokenMessage, "translation" | "senders">,
  { mixed }: Exposure,
  reply = false,
): Severity | null {
  // Steps translate what is queued, not what processes of the other version go on sending; and no answer is queued.
  if (severity === null || (!mixed && !reply && (translation === "drop" || translation === "function"))) return null;
  let found = severity;
  if (!mixed && !reply && translation === "open") found = lowered(found);
  if (reply) {
    const { known: sends, possible } = senders;
    const looking = [...sends, ...possible].filter(({ ignored }) => !ignored);
    if (sends.length > 0 && looking.length === 0) found = lowered(found);
    // On one node, whoever waits for an answer inside of a handler gets it before the upgrade.
    if (!mixed) found = looking.some(({ inside }) => !inside) ? lowered(found) : "info";
  }
  return senders.unreachable ? lowered(found) : found;
}

function grouped(parts: readonly BrokenPart[], by: (part: BrokenPart) => string): ReadonlyMap<string, readonly BrokenPart[]> {
  const groups = new Map<string, BrokenPart[]>();
  for (const part of parts) groups.set(by(part), [...(groups.get(by(part)) ?? []), part]);
  return groups;
}
