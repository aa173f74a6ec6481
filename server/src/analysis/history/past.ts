/** What a field or a message was in the versions before, and what the steps between them do with it. */
import type { ModuleFacts } from "../facts.ts";
import type { Message, Section } from "../protocol-shapes.ts";
import { sections } from "../protocol-shapes.ts";
import { lineStarts, type Location, positionAt } from "../span.ts";
import type { Field } from "../shape.ts";
import { keyText, slotsText, typeText } from "../type-text.ts";
import type { Effect, Form, Past, Way } from "./description.ts";
import { fieldAt, type FieldPlace, pathText, type Root, rootShape, type Segment } from "./field-places.ts";
import type { Steps } from "./steps-of.ts";
import { type StepCode, type WayCode, writtenTo } from "./step-writes.ts";
import { type Version, versionsOf } from "./versions.ts";

/** More steps than anybody reads. */
const most = 3;

/** @returns undefined where the source does not say its version. */
export function fieldPast(
  facts: ModuleFacts,
  { root, path }: FieldPlace,
  steps: Steps,
): (Past & { readonly effects: readonly Effect[] }) | undefined {
  const effects: Effect[] = [];
  const at = new Map<Version, readonly Segment[]>();
  const found = trace<Field>(
    versionsOf(facts),
    ({ shapes }, now, newer) => {
      const from = newer === undefined ? path : (at.get(newer) ?? path);
      const here = rootShape(shapes, root);
      const same = here === undefined ? undefined : fieldAt(here, from);
      const way = same !== undefined ? from : newer && here && renamedFrom(newer, now, root, from, steps);
      if (newer !== undefined && root === "State") effects.unshift(...effectsBetween(now, newer, { before: way, after: from }, steps));
      if (way === undefined) return undefined;
      at.set(now, way);
      return here && fieldAt(here, way);
    },
    ({ shapes }) => {
      const here = rootShape(shapes, root);
      return here && fieldAt(here, path);
    },
    formOf,
  );
  return found && { ...found, effects: effects.slice(-most).toReversed() };
}

export function messagePast(facts: ModuleFacts, section: Section, name: string): Past | undefined {
  const find = ({ shapes }: Readable): (Message & { section: Section }) | undefined =>
    [section, ...sections.filter((each) => each !== section)]
      .flatMap((each) => shapes[each].filter((message) => message.name === name).map((message) => ({ ...message, section: each })))
      .at(0);
  return trace(versionsOf(facts), find, find, (message) => messageForm(message, section));
}

/** What is said in a step of those that wait. */
export function queuedIn(
  name: string,
  steps: Steps,
): readonly { readonly from: number; readonly place: Location; readonly text: string }[] {
  return [...steps.codes.values()]
    .flatMap((step) =>
      step.messages.filter((each) => each.name === name).map(({ text }) => ({ from: step.from, place: placeOf(step, steps), text })),
    )
    .toSorted((one, other) => other.from - one.from)
    .slice(0, most);
}

export function placeOf({ key }: StepCode, { file, text }: Steps): Location {
  const starts = lineStarts(text);
  return { file, range: { start: positionAt(starts, key.start), end: positionAt(starts, key.end) } };
}

type FormText = Pick<Form, "name" | "text">;
type Readable = Version & { readonly shapes: NonNullable<Version["shapes"]> };

/**
 * Goes back from now to where it began.
 * @param find what stands for it in a version, given the newer one that was looked at before.
 * @param namesake what has its name in a version where it is not.
 */
function trace<T>(
  versions: readonly Version[],
  find: (version: Readable, now: Version, newer: Version | undefined) => T | undefined,
  namesake: (version: Readable) => T | undefined,
  form: (value: T) => FormText,
): Past | undefined {
  const forms: Form[] = [];
  let unreadable: number[] = [];
  let newer: Version | undefined;
  const rest = [...versions];
  for (let version = rest.pop(); version !== undefined; version = rest.pop()) {
    if (!isReadable(version)) {
      unreadable.unshift(version.vsn);
      continue;
    }
    const value = find(version, version, newer);
    if (value === undefined) {
      rest.push(version);
      break;
    }
    const own: Form = { vsn: version.vsn, edited: version.edited, unreadable: [], ...form(value) };
    const [first] = forms;
    if (first?.text === own.text) forms[0] = own;
    else forms.splice(0, 1, own, ...(first === undefined ? [] : [{ ...first, unreadable }]));
    newer = version;
    unreadable = [];
  }
  if (forms.length === 0) return undefined;
  const readable = rest.filter(isReadable);
  const gone = readable.findLastIndex((version) => namesake(version) !== undefined);
  const before = readable[gone];
  const value = before && namesake(before);
  const earlier =
    before === undefined || value === undefined
      ? null
      : { vsn: before.vsn, removed: readable[gone + 1]?.vsn ?? before.vsn, text: form(value).text };
  return { forms, always: readable.length === 0 && unreadable.length === 0, unreadable, earlier };
}

