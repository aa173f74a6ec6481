/**
 * `Packer` and `Unpacker`: values as plain JSON, to travel from one process of the operating system to another, or to lie in a file. As
 * `structuredClone` has it, cycles, sharing, maps, sets, dates and buffers come out as they went in; unlike there, pids, callers, monitors,
 * handles and `mfa` references arrive as what they are on the other side, and what cannot travel is found, with the path to it, instead of
 * being lost in silence.
 *
 * All values of one packer share a table of nodes, so what two of them share they also share when they are unpacked.
 */
import { types } from "node:util";
import { InstarError, isError, type ErrorCode } from "./exit.ts";
import { Caller } from "./from.ts";
import { isHandle } from "./handle.ts";
import type { PendingCall } from "./mailbox.ts";
import { mfaParts } from "./mfa.ts";
import { MonitorReference } from "./monitor.ts";
import type { Process } from "./process.ts";
import { ProcessPid } from "./process-pid.ts";

/** A primitive as it is; `[3]` the fourth node of the table; else a primitive that JSON has no word for. */
export type Packed = string | number | boolean | null | readonly [number] | readonly [what: string, text?: string];

type Lock = "frozen" | "sealed" | "closed";

/** What an object is, and what is in it. */
export type PackedNode =
  | readonly ["object" | "bare", readonly (readonly [key: string, value: Packed])[], Lock?]
  | readonly ["array", length: number, readonly (readonly [key: string, value: Packed])[], Lock?]
  | readonly ["map", readonly (readonly [Packed, Packed])[], Lock?]
  | readonly ["set", readonly Packed[], Lock?]
  | readonly ["date", Packed]
  | readonly ["regexp", source: string, flags: string, lastIndex: number]
  | readonly ["bytes", base64: string]
  | readonly ["buffer", base64: string]
  | readonly ["view", type: string, bytes: Packed, offset: number, length: number]
  | readonly ["error", name: string, readonly (readonly [key: string, value: Packed])[]]
  | readonly ["pid" | "handle", id: string]
  | readonly ["mfa", module: string, name: string]
  | readonly ["caller", call: number | null]
  | readonly ["monitor", watcher: string, watched: string, active: boolean];

/** Something in a value that means nothing on the other side. */
export interface CannotTravel {
  /** `State.items[3].onClick` */
  readonly path: string;
  /** As a part of a sentence: `a function onClick`. */
  readonly what: string;
}

export class Packer {
  readonly nodes: PackedNode[] = [];
  readonly obstacles: CannotTravel[] = [];
  /** Whose pids are in what was packed. */
  readonly mentioned = new Set<Process>();
  /** By which number the other side will answer a call. */
  readonly numberOf: (call: PendingCall) => number;
  readonly #anyError: boolean;
  readonly #seen = new Map<object, readonly [number]>();
  readonly #unfilled: (() => void)[] = [];

  /**
   * @param anyError Errors of classes of the application become plain ones instead of being obstacles: for what only tells of a failure.
   */
  constructor(numberOf: (call: PendingCall) => number, anyError = false) {
    this.numberOf = numberOf;
    this.#anyError = anyError;
  }

