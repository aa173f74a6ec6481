/** Who sends a message, as far as the workspace says it, and whether anybody could. */
import { findInShape } from "../find-in-shape.ts";
import type { ModuleFacts, ProjectFacts, Receiver } from "../facts.ts";
import { folderOf, nameOf, withoutExtension } from "../paths.ts";
import { type ProtocolShapes, type Section, sections } from "../protocol-shapes.ts";
import type { Location } from "../span.ts";

export interface Sender extends Location {
  /** Whether nobody looks at the answer. */
  readonly ignored: boolean;
  /** Whether it is sent by an actor module, whose code is replaced together with the others. */
  readonly inside: boolean;
}

export interface Senders {
  /** The places that send it to this module. */
  readonly known: readonly Sender[];
  /** The places that send a message of this name to somebody of whom nothing is known. */
  readonly possible: readonly Sender[];
  /** Whether there are more files that may send it, which nobody has asked the type checker for. */
  readonly more: boolean;
  /** Whether there is no way for anybody to have a pid to send it to. */
  readonly unreachable: boolean;
}

const methods = { calls: "call", casts: "cast", infos: "sendAfter" } as const;

export function sendersOf(project: ProjectFacts, facts: ModuleFacts, section: Section, name: string): Senders {
  const concern = (receiver: Receiver) => isReceiver(receiver, facts, project);
  const files = filesThatMaySend(project, facts, name);
  let all: readonly FoundSend[] = [];
  let known: readonly FoundSend[] = [];
  let at = 0;
  // That one of them sends it is all that there is to find out: a message that a thousand files send is not asked for in each.
  for (
    let count = files.length > most ? few : most;
    at < files.length && !known.some((send) => section !== "calls" || !send.ignored);
    count *= 4
  ) {
    all = [...all, ...sendsOf(project, files.slice(at, at + count), methods[section], name)];
    known = all.filter(({ receivers }) => receivers.some(concern));
    at += count;
  }
  const possible = all.filter((send) => !known.includes(send) && send.receivers.includes("unknown"));
  // Infos come from the process itself.
  const unreachable = section !== "infos" && known.length + possible.length === 0 && !isReachable(project, facts);
  return { known, possible, more: at < files.length, unreachable };
}

interface FoundSend extends Sender {
  readonly receivers: readonly Receiver[];
}

/** Of more than are asked at once, so many are asked first: a finding shows no more. */
const few = 5;

/** As many are asked at once, and also though they do not import the module: a pid may have come to them by way of others. */
const most = 20;

/**
 * The type checker reads those that are asked, so they are few: a message may be called as many others are. What is replaced together with
 * the module says less, and comes last.
 */
function filesThatMaySend({ bodies, modules }: ProjectFacts, { module }: ModuleFacts, name: string): readonly string[] {
  const all = bodies.saying("sends", (text) => text === name);
  if (all.length <= most) return all;
  const importing = new Set(bodies.saying("sends", mayImport(module.file)));
  const may = all.filter((file) => file === module.file || importing.has(file));
  const others = new Set(modules.map((other) => other.module.file).filter((file) => file !== module.file));
  return [...may.filter((file) => !others.has(file)), ...may.filter((file) => others.has(file))];
}

/** Whether a text may be the specifier of a module. */
export function mayImport(file: string): (text: string) => boolean {
  const own = withoutExtension(nameOf(file));
  const base = own === "index" ? nameOf(folderOf(file)) : own;
  return (text) => {
    const bare = text.replace(/\.[cm]?[jt]sx?$/, "").replace(/\/index$/, "");
    return bare.endsWith(`/${base}`) || (own === "index" && /^\.\.?$/.test(bare));
  };
}

/** By what is asked, and of which files. */
const asked = new WeakMap<ProjectFacts, Map<string, readonly FoundSend[]>>();

function sendsOf(project: ProjectFacts, files: readonly string[], via: string, name: string): readonly FoundSend[] {
  const known = asked.get(project) ?? new Map<string, readonly FoundSend[]>();
  asked.set(project, known);
  const key = [via, name, ...files].join("\n");
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = findSends(project, files, via, name)));
  return found;
}

function findSends(
  { bodies, receivers, modules }: ProjectFacts,
  files: readonly string[],
  via: string,
  name: string,
): readonly FoundSend[] {
  const found = files
    .map((file) => ({ file, sends: bodies.of("sends", file).filter((send) => send.via === via && send.name === name) }))
    .filter(({ sends }) => sends.length > 0);
  if (found.length === 0) return [];
  const targets = new Map(found.map(({ file, sends }) => [file, sends.flatMap(({ target }) => target ?? [])]));
  const answers = [...targets.values()].some((each) => each.length > 0) ? receivers.of(targets) : new Map<string, readonly Receiver[][]>();
  return found.flatMap(({ file, sends }) => {
    const own = modules.find(({ module }) => module.file === file)?.source.protocol.name;
    const inside = own !== undefined;
    const its = [...(answers.get(file) ?? [])];
    return sends.map(({ range, ignored, target }): FoundSend => {
      const there = target !== null ? (its.shift() ?? ["unknown" as const]) : own === undefined ? [] : [{ protocol: own, file }];
      return { file, range, ignored, inside, receivers: there };
    });
  });
}

/** A protocol may be declared in another file than its actor. */
export function isReceiver(receiver: Receiver, { module, source }: ModuleFacts, { modules }: ProjectFacts): boolean {
  if (typeof receiver === "string" || receiver.protocol !== source.protocol.name) return false;
  return receiver.file === module.file || !modules.some((other) => other.module.file === receiver.file);
}

/** Whether somebody else may have a pid of the module's processes: it lies in a state or a message, or a file that sends knows the module. */
function isReachable({ modules, bodies }: ProjectFacts, { module, source, baseline }: ModuleFacts): boolean {
  const names = new Set([source.protocol.name, baseline?.shapes.name ?? source.protocol.name]);
  const held = modules.some((other) =>
    [other.source.protocol, ...(other.baseline === null ? [] : [other.baseline.shapes])].some((shapes) =>
      pidsIn(shapes).some((protocol) => names.has(protocol)),
    ),
  );
  if (held) return true;
  return bodies.saying("sends", mayImport(module.file)).some((file) => file !== module.file);
}

/** Protocols are the same for most modules from one analysis to the next. */
const pids = new WeakMap<ProtocolShapes, readonly string[]>();

function pidsIn(shapes: ProtocolShapes): readonly string[] {
  let found = pids.get(shapes);
  if (found === undefined) {
    const messages = sections.flatMap((section) => shapes[section].flatMap(({ args, reply }) => (reply === null ? [args] : [args, reply])));
    found = [shapes.state, ...messages].flatMap((shape) =>
      findInShape(shape, "", ({ kind }) => kind === "pid").flatMap(({ shape: pid }) => (pid.kind === "pid" ? [pid.protocol] : [])),
    );
    pids.set(shapes, found);
  }
  return found;
}
