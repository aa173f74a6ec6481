/** What can be said of a name at a place of a file: which field, message, version or step of which modules it is, and what became of it. */
import { compareMessages, compareShapes } from "../compare.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { isReceiver } from "../messages/senders.ts";
import type { Change } from "../model.ts";
import { type Section, sections } from "../protocol-shapes.ts";
import { isWithin, lineStarts, type Location, offsetAt, type Position, positionAt, type Range } from "../span.ts";
import type { Described, Description, FieldDescription } from "./description.ts";
import { fieldPlaces, type FieldPlace, pathText } from "./field-places.ts";
import { frozenTypes, type FrozenType, isAsReleased } from "./frozen-types.ts";
import { namesInDefinition } from "./names-in-definition.ts";
import { fieldPast, messagePast, queuedIn } from "./past.ts";
import { stepsOf, type Syntax } from "./steps-of.ts";
import { versionsOf } from "./versions.ts";

/** More modules than anybody reads of, of all that share a declaration. */
const most = 8;

export function describe(project: ProjectFacts, syntax: Syntax, file: string, position: Position): Described | undefined {
  const text = project.text(file);
  const word = text === undefined ? undefined : wordAt(text, position);
  if (text === undefined || word === undefined) return undefined;
  const own = project.modules.find(({ source }) => source.file === file);
  const found = (own && inDefinition(own)) ?? declaredHere() ?? sent() ?? meant();
  if (found === undefined) return undefined;
  const modules = [...new Set(found.subjects.map(({ facts }) => facts))];
  const told = new Set(modules.slice(0, most));
  const subjects = found.subjects.filter(({ facts }) => told.has(facts));
  const descriptions = merged(subjects.flatMap((subject) => describeSubject(subject, syntax, project) ?? []));
  return descriptions.length === 0 ? undefined : { range: found.range, descriptions, more: modules.length - told.size };

  function inDefinition(facts: ModuleFacts): Found | undefined {
    const tree = syntax.tree(file);
    if (tree === undefined) return undefined;
    const offset = offsetAt(tree.text, position);
    const name = namesInDefinition(tree).find(({ start, end }) => start <= offset && offset <= end);
    if (name === undefined) return undefined;
    const range = rangeOf(tree.text, name);
    if (name.what === "version") return { range, subjects: [{ kind: "version", facts }] };
    if (name.what === "step") return { range, subjects: [{ kind: "step", facts, from: name.from }] };
    const having = name.section === null ? sections : [name.section];
    const section = having.find((each) => facts.source.protocol[each].some((message) => message.name === name.name));
    return section && { range, subjects: [{ kind: "message", facts, section, name: name.name }] };
  }

  /** The place is that of a declaration. */
  function declaredHere(): Found | undefined {
    return declaredAt({ file, range: { start: position, end: position } });
  }

  /** The place is that of the name of a message that is sent. */
  function sent(): Found | undefined {
    if (word === undefined || !word.quoted || !/\b(?:call|cast|sendAfter)\b[^;{}]*$/.test(word.before)) return undefined;
    const send = project.bodies.of("sends", file).find(({ range }) => isWithin(range, position));
    if (send === undefined) return undefined;
    const section = ({ call: "calls", cast: "casts", sendAfter: "infos" } as const)[send.via];
    const receivers = send.target === null ? [] : (project.receivers.of(new Map([[file, [send.target]]])).get(file)?.[0] ?? []);
    const targets =
      send.target === null
        ? project.modules.filter(({ source }) => source.file === file)
        : project.modules.filter((facts) => receivers.some((receiver) => isReceiver(receiver, facts, project)));
    const subjects = targets
      .filter(({ source }) => source.protocol[section].some((message) => message.name === send.name))
      .map((facts): Subject => ({ kind: "message", facts, section, name: send.name }));
    return subjects.length === 0 ? undefined : { range: send.range, subjects };
  }

  /** The place is one where a field is used, or a message is named: what it means, only the type checker knows. */
  function meant(): Found | undefined {
    if (word === undefined || !isKnown(word.text, project)) return undefined;
    for (const declaration of syntax.declarations(file, position)) {
      const found = declaredAt(declaration);
      if (found !== undefined) return { ...found, range: word.range };
    }
    return undefined;
  }

  /** Fields and messages, of all modules, that are declared at a place. */
  function declaredAt({ file: at, range: { start } }: Location): Found | undefined {
    let range: Range | undefined;
    const isHere = (declared: Location | undefined): declared is Location =>
      declared !== undefined && declared.file === at && isWithin(declared.range, start);
    const subjects = project.modules.flatMap((facts): readonly Subject[] => {
      const { protocol } = facts.source;
      const places = (fieldPlaces(protocol).get(word?.text ?? "") ?? []).filter(({ field }) => isHere(field.declared));
      // What travels as well lies in the state first of all.
      const inState = places.filter(({ root }) => root === "State");
      const messages = sections.flatMap((section) =>
        protocol[section].filter(({ declared }) => isHere(declared)).map((message) => ({ section, message })),
      );
      range ??= [...places.map(({ field }) => field.declared), ...messages.map(({ message }) => message.declared)].find(isHere)?.range;
      if (places.length + messages.length === 0) {
        const frozen = frozenAt(facts, isHere);
        range ??= frozen?.range;
        return frozen === undefined ? [] : [frozen.subject];
      }
      return [
        ...messages.map(({ section, message }): Subject => ({ kind: "message", facts, section, name: message.name })),
        ...(inState.length > 0 ? inState : places.slice(0, 1)).map((place): Subject => ({ kind: "field", facts, place })),
      ];
    });
    return range === undefined ? undefined : { range, subjects };
  }
}

