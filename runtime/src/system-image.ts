/**
 * `takeImage` and `restoreImage`: the processes of a system as plain JSON, and as processes again in another program: states, mailboxes,
 * timers, names, links, monitors, calls that wait, and the supervision tree, under the same pids. The code is not in it: who restores it has
 * loaded the versions that the image names.
 *
 * A system whose image is taken is at rest (`rest.ts`), so that no handler is under way, which nothing could carry over.
 */
import type { Child } from "./child-table.ts";
import type { ChildSpec } from "./child-spec.ts";
import type { ActorDefinition } from "./definition.ts";
import { connect, linksOf } from "./links.ts";
import { Message, type Mailbox, type PendingCall } from "./mailbox.ts";
import type { LoadedModule } from "./module.ts";
import { type CannotTravel, type Packed, type PackedNode, Packer, Unpacker, type World } from "./pack-values.ts";
import { Process, type Timer } from "./process.ts";
import { rearm } from "./state-machine-actor.ts";
import { Supervision, type SupervisorCode } from "./supervise.ts";
import type { LiveSystem } from "./system.ts";
import { whyNotRestarted } from "./restartable.ts";

export interface SystemImage {
  readonly format: typeof imageFormat;
  /** The versions whose processes these are. */
  readonly modules: readonly { readonly id: string; readonly vsn: number; readonly shape: string | null }[];
  /** Oldest first. */
  readonly processes: readonly ProcessImage[];
  /** The number of the next pid. */
  readonly next: number;
  readonly nodes: readonly PackedNode[];
}

export const imageFormat = "instar-image-1";

export interface ProcessImage {
  readonly pid: string;
  readonly module: string;
  readonly name: string | null;
  readonly parent: string | null;
  readonly supervisor: string | null;
  readonly linked: boolean;
  readonly restarts: number;
  readonly age: number;
  readonly trapExit: boolean | null;
  readonly suspended: boolean;
  readonly idle: number | null;
  readonly state: Packed;
  /** Only of a supervisor, in place of its state. */
  readonly supervision: PackedSupervision | null;
  readonly mailbox: readonly PackedMessage[];
  readonly later: readonly PackedMessage[];
  readonly timers: readonly { readonly name: string; readonly args: Packed; readonly in: number }[];
  readonly links: readonly string[];
  /** Those that are to tell it something still. */
  readonly monitors: readonly Packed[];
}

interface PackedMessage {
  readonly kind: "call" | "cast" | "info" | "stop";
  readonly name: string;
  readonly args: Packed;
  readonly call: number | null;
  readonly place: NonNullable<Message["place"]> | null;
}

interface PackedSupervision {
  readonly restarts: readonly number[];
  readonly children: readonly PackedChild[];
}

interface PackedChild {
  readonly id: string | null;
  /** Null where it is that of the code, found by its id. */
  readonly spec: Packed;
  /** Null where they are those of the specification. */
  readonly args: Packed;
  readonly pid: string | null;
  readonly restarting: boolean;
  readonly restarts: number;
  /** It stays where it is, and is started anew where the supervisor goes. */
  readonly left: boolean;
}

/** What cannot travel, and in which process it is. */
export interface Obstacle extends CannotTravel {
  readonly pid: string;
  readonly name: string | null;
  readonly module: string;
}

export interface TakenImage {
  readonly image: SystemImage;
  readonly obstacles: readonly Obstacle[];
  /** Processes whose pids are in the image, and that may be none of it. */
  readonly mentioned: ReadonlySet<Process>;
}

/** Whether a process is bound to this program, and does not go anywhere. */
export function stays({ module }: { readonly module: LoadedModule }): boolean {
  const { kind, definition } = module.current;
  return kind === "actor" && (definition as ActorDefinition).stays === true;
}

/** @param numberOf By which number the other side will answer a call. */
export function takeImage(system: LiveSystem, numberOf: (call: PendingCall) => number): TakenImage {
  const packer = new Packer(numberOf);
  const obstacles: Obstacle[] = [];
  const processes: ProcessImage[] = [];
  const modules = new Map<string, SystemImage["modules"][number]>();
  for (const process of system.processes.values()) {
    const { id, current } = process.module;
    if (stays(process)) {
      const why = whyNotStarted(process);
      if (why !== null) obstacles.push({ ...rowOf(process), path: "the process itself", what: why });
      continue;
    }
    modules.set(id, { id, vsn: current.vsn, shape: current.shape });
    const before = packer.obstacles.length;
    processes.push(imageOf(process, packer));
    for (const obstacle of packer.obstacles.slice(before)) obstacles.push({ ...rowOf(process), ...obstacle });
    if (process.version !== current) {
      obstacles.push({ ...rowOf(process), path: "its code", what: `version ${process.version.vsn}, which is no longer current` });
    }
  }
  const image = { format: imageFormat, modules: [...modules.values()], processes, next: system.nextNumber, nodes: packer.nodes } as const;
  return { image, obstacles, mentioned: packer.mentioned };
}

