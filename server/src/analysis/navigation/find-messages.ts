/** Which message a name stands for, and where else it is named: in its protocol, its handlers, and wherever it is sent. */
import type { ModuleFacts } from "../facts.ts";
import type { ActorModule } from "../model.ts";
import { type Section, sections } from "../protocol-shapes.ts";
import type { Location, Position, Range } from "../span.ts";
import type { MessagePlace } from "./message-places.ts";
import { namesAt } from "./names-at.ts";
import type { ProjectMessages } from "./project-messages.ts";

/** One message, or those of several actors that somebody sends by one name. */
export interface NamedMessage {
  readonly name: string;
  /** Where it was asked for. */
  readonly place: MessagePlace;
  /** Keys of the places at which its name is declared. */
  readonly declared: ReadonlySet<string>;
}

/** An actor module that has a message. */
export interface Owner {
  readonly project: ProjectMessages;
  readonly facts: ModuleFacts;
  readonly section: Section;
}

/** What may be told of the text alone, so that what is no message costs nothing. `sent`: one that is sent there. */
export function mayBeMessage(project: ProjectMessages, file: string, text: string, position: Position, sent = false): boolean {
  return namesAt(text, position).some(({ name, quoted }) => (quoted || !sent) && project.mayName(file, name));
}

/** @param projects all of them: actors and those who send to them may belong to different ones. */
export function messageAt(
  projects: readonly ProjectMessages[],
  own: ProjectMessages,
  file: string,
  text: string,
  position: Position,
): NamedMessage | undefined {
  for (const { name, quoted } of namesAt(text, position)) {
    if (!own.mayName(file, name)) continue;
    // Only what is sent may be a message of which no actor here knows: one of a package's.
    if (!quoted && !projects.some((project) => ownersIn(project, name).length > 0)) continue;
    const place = own.places([file], name).find(({ range }) => isWithin(position, range));
    if (place === undefined || place.role === "computed") continue;
    const declared = new Set(place.declared.map(keyOf));
    if (place.certain || ownersOf(projects, name, declared).length > 0) return { name, place, declared };
  }
  return undefined;
}

/** The actor module whose id is written at a place, as configurations and tests do. */
export function moduleAt(projects: readonly ProjectMessages[], text: string, position: Position): ActorModule | undefined {
  const ids = new Set(namesAt(text, position).flatMap(({ name, quoted }) => (quoted ? [name] : [])));
  return projects.flatMap(({ modules }) => modules.map(({ module }) => module)).find(({ id }) => ids.has(id));
}

/** Whether a text may be the id of a module: a path from the root, as nothing that is imported is written. */
export function mayBeModule(text: string, position: Position): boolean {
  return namesAt(text, position).some(({ name, quoted }) => quoted && /^[\w-][^\s:]*\/|\.actor$/.test(name));
}

/** The actors that have this message. */
export function ownersOf(projects: readonly ProjectMessages[], name: string, declared: ReadonlySet<string>): readonly Owner[] {
  return projects.flatMap((project) =>
    ownersIn(project, name).filter(({ facts, section }) =>
      facts.source.protocol[section].some(
        (each) => each.name === name && each.declared !== undefined && declared.has(keyOf(each.declared)),
      ),
    ),
  );
}

/** The handlers of a message; where none is written out, where it is declared. */
export function handlersOf(projects: readonly ProjectMessages[], { name, place, declared }: NamedMessage): readonly MessagePlace[] {
  const owners = ownersOf(projects, name, declared);
  const handled = projects.flatMap((project) => {
    const files = new Set(owners.flatMap((owner) => (owner.project === project ? [owner.facts.module.file] : [])));
    if (files.size === 0) return [];
    return project
      .places([...files], name)
      .filter((each) => each.role === "handled" && each.declared.some((at) => declared.has(keyOf(at))));
  });
  if (handled.length > 0) return unique(handled);
  return place.declared.map((at) => ({ ...place, ...at, whole: at.range, role: "declared" }));
}

/**
 * The same by a look at the files alone that declare the message, where their actors mostly are, before the project is read. Undefined where
 * that does not tell.
 */
export function handlersBeside(own: ProjectMessages, { name, place, declared }: NamedMessage): readonly MessagePlace[] | undefined {
  const files = new Set(place.declared.map(({ file }) => file));
  if (files.size === 0 || [...files].some(isOutside)) return undefined;
  const handled = own.places([...files].toSorted(), name).filter(({ role }) => role === "handled");
  const found = handled.filter((each) => each.declared.some((at) => declared.has(keyOf(at))));
  return [...declared].every((key) => found.some((each) => each.declared.some((at) => keyOf(at) === key))) ? unique(found) : undefined;
}