  /** @param path Of the value itself, for obstacles. */
  pack(value: unknown, path: string): Packed {
    const packed = this.#value(value, { key: path, above: null });
    // In a loop, since a long list would be too deep for a recursion.
    for (let fill = this.#unfilled.pop(); fill !== undefined; fill = this.#unfilled.pop()) fill();
    return packed;
  }

  #value(value: unknown, at: Place): Packed {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return Number.isFinite(value) && !Object.is(value, -0) ? value : ["number", Object.is(value, -0) ? "-0" : String(value)];
      case "undefined":
        return ["undefined"];
      case "bigint":
        return ["bigint", String(value)];
      case "symbol":
        return this.#obstacle(at, "a symbol");
      case "function":
        return this.#function(value, at);
      default:
        return value === null ? null : this.#object(value as object, at);
    }
  }

  #function(value: Function, at: Place): Packed {
    const parts = mfaParts(value);
    if (parts?.module != null) return this.#add(value, ["mfa", parts.module, parts.name]);
    return this.#obstacle(at, value.name === "" ? "a function" : `the function ${value.name}`);
  }

  #object(value: object, at: Place): Packed {
    const known = this.#seen.get(value);
    if (known !== undefined) return known;
    if (types.isProxy(value)) return this.#obstacle(at, "a proxy");
    const process = ProcessPid.processOf(value);
    if (process !== null) {
      this.mentioned.add(process);
      return this.#add(value, ["pid", process.pid.id]);
    }
    if (isHandle(value)) return this.#add(value, ["handle", value.id]);
    const call = Caller.callOf(value);
    if (call !== undefined) return this.#add(value, ["caller", call === null || call.settled ? null : this.numberOf(call)]);
    const monitor = MonitorReference.ends(value);
    if (monitor !== null) {
      this.mentioned.add(monitor.watched);
      return this.#add(value, ["monitor", monitor.watcher.pid.id, monitor.watched.pid.id, monitor.active]);
    }
    if (isError(value) && types.isNativeError(value)) return this.#error(value, at);
    return this.#plain(value, at);
  }

  #error(value: Error, at: Place): Packed {
    const own = (Object.getPrototypeOf(value) as { readonly constructor?: Function } | null)?.constructor;
    const name = own?.name ?? "Error";
    const known = value instanceof InstarError ? "InstarError" : errors.get(name) === own ? name : null;
    if (known === null && !this.#anyError) return this.#obstacle(at, `an error of the class ${name}`);
    return this.#later(value, () => {
      const more = known === null && !Object.hasOwn(value, "name") ? [["name", name] as const] : [];
      // As it was formatted where it was made: `stack` may be an accessor.
      const fields = ["message", "stack"].map((key) => [key, String((value as unknown as Record<string, unknown>)[key])] as const);
      return ["error", known ?? "Error", [...fields, ...more, ...this.#fields(value, at, new Set(["message", "stack"]))]];
    });
  }

  #plain(value: object, at: Place): Packed {
    const prototype: unknown = Object.getPrototypeOf(value);
    const lock = lockOf(value);
    const locked = lock === undefined ? ([] as const) : ([lock] as const);
    if (prototype === null) return this.#later(value, () => ["bare", this.#fields(value, at), ...locked]);
    if (Array.isArray(value) && prototype === Array.prototype) {
      return this.#later(value, () => ["array", value.length, this.#fields(value, at, lengthAlone), ...locked]);
    }
    if (types.isMap(value) && prototype === Map.prototype) {
      const entries = [...Map.prototype.entries.call(value)] as [unknown, unknown][];
      return this.#later(value, () => [
        "map",
        entries.map(([k, v], i) => [
          this.#value(k, { key: `.keys()[${i}]`, above: at }),
          this.#value(v, { key: typeof k === "string" ? `.get(${JSON.stringify(k)})` : `.values()[${i}]`, above: at }),
        ]),
        ...locked,
      ]);
    }
    if (types.isSet(value) && prototype === Set.prototype) {
      const members = [...Set.prototype.values.call(value)] as unknown[];
      return this.#later(value, () => ["set", members.map((v, i) => this.#value(v, { key: `.values()[${i}]`, above: at })), ...locked]);
    }
    if (types.isDate(value) && prototype === Date.prototype) return this.#add(value, ["date", this.#value(value.getTime(), at)]);
    if (types.isRegExp(value) && prototype === RegExp.prototype) {
      return this.#add(value, ["regexp", value.source, value.flags, value.lastIndex]);
    }
    if (Buffer.isBuffer(value)) return this.#add(value, ["buffer", value.toString("base64")]);
    if (types.isArrayBuffer(value)) return this.#add(value, ["bytes", Buffer.from(value).toString("base64")]);
    if (types.isTypedArray(value) || types.isDataView(value)) {
      const bytes = this.#value(value.buffer, at);
      return this.#add(value, [
        "view",
        value[Symbol.toStringTag],
        bytes,
        value.byteOffset,
        "length" in value ? value.length : value.byteLength,
      ]);
    }
    if (prototype === Object.prototype && !isExotic(value)) return this.#later(value, () => ["object", this.#fields(value, at), ...locked]);
    return this.#obstacle(at, what(value, prototype));
  }

  #fields(value: object, at: Place, without: ReadonlySet<string> = new Set()): (readonly [string, Packed])[] {
    const fields: (readonly [string, Packed])[] = [];
    const isArray = Array.isArray(value);
    for (const key of Reflect.ownKeys(value)) {
      const { value: field, get, set } = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      const below = {
        key: typeof key === "symbol" ? `[${String(key)}]` : isArray && /^\d+$/.test(key) ? `[${key}]` : `.${key}`,
        above: at,
      };
      if (typeof key === "symbol") this.#obstacle(below, "a field that is named by a symbol");
      else if (without.has(key)) continue;
      else if (get !== undefined || set !== undefined) this.#obstacle(below, "an accessor");
      else fields.push([key, this.#value(field, below)]);
    }
    return fields;
  }

  #add(value: object, node: PackedNode): Packed {
    const reference = [this.nodes.push(node) - 1] as const;
    this.#seen.set(value, reference);
    return reference;
  }

  /** A node whose content is packed when there is nothing else to do. */
  #later(value: object, make: () => PackedNode): Packed {
    const reference = this.#add(value, ["object", []]) as readonly [number];
    this.#unfilled.push(() => (this.nodes[reference[0]] = make()));
    return reference;
  }

  #obstacle(at: Place, thing: string): Packed {
    this.obstacles.push({ path: pathOf(at), what: thing });
    return ["undefined"];
  }
}