function isReadable(version: Version): version is Readable {
  return version.shapes !== null;
}

function formOf({ name, optional, shape }: Field): FormText {
  return { name, text: `${keyText(name)}${optional ? "?" : ""}: ${typeText(shape)}` };
}

function messageForm({ name, args, reply, section }: Message & { readonly section: Section }, now: Section): FormText {
  const slots = slotsText(args.slots, { nameOf: (shape) => ("name" in shape ? shape.name : undefined) }, true);
  const result = reply === null ? "void" : typeText(reply);
  const mark = section === now ? "" : ` // among ${section}`;
  return { name, text: `${keyText(name)}(${slots}): ${result === "undefined" ? "void" : result}${mark}` };
}

/** The field of an older version that a step takes this one over from, where nothing else has it any more. */
function renamedFrom(
  newer: Version,
  older: Version,
  root: Root,
  path: readonly Segment[],
  { codes }: Steps,
): readonly Segment[] | undefined {
  if (root !== "State" || newer.shapes === null || older.shapes === null) return undefined;
  for (let from = older.vsn; from < newer.vsn; from += 1) {
    const up = codes.get(from)?.up;
    const written = up?.kind === "function" ? writtenTo(up, path) : undefined;
    if (written?.kind !== "from" || isSame(written.path, path)) continue;
    const [then, now] = [rootShape(older.shapes, root), rootShape(newer.shapes, root)];
    if (then !== undefined && now !== undefined && fieldAt(then, written.path) !== undefined && fieldAt(now, written.path) === undefined)
      return written.path;
  }
  return undefined;
}

/** @param paths where it is before and after; it may not be there before. */
function effectsBetween(
  older: Version,
  newer: Version,
  { before, after }: { readonly before: readonly Segment[] | undefined; readonly after: readonly Segment[] },
  steps: Steps,
): readonly Effect[] {
  const effects: Effect[] = [];
  let at: readonly Segment[] | undefined = after;
  for (let from = newer.vsn - 1; from >= older.vsn && at !== undefined; from -= 1) {
    const code = steps.codes.get(from);
    if (code === undefined) continue;
    const earlier: readonly Segment[] | undefined = from === older.vsn ? before : pathBefore(code.up, at, before);
    const up = wayOf(code.up, at);
    const isNew = from === older.vsn && before === undefined && code.down.kind === "function";
    const down: Way = isNew ? { kind: "drops" } : wayOf(code.down, earlier ?? at);
    // Without a function there is nothing to be said of one field alone.
    const isPlain = up.kind === "keeps" && (down.kind === "keeps" || down.kind === "missing" || down.kind === "irreversible");
    if (!isPlain && !(up.kind === "missing" && down.kind === "missing")) effects.unshift({ from, place: placeOf(code, steps), up, down });
    at = earlier;
  }
  return effects;
}

/** Where it was before a step to a version of which only the steps are known. */
function pathBefore(up: WayCode, at: readonly Segment[], before: readonly Segment[] | undefined): readonly Segment[] | undefined {
  const written = up.kind === "function" ? writtenTo(up, at) : undefined;
  if (written?.kind === "from") return written.path;
  // What does not come from the state is new, or another thing than what had its name.
  return written?.kind === "value" || written?.kind === "nothing" ? before : at;
}

function wayOf(code: WayCode, path: readonly Segment[]): Way {
  if (code.kind === "open") return { kind: "unknown" };
  if (code.kind !== "function") return code;
  const written = writtenTo(code, path);
  switch (written.kind) {
    case "from":
      if (isSame(written.path, path)) return { kind: "keeps" };
      return { kind: "moves", path: pathText("State", written.path) };
    case "value":
    case "made":
      return { kind: written.kind, text: written.text };
    case "nothing":
      return { kind: "drops" };
    default:
      return { kind: "unknown" };
  }
}

function isSame(one: readonly Segment[], other: readonly Segment[]): boolean {
  const text = (path: readonly Segment[]) =>
    pathText(
      "State",
      path.filter(({ kind }) => kind !== "variant"),
    );
  return text(one) === text(other);
}
