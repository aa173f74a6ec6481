/**
 * `Neighbor`: the other program, while a system moves from one to the other. Who has gone there is reached through it under the pid of
 * before, and so is who stayed behind: messages, answers and exit signals become letters, which are plain JSON, and whoever owns both
 * programs carries them. It ends when the program that was left has nothing to do any more.
 */
import { InstarError, safeString, toReason, type ExitReason } from "./exit.ts";
import { runNeutral } from "./flight.ts";
import { Caller } from "./from.ts";
import { moduleOf, type Handle } from "./handle.ts";
import { Message, PendingCall } from "./mailbox.ts";
import type { LoadedModule, ModuleVersion } from "./module.ts";
import { MonitorReference } from "./monitor.ts";
import { Packer, Unpacker, type Packed, type PackedNode, type World } from "./pack-values.ts";
import { Process, type CodeChanged, type Elsewhere, type ExitSource } from "./process.ts";
import type { LiveSystem } from "./system.ts";
import { messagesOf } from "./system-image.ts";

/** What the two programs say to each other. */
export type Letter =
  | {
      readonly type: "message";
      readonly to: string;
      readonly kind: "call" | "cast" | "info" | "stop";
      readonly name: string;
      readonly args: PackedValue;
      /** The number by which the sender wants to be answered. */
      readonly call: number | null;
    }
  | { readonly type: "answer"; readonly call: number; readonly ok: boolean; readonly value: PackedValue }
  | { readonly type: "signal"; readonly to: string; readonly from: string | null; readonly reason: PackedValue; readonly by: ExitSource }
  | { readonly type: "exited"; readonly pid: string; readonly reason: PackedValue }
  | { readonly type: "named"; readonly pid: string; readonly name: string };

interface PackedValue {
  readonly nodes: readonly PackedNode[];
  readonly value: Packed;
}

/** Where the code that values refer to is found. */
export type CodeWorld = Pick<World, "handle" | "mfa">;

export class Neighbor implements Elsewhere {
  readonly #system: LiveSystem;
  readonly #code: CodeWorld;
  readonly #send: (letter: Letter) => void;
  /** Processes of this system that have gone there. */
  #gone: ReadonlySet<Process> = new Set();
  /** Processes there that never were here, by pid. */
  readonly #others = new Map<string, Process>();
  /** Whose end is to be told there. */
  readonly #told = new WeakSet<Process>();
  /** Who waits for an answer from there. */
  readonly #calls = new Map<number, PendingCall>();
  readonly #numbers = new WeakMap<PendingCall, number>();
  /** By module: what messages from there are, whose senders have the code of before these upgrades. */
  readonly #upgrades = new Map<LoadedModule, { readonly from: ModuleVersion; readonly changes: CodeChanged[] }>();
  #lastNumber = 0;
  #onIdle: (() => void) | null = null;

  constructor(system: LiveSystem, code: CodeWorld, send: (letter: Letter) => void) {
    this.#system = system;
    this.#code = code;
    this.#send = send;
  }