/** What pids and the like are on this side. */
export interface World {
  pid(id: string): ProcessPid;
  process(id: string): Process;
  /** @throws where there is no such module here */
  handle(id: string): object;
  /** A reference to the exported function of a module. @throws where there is no such module here */
  mfa(module: string, name: string): Function;
  /** The caller who waits on the other side; null where nobody waits any more. */
  caller(call: number | null): Caller;
}

export class Unpacker {
  readonly #nodes: readonly PackedNode[];
  readonly #world: World;
  readonly #made = new Map<number, unknown>();
  readonly #unfilled: (() => void)[] = [];

  constructor(nodes: readonly PackedNode[], world: World) {
    this.#nodes = nodes;
    this.#world = world;
  }

  unpack(packed: Packed): unknown {
    const value = this.#value(packed);
    for (let fill = this.#unfilled.pop(); fill !== undefined; fill = this.#unfilled.pop()) fill();
    return value;
  }

  #value(packed: Packed): unknown {
    if (!Array.isArray(packed)) return packed;
    const [first, text = ""] = packed as readonly [string | number, string?];
    if (typeof first === "number") return this.#node(first);
    if (first === "number") return Number(text);
    return first === "bigint" ? BigInt(text) : undefined;
  }

  #node(index: number): unknown {
    if (this.#made.has(index)) return this.#made.get(index);
    const node = this.#nodes[index];
    if (node === undefined) throw new RangeError(`there is no value ${index}`);
    const made = this.#make(node);
    this.#made.set(index, made);
    return made;
  }