/** A type that is kept of an older state, or a field of one: what it is about is the state's field, as long as there is one. */
function frozenAt(
  facts: ModuleFacts,
  isHere: (declared: Location | undefined) => declared is Location,
): { readonly subject: Subject; readonly range: Range } | undefined {
  for (const type of frozenTypes(facts)) {
    if (isHere(type.declared)) return { subject: { kind: "frozen", facts, type, gone: null }, range: type.declared.range };
    const fields = type.shape.kind === "object" ? type.shape.fields : [];
    const field = fields.find(({ declared }) => isHere(declared));
    if (field?.declared === undefined) continue;
    const { range } = field.declared;
    const now = (fieldPlaces(facts.source.protocol).get(field.name) ?? []).find(({ root, path }) => root === "State" && path.length === 1);
    return now === undefined
      ? { subject: { kind: "frozen", facts, type, gone: field.name }, range }
      : { subject: { kind: "field", facts, place: now }, range };
  }
  return undefined;
}

interface Found {
  readonly range: Range;
  readonly subjects: readonly Subject[];
}

type Subject =
  | { readonly kind: "field"; readonly facts: ModuleFacts; readonly place: FieldPlace }
  | { readonly kind: "message"; readonly facts: ModuleFacts; readonly section: Section; readonly name: string }
  | { readonly kind: "version"; readonly facts: ModuleFacts }
  | { readonly kind: "step"; readonly facts: ModuleFacts; readonly from: number }
  | { readonly kind: "frozen"; readonly facts: ModuleFacts; readonly type: FrozenType; readonly gone: string | null };