/** What stays has to be there on the other side as well. */
function whyNotStarted(process: Process): string | null {
  const why = whyNotRestarted(process);
  const staysAlone = process.supervisor !== null && (why === null || why.startsWith("it is a temporary child"));
  return staysAlone ? null : `a process that stays where it is, and nobody would start it anew, since ${why}`;
}

export function rowOf(process: Process): Pick<Obstacle, "pid" | "name" | "module"> {
  return { pid: process.pid.id, name: process.name, module: process.module.id };
}

export function imageOf(process: Process, packer: Packer): ProcessImage {
  const { host, version } = process;
  const isSupervisor = version.kind === "supervisor";
  const now = host.clock.monotonic();
  return {
    pid: process.pid.id,
    module: process.module.id,
    name: process.name,
    parent: process.parent?.pid.id ?? null,
    supervisor: process.supervisor?.pid.id ?? null,
    linked: process.linked,
    restarts: process.restarts,
    age: host.clock.now() - process.since,
    trapExit: process.ownTrapExit,
    suspended: process.suspendedBySys,
    idle: process.idleLimit,
    state: isSupervisor ? null : packer.pack(process.state, "State"),
    supervision: isSupervisor ? supervisionOf(process, packer) : null,
    mailbox: messagesOf(process).map((message) => packMessage(message, packer)),
    later: [...(process.later?.values() ?? [])].map((message) => packMessage(message, packer)),
    timers: [...(process.timers ?? [])].map((timer: Timer) => ({
      name: timer.name,
      args: packer.pack(timer.args, `the arguments of the info ${timer.name} that is still to come`),
      in: Math.max(0, timer.due - now),
    })),
    links: linksOf(process).map(({ pid }) => pid.id),
    monitors: [...(process.watching ?? [])].map((monitor) => packer.pack(monitor, "its monitors")),
  };
}

/** Without those of `sys`, which are functions, and are answered here. */
export function messagesOf(process: Process): Message[] {
  return process.queued === 0 ? [] : process.mailbox.messages().filter(({ kind }) => kind !== "system");
}

function packMessage({ kind, name, args, call, place }: Message, packer: Packer): PackedMessage {
  return {
    kind: kind as PackedMessage["kind"],
    name,
    args: packer.pack(args, `the arguments of the ${kind} ${name} that waits`),
    // Nobody waits for the answer of a caller that gave up, but the message is handled all the same.
    call: call === null ? null : packer.numberOf(call),
    place: place ?? null,
  };
}

function supervisionOf(process: Process, packer: Packer): PackedSupervision {
  const supervision = process.state as Supervision;
  const { children } = process.definition as unknown as SupervisorCode;
  return {
    restarts: supervision.restartsAgo,
    children: [...supervision.children].flatMap((child) => {
      const { id, spec, args, process: running, restarting, restarts } = child;
      const left = running !== null && stays(running);
      // One of many that came by `startChild`, or that is not started again: it ends with what it is bound to.
      if (left && (id === null || spec.restart === "temporary")) return [];
      const isOfCode = children.includes(spec);
      return [
        {
          id,
          spec: isOfCode ? null : packer.pack(spec, `the specification of its child ${id ?? spec.id}`),
          args: args === spec.args ? null : packer.pack(args, `the arguments of its child ${id ?? spec.id}`),
          pid: left ? null : (running?.pid.id ?? null),
          restarting,
          restarts,
          left,
        },
      ];
    }),
  };
}

export interface RestoreOptions {
  readonly modules: ReadonlyMap<string, LoadedModule>;
  /** What is in the image and none of this system's own: pids of others, callers. */
  readonly world: Pick<World, "process" | "handle" | "mfa" | "caller">;
  readonly onCall: (number: number) => PendingCall;
}

/**
 * Makes the processes of an image in a system that has none. Nothing of them runs, and no time passes for them, until `resume`, so the
 * system's scheduler has to be held.
 *
 * @returns what sets them going
 */
