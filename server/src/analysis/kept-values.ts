/** What in a shape is more than data: values that are code, know code, or belong to the operating system. Each is of one sort only. */
import { type BuiltinShape, type Field, isPrimitive, type ObjectShape, type Shape } from "./shape.ts";

export type KeptSort =
  | "function"
  /** A function that a package or the platform declares for its own objects; whose code it is, its type does not say. */
  | "foreignFunction"
  | "classInstance"
  /** An instance of a class with `#private` names. */
  | "privateFields"
  /** Something that goes on running: a promise, a generator. */
  | "pending"
  /** What aborts something that goes on running. */
  | "abort"
  | "handle"
  /** What `setTimeout` gives: what it calls is found where it is set. */
  | "timer"
  /** Whatever can be iterated over, which mostly is a list. */
  | "iterable";

/** Undefined for data, and for what holds something else. */
export function keptSort(shape: Shape): KeptSort | undefined {
  switch (shape.kind) {
    case "function":
      return "function";
    case "class":
      return shape.fields.some(({ name }) => name.startsWith("#")) ? "privateFields" : "classInstance";
    case "builtin":
      return builtinSort(shape);
    case "brand":
      return shape.base.kind === "builtin" || isPrimitive(shape.base, "unknown")
        ? (keptSort(shape.base) ?? foreignSort(shape.tag))
        : undefined;
    case "object":
      return foreignSort(shape);
    default:
      return undefined;
  }
}

function builtinSort({ class: qualified, from }: BuiltinShape): KeptSort | undefined {
  const name = qualified.slice(qualified.lastIndexOf(".") + 1);
  if (from !== "") return packageHandles.get(from)?.has(name) === true ? "handle" : undefined;
  if (name === "Promise" || /(Iterator|Generator)$/.test(name)) return "pending";
  if (name === "AbortController" || name === "AbortSignal") return "abort";
  if (name === "Timeout" || name === "Immediate") return "timer";
  return platformHandles.has(name) ? "handle" : undefined;
}

/** An interface that the platform or a package declares, by the functions that it has: `Generator`, `FileHandle`. */
function foreignSort({ fields }: ObjectShape): KeptSort | undefined {
  const functions = new Set(fields.filter(isForeignFunction).map(({ name }) => name));
  if (functions.size === 0) return undefined;
  if ([...functions].every((name) => name.startsWith("["))) return "iterable";
  const has = (...names: readonly string[]): boolean => names.every((name) => functions.has(name));
  if (has("then") || has("next", "return") || has("resolve", "reject")) return "pending";
  if (has("ref", "unref", "hasRef")) return "timer";
  return ["close", "destroy", "disconnect", "unref", "end"].some((name) => functions.has(name)) ? "handle" : "foreignFunction";
}

function isForeignFunction({ shape, foreign }: Field): boolean {
  return (
    foreign === true && (shape.kind === "function" || (shape.kind === "union" && shape.members.some(({ kind }) => kind === "function")))
  );
}

/** Of the platform: what belongs to the process of the operating system that has it. */
const platformHandles: ReadonlySet<string> = new Set(
  [
    "Agent BroadcastChannel ChildProcess ClientHttp2Session ClientRequest Cluster DatabaseSync Dir Duplex EventSource",
    "FSWatcher FileHandle Http2Server IncomingMessage Interface MessageChannel MessagePort PassThrough ReadStream Readable",
    "ReadableStream ReadableStreamBYOBReader ReadableStreamDefaultController ReadableStreamDefaultReader Resolver Server",
    "ServerHttp2Session ServerResponse SharedWorker Socket StatWatcher StatementSync Stream TLSSocket TTY Transform",
    "TransformStream WebSocket Worker Writable WritableStream WritableStreamDefaultController WritableStreamDefaultWriter",
    "WriteStream",
  ].flatMap((names) => names.split(" ")),
);

/** Of packages that many use; what others declare as classes is not known to be a handle. */
const packageHandles: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    "@types/better-sqlite3": ["Database", "Statement"],
    "@types/pg": ["Client", "Pool"],
    "@types/ws": ["WebSocket", "WebSocketServer"],
    "better-sqlite3": ["Database", "Statement"],
    chokidar: ["FSWatcher"],
    ioredis: ["Cluster", "Redis"],
    kafkajs: ["Kafka"],
    mongodb: ["ChangeStream", "ClientSession", "Db", "MongoClient"],
    mongoose: ["Connection", "Mongoose"],
    mysql2: ["Connection", "Pool", "PoolConnection"],
    pg: ["Client", "Pool"],
    playwright: ["Browser", "BrowserContext", "Page"],
    puppeteer: ["Browser", "Page"],
    "puppeteer-core": ["Browser", "Page"],
    redis: ["RedisClient"],
    "socket.io": ["Server", "Socket"],
    "socket.io-client": ["Socket"],
    sqlite3: ["Database", "Statement"],
    undici: ["Agent", "Client", "Dispatcher", "Pool", "WebSocket"],
    ws: ["WebSocket", "WebSocketServer"],
  }).map(([from, names]) => [from, new Set(names)]),
);