function describeSubject(subject: Subject, syntax: Syntax, project: ProjectFacts): Description | undefined {
  const { facts } = subject;
  const { module, source, snapshots } = facts;
  const { vsn } = source;
  if (vsn === null) return undefined;
  const previous = snapshots.findLast((snapshot) => snapshot.vsn < vsn)?.vsn ?? null;
  const common = { module: module.id, vsn, released: module.released, previous };
  switch (subject.kind) {
    case "field": {
      const past = fieldPast(facts, subject.place, stepsOf(facts, syntax, project));
      const { path, root, field } = subject.place;
      // What a message carries is no business of the states' steps.
      const step = past && root === "State" ? stepFor(past, facts) : null;
      return past && { kind: "field", ...common, ...past, path: pathText(root, path), name: field.name, step };
    }
    case "message": {
      const past = messagePast(facts, subject.section, subject.name);
      const queued = queuedIn(subject.name, stepsOf(facts, syntax, project));
      return past && { kind: "message", ...common, ...past, section: subject.section, name: subject.name, queued };
    }
    case "version":
      return {
        kind: "version",
        ...common,
        releases: snapshots.filter((each) => each.vsn <= vsn).map((each) => ({ vsn: each.vsn, readable: each.parsed.kind === "ok" })),
        changes: [...module.state.changes, ...module.messages.changes],
        up: module.codeChange.up,
        down: module.codeChange.down,
      };
    case "frozen": {
      const { type, gone } = subject;
      return { kind: "frozen", ...common, versions: type.versions, asReleased: isAsReleased(type, facts), gone, uses: type.uses };
    }
    default:
      return { kind: "step", ...common, from: subject.from, changes: changesBetween(facts, subject.from) };
  }
}

/** Whether the newest form, if it is one of this version, has a step that leads to it, as far as it needs one. */
function stepFor({ forms }: Pick<FieldDescription, "forms">, { baseline, module, source }: ModuleFacts): FieldDescription["step"] {
  const changed = forms.at(-1)?.vsn === source.vsn && baseline !== null && baseline.vsn < (source.vsn ?? 0);
  const { up } = module.codeChange;
  return !changed || up === "ok" ? null : up;
}

function changesBetween(facts: ModuleFacts, from: number): readonly Change[] | null {
  const versions = versionsOf(facts);
  const [old, now] = [from, from + 1].map((vsn) => versions.find((each) => each.vsn === vsn)?.shapes);
  return !old || !now ? null : [...compareShapes(old.state, now.state).changes, ...compareMessages(old, now).changes].map(plain);
}

function plain({ path, kind, old, new: now, renameOf }: Change): Change {
  return { path, kind, old, new: now, ...(renameOf === undefined ? {} : { renameOf }) };
}

/** One description for what lies in several places of one module and has one past. */
function merged(descriptions: readonly Description[]): readonly Description[] {
  const found = new Map<string, Description>();
  for (const description of descriptions) {
    const key = JSON.stringify("path" in description ? { ...description, path: "" } : description);
    // The nearest comes first.
    if (!found.has(key)) found.set(key, description);
  }
  return [...found.values()];
}

/** Whether a module has a field, a message or a type of an older state of this name. */
function isKnown(name: string, { modules }: ProjectFacts): boolean {
  return modules.some((facts) => {
    const { protocol } = facts.source;
    return (
      fieldPlaces(protocol).has(name) ||
      sections.some((section) => protocol[section].some((message) => message.name === name)) ||
      frozenTypes(facts).some((type) => type.name === name)
    );
  });
}

interface Word {
  readonly text: string;
  readonly range: Range;
  readonly quoted: boolean;
  /** What stands before it, up to a few lines. */
  readonly before: string;
}

/** The name around a place, or next to it; one in quotes may hold anything but quotes and line ends. */
function wordAt(text: string, position: Position): Word | undefined {
  const offset = offsetAt(text, position);
  const line = text.slice(0, offset).search(/[^\n\r]*$/);
  const rest = /^[^\n\r]*/.exec(text.slice(line))?.[0] ?? "";
  for (const { 0: found, index } of rest.matchAll(/"[^"\\]*"|'[^'\\]*'|`[^`\\]*`|#?[\p{ID_Continue}$]+/gu)) {
    const start = line + index;
    if (offset < start || offset > start + found.length) continue;
    const quoted = /^["'`]/.test(found);
    const own = quoted ? found.slice(1, -1) : found;
    return {
      text: own,
      range: rangeOf(text, { start, end: start + found.length }),
      quoted,
      before: text.slice(Math.max(0, start - 300), start),
    };
  }
  return undefined;
}

function rangeOf(text: string, { start, end }: { readonly start: number; readonly end: number }): Range {
  const starts = lineStarts(text);
  return { start: positionAt(starts, start), end: positionAt(starts, end) };
}
