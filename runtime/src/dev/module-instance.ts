/**
 * One evaluated version of one file: its script, its exports, and what it is linked to. What importers get depends on the kind of module:
 * a plain module's exports as they are, an actor module's through a slot that always means the current version.
 */
import { pathToFileURL } from "node:url";
import { dirname } from "node:path";
import type { BuiltFile, Code } from "./built-file.ts";
import type { Handle } from "../handle.ts";
import { type ModuleReference, moduleReference, referencesOfExports } from "../mfa.ts";
import type { LoadedModule, ModuleVersion } from "../module.ts";
import { runScript } from "./run-script.ts";
import { type ModuleTimers, createModuleTimers, timerNames } from "./module-timers.ts";

export interface ModuleInstance {
  readonly built: BuiltFile;
  /** Counts the instances of a file from 1; appears in the script's URL as `?v=`. */
  readonly load: number;
  readonly url: string;
  /** CommonJS's `module`. esbuild's code replaces `exports` at its start, so it is read late. */
  readonly module: { exports: unknown };
  /** Set as soon as the default export is known to be a handle. */
  handle: Handle | null;
  /** Of an actor or supervisor module: the version of it that this instance is. */
  version: ModuleVersion | null;
  readonly timers: ModuleTimers;
  state: "new" | "evaluating" | "ready";
  /** By specifier, filled as the code asks. An actor module is linked by name, so that importers keep no version of it alive. */
  readonly links: Map<string, Link>;
  /** By specifier: the files behind dynamic imports that were not reached when the load ended. */
  readonly pending: Map<string, readonly BuiltFile[]>;
}

export type Link =
  | { readonly kind: "plain"; readonly instance: ModuleInstance }
  | { readonly kind: "actor"; readonly file: string; readonly load: number };

/** An actor or supervisor module as the code server knows it: one for each module id, whatever its version. */
export interface ActorModule {
  readonly module: LoadedModule;
  /** The handle of the first version, which importers of all versions get. */
  readonly handle: Handle;
  file: string;
  current: ModuleInstance;
  old: ModuleInstance | null;
}

export function createInstance(built: BuiltFile, load: number): ModuleInstance {
  const url = `${pathToFileURL(built.file).href}?v=${load}`;
  return {
    built,
    load,
    url,
    module: { exports: {} },
    handle: null,
    version: null,
    timers: createModuleTimers(),
    state: "new",
    links: new Map(),
    pending: new Map(),
  };
}

/**
 * Runs an instance's code. What it throws is thrown.
 *
 * @param witness Can be reached for as long as a function of the instance can.
 */
export function evaluate(instance: ModuleInstance, code: Code, require: (specifier: string) => unknown, witness: object): void {
  instance.state = "evaluating";
  const { file } = instance.built;
  const meta = { url: pathToFileURL(file).href, filename: file, dirname: dirname(file) };
  const { exports } = instance.module;
  const body = compile(instance.url, code)(
    exports,
    require,
    instance.module,
    meta,
    file,
    dirname(file),
    witness,
    ...instance.timers.functions,
  );
  Reflect.apply(body, exports, []);
  instance.state = "ready";
}

type Wrapper = (...context: unknown[]) => () => void;

/**
 * The wrapper stands on the first line, so that the map's lines stay right; its inline map is for debuggers. What the code is given are the
 * parameters of an outer function, so that it may have names of its own like them, `__filename` for example. The arrow function at the end
 * is never called: because it stands there, everything else that is defined in the code holds the witness.
 */
function compile(url: string, { code, map }: Code): Wrapper {
  // In two parts: whoever looks for a line that begins like this in what is built of this file would take it for the file's own.
  const inline =
    map === "" ? "" : ["\n//", `# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}`].join("");
  const text = `(function(${parameters}){return function(){${code}\n;()=>__witness}})${inline}`;
  return runScript(text, url) as Wrapper;
}

const parameters = ["exports", "require", "module", "__meta", "__filename", "__dirname", "__witness", ...timerNames].join(",");

/**
 * Makes the exports known to `mfa`: an ES module's on their prototype, which `import * as all` keeps in its copy. What a CommonJS module or
 * JSON exports is the application's own object, and stays as it is.
 */
export function refer(exports: unknown, reference: ModuleReference): void {
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return;
  if (Object.hasOwn(exports, "__esModule")) Object.setPrototypeOf(exports, referring(reference));
  else referencesOfExports.set(exports, reference);
}

function referring(reference: ModuleReference): object {
  return Object.create(Object.prototype, { [moduleReference]: { value: reference } }) as object;
}

/**
 * What importers of an actor module hold: the stable handle as `default`, everything else from the version that the slot means. The slot
 * is pointed at the module's current version at the commit, so no importer keeps an old one.
 */
export interface Slot {
  of: () => ModuleInstance;
  /** The stable handle; during a cycle's first evaluation there is none yet. */
  handle: () => unknown;
}

export function actorExports(slot: Slot, reference: ModuleReference): unknown {
  const exports = Object.create(referring(reference)) as object;
  Object.defineProperty(exports, "__esModule", { value: true });
  Object.defineProperty(exports, "default", { enumerable: true, get: () => slot.handle() });
  for (const name of Object.keys(slot.of().module.exports as object)) {
    if (name === "default") continue;
    const get = (): unknown => (slot.of().module.exports as Record<string, unknown>)[name];
    Object.defineProperty(exports, name, { enumerable: true, get });
  }
  return exports;
}
