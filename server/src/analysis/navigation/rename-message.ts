/** Gives a message another name: in its protocol, its handlers, and wherever it is sent. What is released keeps the old one. */
import type { ModuleFacts } from "../facts.ts";
import { type ProtocolShapes, sections } from "../protocol-shapes.ts";
import type { FileEdit } from "../rule.ts";
import { runtimeInfos } from "../runtime-names.ts";
import type { Location } from "../span.ts";
import { isOutside, keyOf, type NamedMessage, type Owner, ownersOf, together } from "./find-messages.ts";
import type { MessagePlace } from "./message-places.ts";
import type { ProjectMessages } from "./project-messages.ts";

export interface Renaming {
  readonly edits: readonly FileEdit[];
  /** What may be meant as well and stays as it is: the receiver is not known, or the name is computed. */
  readonly left: readonly Location[];
  /** The actors whose handlers are made elsewhere, as by a function, so that they keep the old name. */
  readonly madeElsewhere: readonly string[];
}

/** Why a message cannot have another name at all; null where it can. */
export function whyNot(projects: readonly ProjectMessages[], message: NamedMessage): string | null {
  const { name, place, declared } = message;
  const said = JSON.stringify(name);
  if (place.role === "translated" && !namesNewVersion(place, name, projects))
    return `${said} is what version ${place.from} called it, and messages of that version are still called so when they are translated. Rename the message at its handler.`;
  if (declared.size === 0)
    return place.open
      ? `Whose message ${said} is cannot be told here, since the type of the receiver is not known. Give it a type, such as Pid<Room>, or rename the message at its handler.`
      : `No actor has a message ${said} that could be renamed from here.`;
  if (place.declared.some(({ file }) => isOutside(file))) return `${said} is declared by a package, so it cannot be renamed here.`;
  if (runtimeInfos.has(name) && ownersOf(projects, name, declared).some(({ section }) => section === "infos"))
    return `The runtime itself sends ${said}, by this name.`;
  return null;
}

/**
 * @param places all places that name a message so.
 * @returns a text: why not.
 */
export function renameMessage(
  projects: readonly ProjectMessages[],
  message: NamedMessage,
  places: readonly MessagePlace[],
  newName: string,
): Renaming | string {
  const { name } = message;
  const refused = whyNot(projects, message) ?? whyNotSo(newName);
  if (refused !== null) return refused;
  const declared = new Set(message.declared);
  together(places, declared);
  const owners = ownersOf(projects, name, declared);
  const taken = owners.find(({ facts, section }) => facts.source.protocol[section].some((each) => each.name === newName));
  if (taken !== undefined && newName !== name)
    return `${taken.facts.source.protocol.name} has a message ${JSON.stringify(newName)} among its ${taken.section} already.`;
  if (runtimeInfos.has(newName) && owners.some(({ section }) => section === "infos"))
    return `${JSON.stringify(newName)} is what the runtime sends by itself, so a message of another meaning cannot be called so.`;
  const its = places.filter((place) => place.declared.some((at) => declared.has(keyOf(at))));
  const edited = its.filter((place) => isEdited(place, name, projects));
  if ([...declared].some((key) => isOutside(key.replace(/:\d+:\d+$/, ""))))
    return `${JSON.stringify(name)} is declared by a package, so it cannot be renamed here.`;
  if (!isIdentifier(newName) && edited.some(({ written }) => written === "property"))
    return `${JSON.stringify(newName)} is no identifier, and the message is used as a property.`;
  const left = places.filter((place) => (its.includes(place) ? place.role === "computed" : mayBe(place, owners)));
  const handled = new Set(its.flatMap((place) => (place.role === "handled" ? place.declared.map(keyOf) : [])));
  const made = owners.filter(({ facts, section }) =>
    facts.source.protocol[section].some((each) => each.name === name && each.declared !== undefined && !handled.has(keyOf(each.declared))),
  );
  return {
    edits: edited.map((place) => ({ file: place.file, range: place.range, newText: textFor(place, name, newName) })),
    left,
    madeElsewhere: made.map(({ facts }) => facts.source.protocol.name),
  };
}

function isEdited(place: MessagePlace, name: string, projects: readonly ProjectMessages[]): boolean {
  return place.role === "translated" ? namesNewVersion(place, name, projects) : place.role !== "computed";
}

/**
 * A translation goes by one name in both versions. Where the older one had such a message, the name is history; where it had not, it is that of
 * the message here.
 */
function namesNewVersion({ file, from }: MessagePlace, name: string, projects: readonly ProjectMessages[]): boolean {
  const facts = projects.flatMap(({ modules }) => modules).find(({ module }) => module.file === file);
  if (facts === undefined || from === null || facts.source.vsn !== from + 1) return false;
  const before = releasedShapes(facts, from);
  return before !== undefined && !sections.some((section) => before[section].some((each) => each.name === name));
}

function releasedShapes({ snapshots, baseline }: ModuleFacts, vsn: number): ProtocolShapes | undefined {
  const parsed = snapshots.find((snapshot) => snapshot.vsn === vsn)?.parsed;
  if (parsed?.kind === "ok") return parsed.shapes;
  return baseline?.vsn === vsn ? baseline.shapes : undefined;
}

/** Whether it is sent to somebody who may be one of these. */
function mayBe({ role, open, section }: MessagePlace, owners: readonly Owner[]): boolean {
  return role === "sent" && open && (owners.length === 0 || owners.some((owner) => owner.section === section));
}

function whyNotSo(newName: string): string | null {
  if (newName.trim() === "") return "A message needs a name.";
  if (newName === "__proto__") return `"__proto__" means something else to JavaScript, so it is no name for a message.`;
  return /["'`\\$\p{Cc}\u2028\u2029]/u.test(newName) && !isIdentifier(newName)
    ? "The name of a message stands between quotes wherever it is sent, so it has no quotes, backslashes or line breaks in it."
    : null;
}

function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
}

function textFor({ written }: MessagePlace, name: string, newName: string): string {
  if (written === "quoted" || written === "property") return newName;
  const key = isIdentifier(newName) ? newName : JSON.stringify(newName);
  // What it was shorthand for keeps its own name.
  return written === "shorthand" ? `${key}: ${name}` : key;
}
