/** Puts into words what is known of a field, a message, a version or a step: the short answer first, what it rests on after it. */
import type {
  Described,
  Description,
  Effect,
  FieldDescription,
  FrozenDescription,
  MessageDescription,
  Past,
  StepDescription,
  VersionDescription,
  Way,
} from "../analysis/history/description.ts";
import type { Change } from "../analysis/model.ts";
import type { LiveModule } from "./code-lenses.ts";
import type { Markup } from "./markup.ts";

export function hoverText({ descriptions, more }: Described, live: (module: string) => LiveModule | undefined, markup: Markup): string {
  const several = descriptions.length + more > 1;
  const texts = descriptions.map((description) => {
    const [first = "", ...rest] = blocksOf(description, live(description.module), markup);
    const where = "path" in description && isDeep(description.path) ? `, as ${markup.code(description.path)}` : "";
    return [several ? `${markup.code(description.module)}${where}: ${first}` : first, ...rest].join("\n\n");
  });
  return [...texts, ...(more > 0 ? [`${more} more ${more === 1 ? "module has" : "modules have"} it.`] : [])].join("\n\n");
}

function blocksOf(description: Description, live: LiveModule | undefined, markup: Markup): readonly string[] {
  switch (description.kind) {
    case "field":
      return fieldBlocks(description, live, markup);
    case "message":
      return messageBlocks(description, live, markup);
    case "version":
      return versionBlocks(description, live, markup);
    case "frozen":
      return frozenBlocks(description, markup);
    default:
      return stepBlocks(description, markup);
  }
}

function fieldBlocks(field: FieldDescription, live: LiveModule | undefined, markup: Markup): readonly string[] {
  const effects = field.effects.flatMap((effect) => effectItems(effect, field, markup));
  if (field.step === "missing") effects.unshift(`No step from version ${field.previous} to version ${field.vsn} is written yet.`);
  if (field.step === "unneeded" && field.effects.length === 0)
    effects.unshift(`States of version ${field.previous} are valid as they are: no step is needed.`);
  return [...pastBlocks(field, field, markup), ...(effects.length > 0 ? [markup.list(effects)] : []), ...liveBlock(live, field, markup)];
}

function messageBlocks(message: MessageDescription, live: LiveModule | undefined, markup: Markup): readonly string[] {
  const queued = message.queued.map(
    ({ from, place, text }) =>
      `Queued in an upgrade from version ${from}, ${markup.link(`step ${from} → ${from + 1}`, place)}: ${markup.code(text)}`,
  );
  return [
    ...pastBlocks(message, message, markup),
    ...(queued.length > 0 ? [markup.list(queued)] : []),
    ...liveBlock(live, message, markup),
  ];
}

/** Since when, and what it was. */
function pastBlocks(past: Past, { vsn, released, previous }: OfModule, markup: Markup): readonly string[] {
  const { forms, always, unreadable, earlier } = past;
  const [first] = forms;
  const last = forms.at(-1);
  if (first === undefined || last === undefined) return [];
  const draft = (version: number) => (version === vsn && !released ? " (draft)" : "");
  const since = `since version ${first.vsn}${draft(first.vsn)}`;
  const sentences: string[] = [];
  if (forms.length === 1) {
    if (previous === null && !released) sentences.push(`${markup.strong("Not released yet")}: version ${vsn} is a draft.`);
    else if (always) sentences.push(`${markup.strong(capital(since))}, the first release.`);
    else if (first.edited) sentences.push(`${markup.strong(`New since the release of version ${vsn}`)}.`);
    else if (first.vsn === vsn) sentences.push(`${markup.strong(`New in version ${vsn}`)}${draft(vsn)}.`);
    else sentences.push(`${markup.strong(capital(since))}.`);
  } else {
    const before = forms.at(-2);
    const renamed = before !== undefined && before.name !== last.name;
    const hidden = last.unreadable.length > 0;
    const when = last.edited ? `since the release of version ${last.vsn}` : `${hidden ? "by" : "in"} version ${last.vsn}`;
    const was = renamed ? `, before that ${markup.code(before.name)}` : "";
    sentences.push(
      `${markup.strong(`${renamed ? "Renamed" : "Changed"} ${when}`)}${draft(last.vsn)}${was}; there ${since}${always ? ", the first release" : ""}.`,
    );
    if (hidden) sentences.push(`It may have been earlier: the ${snapshotsOf(last.unreadable)} cannot be read.`);
  }
  if (unreadable.length > 0) sentences.push(`It may be older: the ${snapshotsOf(unreadable)} cannot be read.`);
  if (earlier !== null)
    sentences.push(
      `Version ${earlier.vsn} had ${markup.code(earlier.text)}, which was gone in version ${earlier.removed}: old values of it may still lie in memory.`,
    );
  const code =
    forms.length > 1
      ? [markup.block(forms.map((form) => `// ${form.edited ? "now" : `version ${form.vsn}${draft(form.vsn)}`}\n${form.text}`).join("\n"))]
      : [];
  return [sentences.join(" "), ...code];
}

function effectItems({ from, place, up, down }: Effect, field: FieldDescription, markup: Markup): readonly string[] {
  const [name, back] = [markup.link(`${from} → ${from + 1}`, place), markup.link(`${from + 1} → ${from}`, place)];
  const there = wayText(up, markup);
  const backText =
    down.kind === "drops" && !isThereBefore(field, from) ? "dropped; its value is lost on the way back" : wayText(down, markup);
  return [...(there === undefined ? [] : [`${name}: ${there}`]), ...(backText === undefined ? [] : [`${back}: ${backText}`])];
}

function isThereBefore({ forms }: FieldDescription, vsn: number): boolean {
  return (forms[0]?.vsn ?? 0) <= vsn;
}