export function restoreImage(system: LiveSystem, image: SystemImage, { modules, world, onCall }: RestoreOptions): () => void {
  const made = new Map<string, Process>();
  const known = (id: string | null): Process | null => (id === null ? null : (made.get(id) ?? null));
  for (const { pid, module, name, parent, supervisor, linked, restarts } of image.processes) {
    const process = new Process(system, {
      number: numberOf(pid),
      module: moduleOf(modules, module),
      args: [],
      name,
      // A parent is older than its child; but one that stayed behind is none here.
      parent: known(parent),
      linked: linked && known(parent) !== null,
      supervisor: known(supervisor),
      restarts,
    });
    made.set(pid, process);
    system.adopt(process);
  }
  system.nextNumber = image.next;
  const process = (id: string): Process => made.get(id) ?? world.process(id);
  const unpacker = new Unpacker(image.nodes, { ...world, process, pid: (id) => process(id).pid });
  for (const each of image.processes) restoreProcess(made.get(each.pid) as Process, each, { unpacker, made, process, onCall });
  return () => {
    for (const each of made.values()) {
      if (each.phase === "exited") continue;
      each.resumeTimers();
      system.started(each);
      if (each.version.kind === "supervisor") each.info("startLeft", []);
      each.wake();
    }
  };
}

interface Restoring {
  readonly unpacker: Unpacker;
  readonly made: ReadonlyMap<string, Process>;
  /** Also those that are not in the image, which may be a part of all. */
  readonly process: (pid: string) => Process;
  readonly onCall: RestoreOptions["onCall"];
}

function restoreProcess(process: Process, image: ProcessImage, restoring: Restoring): void {
  const { unpacker, made, onCall } = restoring;
  const { supervision, trapExit, suspended: suspendedBySys, idle, age, timers, links, monitors } = image;
  const state = supervision === null ? unpacker.unpack(image.state) : restoredSupervision(process, supervision, restoring);
  process.restore({ state, trapExit, suspendedBySys, idle, age });
  for (const packed of image.mailbox) putBack(process.mailbox, unpackMessage(packed, unpacker, onCall));
  for (const packed of image.later) {
    const message = unpackMessage(packed, unpacker, onCall);
    if (message.call === null) continue;
    process.later ??= new Map();
    process.later.set(message.call, message);
    message.call.later = process.later;
  }
  const now = process.host.clock.monotonic();
  for (const { name, args, in: left } of timers) {
    (process.timers ??= new Set()).add({ name, args: unpacker.unpack(args) as unknown[], handle: null, due: now + left });
  }
  for (const id of links) {
    const other = made.get(id);
    if (other !== undefined) connect(process, other);
  }
  rearm(process);
  for (const monitor of monitors) unpacker.unpack(monitor);
}

function putBack(mailbox: Mailbox, message: Message): void {
  if (message.place === "aside") mailbox.postpone(message);
  else mailbox.push(message);
}

function unpackMessage({ kind, name, args, call, place }: PackedMessage, unpacker: Unpacker, onCall: RestoreOptions["onCall"]): Message {
  const message = new Message(kind, name, unpacker.unpack(args) as unknown[], call === null ? null : onCall(call), null);
  return place === null ? message : message.at(place);
}

function restoredSupervision(
  process: Process,
  { restarts, children: packed }: PackedSupervision,
  { unpacker, process: known }: Restoring,
): Supervision {
  const code = process.module.current.definition as SupervisorCode;
  const children = packed.map(({ id, spec, args, pid, restarting, restarts: often }): Child => {
    // Under `simple_one_for_one` there is one specification, for all.
    const own = spec === null ? (code.children.find((each) => each.id === id) ?? code.children[0]) : (unpacker.unpack(spec) as ChildSpec);
    if (own === undefined) throw new Error(`there is no child ${id} in the code of ${process.describe()}`);
    const running = pid === null ? null : known(pid);
    return {
      id,
      spec: own,
      args: args === null ? own.args : (unpacker.unpack(args) as unknown[]),
      process: running,
      last: null,
      restarting,
      restarts: often,
      excused: false,
    };
  });
  return Supervision.restored(process, { children, restarts, due: children.filter((_, i) => packed[i]?.left === true) });
}

function numberOf(pid: string): number {
  return Number(/^<0\.(\d+)>$/.exec(pid)?.[1]);
}

function moduleOf(modules: ReadonlyMap<string, LoadedModule>, id: string): LoadedModule {
  const module = modules.get(id);
  if (module === undefined) throw new Error(`there is no module ${id} here`);
  return module;
}