  /** How many callers here wait for an answer from there. */
  get waiting(): number {
    for (const [number, call] of this.#calls) if (call.settled || call.abandoned) this.#calls.delete(number);
    return this.#calls.size;
  }

  /** Tells of the end of a process that is known there. */
  tell(process: Process): void {
    this.#told.add(process);
  }

  readonly numberOf = (call: PendingCall): number => {
    let number = this.#numbers.get(call);
    if (number === undefined) {
      number = ++this.#lastNumber;
      this.#numbers.set(call, number);
      this.#calls.set(number, call);
    }
    return number;
  };

  /** These processes live there from now on. What has come for them since their image was taken is sent after them. */
  leave(processes: readonly Process[], taken: ReadonlySet<Message>): void {
    this.#gone = new Set(processes);
    for (const process of processes) {
      const late = messagesOf(process).filter((message) => !taken.has(message));
      const unserved = process.queued === 0 ? [] : process.mailbox.messages().filter(({ kind }) => kind === "system");
      process.leave();
      for (const message of late) this.take(process, message);
      for (const { call, name } of unserved) call?.reject(cannotTravel(`sys ${name} of ${process.pid.id}`, "a function"));
    }
  }

  take(process: Process, message: Message): boolean {
    if (!this.#isThere(process)) return false;
    const { kind, name, args, call } = message;
    // Who has come there with a monitor is told there, with the monitor that it knows.
    if (kind === "info" && name === "down" && args[0] instanceof MonitorReference) return true;
    if (kind === "system") {
      call?.reject(cannotTravel(`sys ${name} of ${process.pid.id}`, "a function"));
      return true;
    }
    const what = `${kind} ${name} to ${process.pid.id}`;
    const packed = this.#pack(args, what);
    if (packed instanceof Error) {
      if (call === null) this.#system.log("warning", packed.message);
      else call.reject(packed);
      return true;
    }
    this.#send({ type: "message", to: process.pid.id, kind, name, args: packed, call: call === null ? null : this.numberOf(call) });
    return true;
  }

  signal(process: Process, from: Process | null, reason: ExitReason, by: ExitSource): boolean {
    if (!this.#isThere(process)) return false;
    // What is linked across is told by the end of the one, which both sides know of.
    if (by === "link" && from !== null) return true;
    if (from !== null) this.#told.add(from);
    this.#send({ type: "signal", to: process.pid.id, from: from?.pid.id ?? null, reason: this.#packReason(reason), by });
    return true;
  }

  started(process: Process): void {
    if (process.name !== null) this.#send({ type: "named", pid: process.pid.id, name: process.name });
  }

  exited(process: Process): boolean {
    if (this.#isThere(process)) return true;
    if (this.#told.has(process)) {
      this.#send({ type: "exited", pid: process.pid.id, reason: this.#packReason(process.reason ?? "normal") });
    }
    return false;
  }

  upgraded(changes: Iterable<CodeChanged>): void {
    for (const change of changes) {
      const { module, from } = change;
      const known = this.#upgrades.get(module) ?? { from, changes: [] };
      // What has been taken back needs no translation to and fro, which might lose something.
      if (module.current === known.from) this.#upgrades.delete(module);
      else this.#upgrades.set(module, { from: known.from, changes: [...known.changes, change] });
    }
  }

  receive(letter: Letter): void {
    runNeutral(() => this.#receive(letter));
  }

  /** Resolves when nobody here waits for an answer from there. */
  async idle(): Promise<void> {
    while (this.waiting > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  /** That program is gone: who waits for it is told, as OTP does when a node is lost. */
  lost(): void {
    this.#system.elsewhere = null;
    for (const call of this.#calls.values()) call.reject(gone());
    this.#calls.clear();
    for (const process of [...this.#others.values(), ...this.#gone]) process.endedElsewhere("noconnection");
    this.#onIdle?.();
  }

  /** The pids and callers of what has come from there. */
  readonly world: Pick<World, "process" | "handle" | "mfa" | "caller"> = {
    process: (id) => this.#processOf(id),
    handle: (id) => this.#code.handle(id),
    mfa: (module, name) => this.#code.mfa(module, name),
    caller: (number) => this.callerOf(number === null ? null : this.callFrom(number)),
  };

  callerOf(call: PendingCall | null): Caller {
    return new Caller({ call, flight: null });
  }

  /** A call of somebody there, whose answer is sent back. */
  callFrom(number: number): PendingCall {
    const call = new PendingCall();
    void call.promise(this.#system.timeouts, Infinity, gone).then(
      (value) => this.#answer(number, true, value),
      (error: unknown) => this.#answer(number, false, error),
    );
    return call;
  }

  #answer(call: number, ok: boolean, value: unknown): void {
    const packed = this.#pack(value, "an answer");
    if (packed instanceof Error) this.#send({ type: "answer", call, ok: false, value: this.#packReason(packed) });
    else this.#send({ type: "answer", call, ok, value: packed });
  }

  #receive(letter: Letter): void {
    switch (letter.type) {
      case "message":
        return this.#message(letter);
      case "answer": {
        const call = this.#calls.get(letter.call);
        this.#calls.delete(letter.call);
        const value = this.#unpack(letter.value);
        if (letter.ok) call?.resolve(value);
        else call?.reject(toReason(value) as Error);
        if (this.waiting === 0) this.#onIdle?.();
        return;
      }
      case "signal": {
        const to = this.#processOf(letter.to);
        const from = letter.from === null ? null : this.#processOf(letter.from);
        const reason = this.#unpack(letter.reason) as ExitReason;
        if (letter.by === "crash") return to.crash(reason);
        return to.exitSignal(from, reason, letter.by);
      }
      case "exited": {
        const process = this.#system.processes.get(letter.pid) ?? this.#others.get(letter.pid);
        process?.endedElsewhere(this.#unpack(letter.reason) as ExitReason);
        this.#others.delete(letter.pid);
        return;
      }
      case "named": {
        const known = this.#system.names.get(letter.name);
        if (known === undefined || this.#isThere(known)) this.#system.names.set(letter.name, this.#processOf(letter.pid));
      }
    }
  }

  #message({ to, kind, name, args, call }: Extract<Letter, { readonly type: "message" }>): void {
    const process = this.#system.processes.get(to);
    const pending = call === null ? null : this.callFrom(call);
    if (process === undefined || this.#isThere(process)) {
      pending?.reject(new InstarError("INSTAR_NOPROC", `call ${name} to ${to}: that process does not live.`, { reason: "noproc" }));
      return;
    }
    try {
      process.deliver(this.#translated(process, new Message(kind, name, this.#unpack(args) as unknown[], pending, null)));
    } catch (error) {
      pending?.reject(error as Error);
      if (pending === null) this.#system.log("warning", `${kind} ${name} to ${to} was dropped: ${(error as Error).message}`);
    }
  }

  /** As if it had been queued when this program was upgraded. */
  #translated(process: Process, message: Message): Message {
    const changes = this.#upgrades.get(process.module)?.changes ?? [];
    return changes.reduce((sent, { translate }) => translate?.(process, sent) ?? sent, message);
  }

  #pack(value: unknown, what: string): PackedValue | InstarError {
    const packer = new Packer(this.numberOf, true);
    const packed = packer.pack(value, "");
    const [obstacle] = packer.obstacles;
    for (const process of packer.mentioned) if (!this.#isThere(process)) this.#told.add(process);
    return obstacle === undefined ? { nodes: packer.nodes, value: packed } : cannotTravel(`${what}${obstacle.path}`, obstacle.what);
  }

  #packReason(reason: unknown): PackedValue {
    const packed = this.#pack(reason, "");
    return packed instanceof Error ? { nodes: [], value: safeString(reason) } : packed;
  }

  #unpack({ nodes, value }: PackedValue): unknown {
    return new Unpacker(nodes, { ...this.world, pid: (id) => this.#processOf(id).pid }).unpack(value);
  }

  #isThere(process: Process): boolean {
    return this.#gone.has(process) || process.module === there;
  }

  #processOf(id: string): Process {
    const own = this.#system.processes.get(id) ?? this.#others.get(id);
    if (own !== undefined) return own;
    const process = absent(this.#system, id);
    this.#others.set(id, process);
    return process;
  }
}

/** A process that is not here, to which messages may be sent all the same. */
export function absent(system: LiveSystem, id: string): Process {
  const number = Number(/^<0\.(\d+)>$/.exec(id)?.[1]);
  const process = new Process(system, {
    number,
    module: there,
    args: [],
    name: null,
    parent: null,
    linked: false,
    supervisor: null,
    restarts: 0,
  });
  process.restore({ state: null, trapExit: null, suspendedBySys: true, idle: null, age: 0 });
  return process;
}

/** The handles of the modules that are loaded here. */
export function handlesOf(handles: Iterable<Handle>): (id: string) => object {
  const byId = new Map([...handles].map((handle) => [moduleOf(handle).id, handle]));
  return (id) => {
    const handle = byId.get(id);
    if (handle === undefined) throw new Error(`there is no module ${id} here`);
    return handle;
  };
}

function cannotTravel(where: string, thing: string): InstarError {
  const text = `${where}: ${thing} cannot travel to another program, and the process has moved there. Send plain data, pids or mfa(…).`;
  return new InstarError("INSTAR_CANNOT_TRAVEL", text);
}

function gone(): InstarError {
  const text = "the call was not answered: the program to which the process had moved is gone. It may have been handled all the same.";
  return new InstarError("INSTAR_CALL_EXITED", text, { reason: "noconnection" });
}

const there: LoadedModule = {
  id: "another program",
  file: null,
  current: { vsn: 1, kind: "actor", definition: { vsn: 1, init: () => null }, shape: null, load: 1 },
  old: null,
};
