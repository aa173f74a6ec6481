/** What is listened to with code of the project, and what only looks like it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";
import { words } from "./words.ts";

const head = `import { EventEmitter } from "node:events"; import { createServer, connect, type Socket } from "node:net"; import * as fs from "node:fs";
import { interval, type Observable } from "rxjs"; import { bus } from "./bus.ts"; import { handle } from "./handle.ts"; import { type Pid } from "instar";
import process2 from "node:process"; import WebSocket from "ws"; const local = new EventEmitter();
`;

/** What is found: what is called, and where what is listened to is declared, where that is elsewhere. */
const held: Record<string, readonly [text: string, ...found: string[]]> = {
  "an emitter of the file": ['local.on("tick", () => work());', "local.on"],
  "a named function": [
    'function run() { local.addListener("tick", run); local.prependListener("a", handle); }',
    "local.addListener",
    "local.prependListener",
  ],
  "the process": ['process.on("SIGINT", () => stop()); process2.on("exit", handle);', "process.on", "process2.on"],
  "of another file": ['bus.on("tick", () => work());', "bus.on ./bus.ts bus"],
  "an event target": ['const target = new EventTarget(); target.addEventListener("a", () => work());', "target.addEventListener"],
  "a socket by its type": ['export function serve(socket: Socket) { socket.on("data", (data) => work(data)); }', "socket.on"],
  "a socket or nothing": ['export function serve(socket: Socket | null) { socket?.on("data", (data) => work(data)); }', "socket?.on"],
  "what a function of the platform gives": ['const socket = connect(80); socket.on("data", () => work());', "socket.on"],
  "in a chain": ['createServer().listen(80).on("error", () => work());', "createServer().listen(80).on"],
  "what a part of it gives": ['const child = connect(80); child.stdout.on("data", () => work());', "child.stdout.on"],
  "a package's class": ['const ws = new WebSocket("a"); ws.on("message", handle); ws.onclose = () => work();', "ws.on", "ws.onclose"],
  "an observable": [
    "interval(10).pipe(a).subscribe((n) => work(n)); export const f = (all: Observable<number>) => all.subscribe({ next: handle });",
    "interval(10).pipe(a).subscribe",
    "all.subscribe",
  ],
  "a server and a watcher": ['createServer((socket) => work(socket)); fs.watch("a", () => work());', "createServer", "fs.watch"],
  "a class of the file that is an emitter": ['class Bus extends EventEmitter {} const b = new Bus(); b.on("a", () => work());', "b.on"],
  "a property of the class": [
    'class A { private readonly e = new EventEmitter(); #s: Socket; constructor() { this.e.on("a", () => this.run()); this.#s.on("b", this.run); } run() {} }',
    "this.e.on",
    "this.#s.on",
  ],
  "a parameter of the constructor": ['class A { constructor(private readonly s: Socket) { this.s.on("a", () => work()); } }', "this.s.on"],
  "by another name": ['const other = local; other.on("a", () => work());', "other.on"],
};

const silent: Record<string, string> = {
  "a message is all that is sent": 'local.on("tick", () => pid.cast("tick")); local.on("a", (a) => { void pid.call("a", a); });',
  "a function called on": 'function on(name: string, f: () => void) { f(); } on("tick", () => work());',
  "an object of the file": 'const room = { on(name: string, f: () => void) { f(); } }; room.on("a", () => work());',
  "a class of the file": 'class Room { on(name: string, f: () => void) {} } const room = new Room(); room.on("a", () => work());',
  "a type of the file with a name of the platform's":
    'interface Socket { on(a: string, f: () => void): void } interface EventTarget { on(a: string, f: () => void): void } const f = (t: EventTarget) => t.on("a", () => work());',
  "whatever an argument is": 'export function run(room) { room.on("a", () => work()); }',
  "a pid": 'export function run(pid: Pid<any>) { pid.on("a", () => work()); }',
  "once, or until somebody says so":
    'const t = new EventTarget(); t.addEventListener("a", () => work(), { once: true }); t.addEventListener("a", handle, { signal });',
  "until it has what it waits for":
    'await new Promise((resolve, reject) => { local.on("end", () => resolve(1)); local.on("error", reject); });',
  "taken back": 'function run() { local.on("a", run); local.off("a", run); }',
  unsubscribed: "function run() { const all = interval(10).subscribe(() => work()); all.unsubscribe(); }",
  "a listener that comes as an argument": 'export function listen(f) { local.on("a", f); }',
  "an event's name alone": 'local.on("a"); local.emit("b", () => work());',
  "nothing is done": 'local.on("error", () => {});',
  "another property": "const a = { on: 1 }; a.on = () => 2; a.onlook = () => 3;",
};

describe("subscriptions", () => {
  for (const [name, [text, ...expected]] of Object.entries(held)) {
    test(name, () => {
      assert.deepEqual(found(text), expected);
      assert.ok(words.subscriptions.mayHold(text));
    });
  }
  for (const [name, text] of Object.entries(silent)) test(`not: ${name}`, () => assert.deepEqual(found(text), []));

  test("what another file exports", () => {
    const text = `${head}export const bus = new EventEmitter(); export const map = new Map(); const own = new EventEmitter(); export const other: Socket = f();`;
    assert.deepEqual(collectBodies("/a.ts", text, ["emitters"]).emitters, ["bus", "other"]);
  });
});

function found(text: string): readonly string[] {
  return (collectBodies("/a.ts", head + text, ["subscriptions"]).subscriptions ?? []).map(({ text: what, elsewhere }) =>
    elsewhere === null ? what : `${what} ${elsewhere.from} ${elsewhere.name}`,
  );
}