function wayText(way: Way, markup: Markup): string | undefined {
  switch (way.kind) {
    case "keeps":
      return "kept as it is";
    case "drops":
      return "not written, so it is lost";
    case "moves":
      return `taken over from ${markup.code(way.path.replace(/^State\./, ""))}`;
    case "value":
      return `set to ${markup.code(short(way.text))}`;
    case "made":
      return `made by ${markup.code(short(way.text))}`;
    case "unknown":
      return "for the step's code to decide";
    case "missing":
      return "no function is written";
    default:
      return way.why === null ? "there is no way back" : `there is no way back: ${markup.code(way.why)}`;
  }
}

function versionBlocks(version: VersionDescription, live: LiveModule | undefined, markup: Markup): readonly string[] {
  const { vsn, released, previous, releases, changes, up, down } = version;
  const broken = releases.filter(({ readable }) => !readable).map((each) => each.vsn);
  const head = released
    ? `${markup.strong(`Version ${vsn} is released`)}${changes.length > 0 ? ", and the source has changed since" : ""}.`
    : previous === null
      ? `${markup.strong("Not released yet")}: version ${vsn} is a draft.`
      : `${markup.strong(`Version ${vsn} is a draft`)}; the newest release is version ${previous}.`;
  const damage = broken.length > 0 ? ` The ${snapshotsOf(broken)} cannot be read.` : "";
  const earlier = releases.map((each) => each.vsn).filter((each) => each !== vsn);
  const known = earlier.length > 1 ? ` Releases: ${listed(earlier)}.` : "";
  const since = released ? vsn : previous;
  const steps = changes.length === 0 || since === null ? [] : [`Steps from version ${since}: up ${stepWord(up)}, down ${stepWord(down)}.`];
  return [
    `${head}${known}${damage}`,
    ...(changes.length > 0 && since !== null ? [`Changed since version ${since}:\n\n${changeList(changes, markup)}`] : []),
    ...steps,
    ...liveBlock(live, undefined, markup),
  ];
}

function stepWord(way: VersionDescription["down"]): string {
  return way === "ok" ? "written" : way === "unneeded" ? "not needed" : way;
}

function stepBlocks({ from, changes }: StepDescription, markup: Markup): readonly string[] {
  const head = markup.strong(`The step between versions ${from} and ${from + 1}`);
  if (changes === null) return [`${head}. One of them has no snapshot that can be read, so what changed is not known.`];
  if (changes.length === 0) return [`${head}. Nothing changed between them.`];
  return [`${head}. What changed:`, changeList(changes, markup)];
}

/** More changes than a hover should show. */
const most = 10;

function frozenBlocks({ versions, asReleased, gone, uses, vsn }: FrozenDescription, markup: Markup): readonly string[] {
  const of = `version${versions.length > 1 ? "s" : ""} ${listed(versions)}`;
  const what = gone === null ? markup.strong(`The state of ${of}`) : `${markup.strong(`In ${of}`)}, and no longer in version ${vsn}`;
  const why = `${gone === null ? ", k" : ". K"}ept for the steps that lead from there and back.`;
  const unlike = asReleased === false ? " It is not quite what was released." : "";
  const items = uses.flatMap(({ from, place }, index) => {
    const own = uses.filter((use) => use.from === from);
    if (uses.indexOf(own[0]!) !== index) return [];
    const ways = own.map(({ direction, side }) => `${markup.code(direction)} ${side === "takes" ? "takes" : "gives"} it`);
    return [`${markup.link(`Step ${from} → ${from + 1}`, place)}: ${ways.join(", ")}`];
  });
  return [what + why + unlike, markup.list(items)];
}

function changeList(changes: readonly Change[], markup: Markup): string {
  const items = changes.slice(0, most).map((change) => changeText(change, markup));
  return markup.list(changes.length > most ? [...items, `and ${changes.length - most} more`] : items);
}

function changeText({ path, old, new: now, renameOf }: Change, { code }: Markup): string {
  const name = code(path);
  if (old === null)
    return `${name} added${now === null ? "" : `: ${code(short(now))}`}${renameOf === undefined ? "" : `; perhaps ${code(renameOf)} renamed`}`;
  if (now === null) return `${name} removed; it was ${code(short(old))}`;
  return `${name}: ${code(short(old))} → ${code(short(now))}`;
}

function liveBlock(live: LiveModule | undefined, past: (Past & { readonly kind: string }) | undefined, markup: Markup): readonly string[] {
  if (live === undefined) return [];
  const versions = [...live.versions].toSorted(([one], [other]) => other - one);
  const total = versions.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return [`${markup.strong("Live:")} no process; new ones get version ${live.loaded}.`];
  const current = past?.forms.at(-1);
  const texts = versions.map(([vsn, count]) => {
    const form = past?.forms.findLast((each) => each.vsn <= vsn && !each.edited);
    const note =
      past === undefined || current === undefined || form === current
        ? ""
        : form === undefined
          ? past.kind === "message"
            ? ", which does not know it"
            : ", without it"
          : `, as ${markup.code(form.text)}`;
    return `${count} on version ${vsn}${note}`;
  });
  return [`${markup.strong("Live:")} ${texts.join("; ")}.`];
}

interface OfModule {
  readonly vsn: number;
  readonly released: boolean;
  readonly previous: number | null;
}

function isDeep(path: string): boolean {
  return !/^State\.[\w$]+$/.test(path);
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

function snapshotsOf(versions: readonly number[]): string {
  return `${versions.length > 1 ? "snapshots of versions" : "snapshot of version"} ${listed(versions)}`;
}

function listed(numbers: readonly number[]): string {
  return numbers.length < 2 ? numbers.join("") : `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