/** So many files are read with one program; others get their turn in between. */
const batch = 100;

/**
 * All places at which the projects name a message so, whichever it is, as far as they may be of one that is declared there, or of one that
 * somebody sends together with it.
 */
export function* placesNaming(
  projects: readonly ProjectMessages[],
  name: string,
  declared: readonly Location[],
): Generator<void, readonly MessagePlace[]> {
  let found: MessagePlace[] = [];
  const files = new Map(declared.map(({ file }) => [file, isOutside(file)]));
  const keys = new Set(declared.map(keyOf));
  const read = new Map(projects.map((project) => [project, new Set<string>()]));
  for (let more = true; more;) {
    more = false;
    for (const project of projects) {
      const seen = read.get(project) ?? new Set();
      const declaring = [...files].flatMap(([file, outside]) => (file.startsWith(`${project.root}/`) && !outside ? [file] : []));
      const skipped = others(project, name, keys, [...files.keys()]);
      const next = [...new Set([...project.filesNaming(name), ...declaring])].filter((file) => !seen.has(file) && !skipped.has(file));
      for (let at = 0; at < next.length; at += batch) {
        found.push(...project.places(next.slice(at, at + batch), name));
        more = true;
        yield;
      }
      for (const file of next) seen.add(file);
    }
    found = unique(found);
    for (const place of together(found, keys)) files.set(place.file, isOutside(place.file));
  }
  return found;
}

/** Adds the messages of other actors that somebody sends by the same name at once. Gives where they are declared. */
export function together(places: readonly MessagePlace[], keys: Set<string>): readonly Location[] {
  const added: Location[] = [];
  for (let before = -1; before !== keys.size;) {
    before = keys.size;
    for (const { role, declared } of places) {
      if (role === "translated" || !declared.some((at) => keys.has(keyOf(at)))) continue;
      for (const at of declared) {
        if (keys.has(keyOf(at))) continue;
        keys.add(keyOf(at));
        added.push(at);
      }
    }
  }
  return added;
}

/** Actors that have a message of the same name themselves, and no reason to speak of this one: many are called alike. */
function others(project: ProjectMessages, name: string, keys: ReadonlySet<string>, declaring: readonly string[]): ReadonlySet<string> {
  const concerned = new Set([...project.filesSending(name), ...declaring.flatMap((file) => project.filesImporting(file))]);
  const own = ownersIn(project, name);
  for (const { facts, section } of own)
    if (
      facts.source.protocol[section].some((each) => each.name === name && (each.declared === undefined || keys.has(keyOf(each.declared))))
    )
      concerned.add(facts.module.file);
  return new Set(own.flatMap(({ facts }) => (concerned.has(facts.module.file) ? [] : [facts.module.file])));
}

/** Whether a file is none that a person of this project edits. */
export function isOutside(file: string): boolean {
  return file.includes("/node_modules/") || file.includes("/.instar/") || /\.d\.[cm]?ts$/.test(file);
}

/** A place of a declaration, whoever looks at it. */
export function keyOf({ file, range }: Location): string {
  return `${file}:${range.start.line}:${range.start.column}`;
}

function ownersIn(project: ProjectMessages, name: string): readonly Owner[] {
  return ownersByName(project).get(name) ?? [];
}

const owners = new WeakMap<readonly ModuleFacts[], ReadonlyMap<string, readonly Owner[]>>();

function ownersByName(project: ProjectMessages): ReadonlyMap<string, readonly Owner[]> {
  const known = owners.get(project.modules);
  if (known !== undefined) return known;
  const found = new Map<string, Owner[]>();
  for (const facts of project.modules)
    for (const section of sections)
      for (const { name } of facts.source.protocol[section]) {
        const same = found.get(name);
        if (same === undefined) found.set(name, [{ project, facts, section }]);
        else same.push({ project, facts, section });
      }
  owners.set(project.modules, found);
  return found;
}

function isWithin({ line, column }: Position, { start, end }: Range): boolean {
  return line === start.line && line === end.line && column >= start.column && column <= end.column;
}

/** A file may belong to several projects. */
function unique(places: readonly MessagePlace[]): MessagePlace[] {
  return [...new Map(places.map((place) => [`${place.role} ${keyOf(place)}`, place])).values()];
}
