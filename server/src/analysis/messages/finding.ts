/** What all rules of messages between two versions say in the same words. */
import { changesText, modulesText } from "../explain.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { relativeTo } from "../paths.ts";
import type { Finding, Fix } from "../rule.ts";
import type { Shape } from "../shape.ts";
import { counterexample, valueText } from "../witness.ts";
import type { Broken, BrokenMessage } from "./broken-messages.ts";
import { messagePath } from "./changed-messages.ts";
import { handlerOf, releasedPlace } from "./translations.ts";

/** @param message its sentences, of which the first one says what is wrong. */
export function messageFinding(project: ProjectFacts, broken: Broken, message: string, fixes: readonly Fix[]): Finding {
  const { rule, severity, place, modules, messages } = broken;
  const ids = modules.map(({ module }) => module.id);
  return {
    rule,
    severity,
    module: ids[0] ?? null,
    ...(ids.length > 1 ? { modules: ids } : {}),
    items: [...new Set(messages.map(messagePath))],
    ...place,
    message,
    related: messages.flatMap((each) => relatedTo(project, each)),
    fixes,
  };
}

function relatedTo({ bodies }: ProjectFacts, message: BrokenMessage): Finding["related"] {
  const { facts, senders, vsn } = message;
  const path = `\`${messagePath(message)}\``;
  const handler = message.now === null ? null : handlerOf(bodies, facts, message);
  const released = message.old === null ? null : releasedPlace(facts, message, vsn);
  return [
    ...(handler === null ? [] : [{ ...handler, message: `${facts.module.id} handles ${path} here.` }]),
    ...(released === null ? [] : [{ ...released, message: `${path} as it was in version ${vsn} of ${facts.module.id}.` }]),
    ...senders.known.slice(0, 5).map(({ file, range }) => ({ file, range, message: `${path} is sent here.` })),
    ...senders.possible
      .slice(0, 5)
      .map(({ file, range }) => ({ file, range, message: `${path} may be sent here; what it is sent to is not known.` })),
  ];
}

/** `casts.say` of `src/room.actor`, or `Line`, which travels in `casts.say` of `src/room.actor`. */
export function subjectOf({ record, modules, messages: [first, ...others] }: Broken): string {
  if (record === null) return `\`${messagePath(first)}\` of ${modulesText(modules)}`;
  const where =
    modules.length > 1
      ? `messages of ${modulesText(modules)}`
      : `\`${messagePath(first)}\`${others.length > 0 ? " and others" : ""} of ${modulesText(modules)}`;
  return `\`${record}\`, which travels in ${where},`;
}

/** The released version that is compared with. */
export function versionOf({ messages: [{ facts, vsn }] }: Broken): string {
  const { baseline } = facts;
  return baseline === null || baseline.source === "snapshot" || baseline.vsn !== vsn ? `version ${vsn}` : baseline.label;
}

export function partsText({ differences }: Broken): string {
  return changesText(differences);
}

/** How such a message comes to meet the other version, with an example. */
export function meetingText(broken: Broken): string {
  const { exposure, direction, messages } = broken;
  const [{ name, old, now }] = messages;
  const [sent, taken] = direction === "backward" ? [old, now] : [now, old];
  const example = sent === null || taken === null ? null : counterexample(sent.args, taken.args);
  const such = example === null ? "" : ` such as \`${messageText(name, example)}\``;
  const refused = example === null ? "of which it cannot be told whether they fit" : "which it does not expect";
  const version = versionOf(broken);
  if (exposure.mixed) {
    return direction === "backward"
      ? `While both versions run, processes of ${version} send the new code messages${such}, ${refused}.`
      : `While both versions run, processes of ${version} are sent messages${such}, ${refused}.`;
  }
  return direction === "backward"
    ? `Messages that wait in a mailbox, or for a timer, when the upgrade comes are handed to the new code as they are${such === "" ? "" : `,${such}`}, ${refused}.`
    : `After a rollback, ${version} is handed what the new code has queued${such === "" ? "" : `,${such}`}, ${refused}.`;
}

/** Who sends it, in the files of the workspace. */
export function sendersText({ root }: ProjectFacts, { messages }: Broken): string {
  const files = (of: "known" | "possible") => [
    ...new Set(messages.flatMap(({ senders }) => senders[of].map(({ file }) => `\`${relativeTo(root, file)}\``))),
  ];
  const [known, possible] = [files("known"), files("possible")];
  const more = messages.some(({ senders }) => senders.more);
  if (known.length > 0) return ` It is sent in ${listed(known, more)}.`;
  if (possible.length > 0) return ` It may be sent in ${listed(possible, more)}, to a process of which nothing is known.`;
  if (messages.every(({ section }) => section === "infos")) return " The process itself sends it, by its timers.";
  if (messages.every(({ senders }) => senders.unreachable))
    return " Nothing in the workspace sends it, and no other module has a pid to send it to.";
  return messages.some(({ old }) => old === null)
    ? ""
    : " Nothing in the workspace sends it any more; what the released code sends is not known.";
}

/** @param more whether there are others, which were not counted. */
function listed(files: readonly string[], more: boolean): string {
  const shown = files.slice(0, 3);
  const others = files.length - shown.length;
  if (more) return `${shown.join(", ")} and ${others > 0 ? `${others} more files at least` : "maybe in others"}`;
  return `${shown.join(", ")}${others > 0 ? ` and ${others} more files` : ""}`;
}

/** `say("text")` */
export function messageText(name: string, args: Shape): string {
  const text = valueText(args);
  return `${name}(${text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text})`;
}

/** The step in which queued messages are translated. */
export function stepText({ modules: [{ baseline }] }: Broken): string {
  return `\`codeChange[${baseline?.vsn ?? 0}]\``;
}

export function isInfo({ messages: [{ section }] }: Broken): boolean {
  return section === "infos";
}

export function newVersionOf({ source }: ModuleFacts): string {
  return source.vsn === null ? "the new code" : `version ${source.vsn}`;
}