  #make(node: PackedNode): unknown {
    switch (node[0]) {
      case "object":
      case "bare":
        return this.#filled(node[0] === "bare" ? (Object.create(null) as object) : {}, node[1], node[2]);
      case "array":
        return this.#filled(Array.from({ length: 0 }), [["length", node[1]], ...node[2]], node[3]);
      case "map": {
        const map = new Map<unknown, unknown>();
        this.#unfilled.push(() => {
          for (const [k, v] of node[1]) map.set(this.#value(k), this.#value(v));
          lockAs(map, node[2]);
        });
        return map;
      }
      case "set": {
        const set = new Set<unknown>();
        this.#unfilled.push(() => {
          for (const v of node[1]) set.add(this.#value(v));
          lockAs(set, node[2]);
        });
        return set;
      }
      case "date":
        return new Date(this.#value(node[1]) as number);
      case "regexp":
        return Object.assign(new RegExp(node[1], node[2]), { lastIndex: node[3] });
      case "buffer":
        return Buffer.from(node[1], "base64");
      case "bytes":
        return Uint8Array.from(Buffer.from(node[1], "base64")).buffer;
      case "view":
        return new (views[node[1]] as ViewMaker)(this.#value(node[2]) as ArrayBuffer, node[3], node[4]);
      case "error":
        return this.#error(node[1], node[2]);
      case "pid":
        return this.#world.pid(node[1]);
      case "handle":
        return this.#world.handle(node[1]);
      case "mfa":
        return this.#world.mfa(node[1], node[2]);
      case "caller":
        return this.#world.caller(node[1]);
      default:
        return MonitorReference.restored(this.#world.process(node[1]), this.#world.process(node[2]), node[3]);
    }
  }

  #error(name: string, fields: readonly (readonly [string, Packed])[]): Error {
    const texts = Object.fromEntries(fields.flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])));
    const { message = "", code = "" } = texts;
    const made = name === "InstarError" ? new InstarError(code as ErrorCode, message) : new (errors.get(name) ?? Error)(message);
    this.#unfilled.push(() => {
      for (const [key, value] of fields) {
        Object.defineProperty(made, key, { value: this.#value(value), writable: true, configurable: true, enumerable: !hidden.has(key) });
      }
    });
    return made;
  }

  #filled(made: object, fields: readonly (readonly [string, Packed])[], lock: Lock | undefined): object {
    this.#unfilled.push(() => {
      for (const [key, value] of fields) {
        const field = this.#value(value);
        if (key === "__proto__") Object.defineProperty(made, key, { value: field, writable: true, configurable: true, enumerable: true });
        else (made as Record<string, unknown>)[key] = field;
      }
      lockAs(made, lock);
    });
    return made;
  }
}

interface Place {
  readonly key: string;
  readonly above: Place | null;
}

/** A text only where somebody wants it. */
function pathOf(place: Place): string {
  let path = "";
  for (let at: Place | null = place; at !== null; at = at.above) path = at.key + path;
  return path;
}

function lockOf(value: object): Lock | undefined {
  if (Object.isExtensible(value)) return undefined;
  return Object.isFrozen(value) ? "frozen" : Object.isSealed(value) ? "sealed" : "closed";
}

function lockAs(made: object, lock: Lock | undefined): void {
  if (lock === "frozen") Object.freeze(made);
  else if (lock === "sealed") Object.seal(made);
  else if (lock === "closed") Object.preventExtensions(made);
}

function isExotic(value: object): boolean {
  return types.isBoxedPrimitive(value) || types.isExternal(value) || types.isArgumentsObject(value) || types.isModuleNamespaceObject(value);
}

function what(value: object, prototype: unknown): string {
  if (types.isPromise(value)) return "a promise";
  const { constructor } = (typeof prototype === "object" && prototype !== null ? prototype : {}) as { readonly constructor?: Function };
  return typeof constructor === "function" && constructor.name !== "" && constructor !== Object
    ? `an instance of ${constructor.name}`
    : "an object that is more than its fields";
}

type ErrorMaker = new (message?: string) => Error;
type ViewMaker = new (buffer: ArrayBuffer, offset: number, length: number) => object;

const errors = new Map<string, ErrorMaker | Function>(
  [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map((maker) => [maker.name, maker]),
) as Map<string, ErrorMaker>;
const views = globalThis as unknown as Readonly<Record<string, ViewMaker>>;
const hidden = new Set(["message", "stack", "cause"]);
const lengthAlone = new Set(["length"]);
