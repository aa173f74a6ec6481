/**
 * The code server: evaluates built files as modules and holds at most two versions of each actor module, current and old. New versions are
 * evaluated beside the running ones, against a graph in which exactly the changed files and those that import them are new instances;
 * nothing that runs can see them until `commit`. What nobody can reach any more is left to the garbage collector.
 */
import { relative } from "node:path";
import { type Handle, bindHandle, isHandle, moduleOf, pinnedId, versionOf } from "../handle.ts";
import { InstarError } from "../exit.ts";
import type { LoadedModule, ModuleVersion } from "../module.ts";
import type { ReinstantiatedFile } from "../protocol.ts";
import type { BuiltFile, Code, Layer, LoadRequest } from "./built-file.ts";
import { DevError } from "./dev-error.ts";
import { adoptNamespace, type ModuleReference } from "../mfa.ts";
import { type CodeTags, createCodeTags, namedExports, samePrototypes } from "./code-tags.ts";
import { type LoadScope, createLoadScope } from "./load-scope.ts";
import {
  type ActorModule,
  type Link,
  type ModuleInstance,
  type Slot,
  actorExports,
  createInstance,
  evaluate,
  refer,
} from "./module-instance.ts";
import type { ModuleTimer } from "./module-timers.ts";
import type { PackageLoader } from "./package-loader.ts";
import type { SourceMaps } from "./source-maps.ts";

/** A changed module, evaluated and not yet visible. */
export interface PreparedChange {
  readonly module: LoadedModule;
  readonly to: ModuleVersion;
  /** Its own text and shape are the same; something that it imports changed. */
  readonly reinstantiated: boolean;
}

export interface Prepared {
  readonly changes: readonly PreparedChange[];
  /** Modules that were not loaded before; nothing to convert. */
  readonly added: readonly LoadedModule[];
  /** Files whose text is unchanged, and that are evaluated anew all the same because something that they import changed. */
  readonly reinstantiated: readonly ReinstantiatedFile[];
  /** Prototypes of classes that are new ones although their text is the same: the old ones and their successors. */
  readonly prototypes: ReadonlyMap<object, object>;
  /** Makes these modules current, by default all. Synchronous; belongs into the turn of the upgrade's commit. */
  commit(modules?: readonly LoadedModule[]): void;
  /** Makes what the commit replaced current again. Belongs into the turn in which the upgrade is taken back, where both versions are kept. */
  readonly rollBack: () => void;
  /** Forgets what was evaluated, if it was not committed, and what the commit replaced. Call it in any case. */
  settle(): void;
}

/** Code that is no longer current. */
export interface HeldCode {
  readonly module: string;
  readonly vsn: number;
  readonly load: number;
  /** `old`: kept, since processes may still run it. `purged`: dropped, but something still holds a part of it. */
  readonly status: "old" | "purged";
  /** The scripts of this version that no current version shares. */
  readonly urls: ReadonlySet<string>;
  readonly timers: readonly (ModuleTimer & { readonly file: string })[];
}

/** A file that Node has loaded, before the code server was there. */
export interface NativeFile {
  readonly built: BuiltFile;
  readonly namespace: object;
  /** What Node was given to run. */
  readonly text: string;
}

export interface CodeServer {
  /**
   * Takes what Node has loaded for the first version of everything in it: handles stand for modules from then on, and what does not change
   * later stays the one instance that it is. What is imported comes before those that import it.
   */
  adopt(files: readonly NativeFile[]): void;
  /** Evaluates what changed. @throws DevError; then everything is as it was. */
  prepare(request: LoadRequest): Promise<Prepared>;
  readonly modules: ReadonlyMap<string, ActorModule>;
  /** The files that make up the current version of a module: its own, and those that it reaches without passing another actor module. */
  closureOf(id: string): readonly BuiltFile[];
  /** By module id: the modules that each one imports at run time, once these files are loaded. */
  importsOf(layers: readonly Layer[]): ReadonlyMap<string, readonly string[]>;
  /** How `mfa` reaches the current exports of a file, by its path from the root without extension; null where none such is loaded. */
  referenceTo(module: string): ModuleReference | null;
  /** Hashes of the code that is held, which therefore need not be sent again. */
  held(): string[];
  /** Lets go of the old versions that the core has purged, and ends their timers. @returns how many timers there were */
  release(): number;
  /** The code that is no longer current, as far as it exists. What was purged counts until it has been garbage-collected. */
  heldCode(): HeldCode[];
  readonly tags: Pick<CodeTags, "of">;
}

export function createCodeServer(options: {
  readonly root: string;
  readonly packages: PackageLoader;
  readonly maps: SourceMaps;
}): CodeServer {
  const { root, packages, maps } = options;
  const modules = new Map<string, ActorModule>();
  const codes = new Map<string, Code>();
  const loads = new Map<string, number>();
  const tags = createCodeTags();
  const references = new Map<string, ModuleReference>();
  /** All instances whose timers have not been ended. */
  let instances = new Set<ModuleInstance>();
  /** By file: what current versions consist of. */
  let current = new Map<string, ModuleInstance>();
  /** By file: what is evaluated for the first time, and not yet current. */
  const provisional = new Map<string, ModuleInstance>();
  /** Of versions that were pushed out or purged, as long as something of them is alive. */
  let purged: Omit<HeldCode, "status" | "timers">[] = [];
  const alive = new Set<string>();
  const collected = new FinalizationRegistry<string>((url) => alive.delete(url));
  /** How many loads are under way. */
  let preparing = 0;

  async function prepare(request: LoadRequest): Promise<Prepared> {
    preparing++;
    for (const [hash, code] of Object.entries(request.codes)) codes.set(hash, code);
    try {
      for (const layer of request.layers) {
        await Promise.all(layer.files.map((built) => packages.prepare(built.file, built.imports)));
      }
      return evaluateAll(request);
    } catch (error) {
      preparing--;
      settle();
      throw error;
    }
  }

  function evaluateAll(request: LoadRequest): Prepared {
    const fresh: FreshActor[] = [];
    const slots: PendingSlot[] = [];
    const evaluated: ModuleInstance[] = [];
    const scopes = request.layers.map((layer) => createLoadScope(layer, modules, request.shapes));
    for (const scope of scopes) {
      const load: Load = { scope, fresh, slots, evaluated, lazy: new Map(), shapes: request.shapes, depth: 0, done: false };
      for (const file of scope.layer.roots) if (scope.instanceOf(file) === undefined) instantiate(load, file);
      finish(load);
    }
    const { reinstantiated, prototypes } = compareWithCurrent(evaluated);
    const replaced = new Set<ActorModule>();
    let settled = false;
    return {
      reinstantiated,
      prototypes,
      changes: fresh.flatMap(({ record, version, reinstantiated }) =>
        record === null ? [] : [{ module: record.module, to: version, reinstantiated }],
      ),
      added: fresh.flatMap(({ record, instance }) => (record === null ? [moduleOf(instance.handle)] : [])),
      commit(chosen) {
        for (const actor of fresh) {
          const { record } = actor;
          if (record === null ? modules.has(actor.id) : chosen?.includes(record.module) === false) continue;
          register(actor);
          if (record !== null) replaced.add(record);
        }
        point(slots);
        current = collectCurrent();
      },
      rollBack: wayBack(replaced),
      settle() {
        if (settled) return;
        settled = true;
        preparing--;
        // Instances hold on to their load, so it must not hold on to theirs.
        fresh.length = 0;
        slots.length = 0;
        evaluated.length = 0;
        settle();
      },
    };
  }

  /** Apart from what a load knows, since it is kept for as long as the old versions are. */
  function wayBack(replaced: ReadonlySet<ActorModule>): () => void {
    return () => {
      for (const record of replaced) {
        const { current: left, old } = record;
        if (old === null) continue;
        record.current = old;
        record.old = left;
        record.file = old.built.file;
        record.module.file = record.file;
      }
      current = collectCurrent();
    };
  }

  function adopt(files: readonly NativeFile[]): void {
    const natives = new Map<string, ModuleInstance>();
    for (const { built, namespace, text } of files) {
      const instance = createInstance(built, 1);
      const { file } = built;
      natives.set(file, instance);
      loads.set(file, 1);
      instance.module.exports = exportsOfNative(namespace);
      instance.state = "ready";
      tags.add(instance, text);
      refer(instance.module.exports, referenceTo(built));
      adoptNamespace(namespace, referenceTo(built));
      const exported = (instance.module.exports as { default?: unknown }).default;
      // A file that passes on another's handle comes after that.
      if (!isHandle(exported) || [...modules.values()].some((record) => record.handle === exported)) continue;
      const id = pinnedId(exported) ?? built.id;
      const module = moduleOf(exported);
      const holder = modules.get(id);
      if (holder !== undefined) throw idTaken(id, file, holder.file);
      bindHandle(exported, Object.assign(module, { id, file }));
      instance.handle = exported;
      instance.version = module.current;
      modules.set(id, { module, handle: exported, file, current: instance, old: null });
    }
    for (const instance of natives.values()) {
      for (const { specifier, target } of instance.built.imports) {
        const imported = target === null ? undefined : natives.get(target);
        if (imported === undefined) continue;
        const link: Link =
          imported.handle === null ? { kind: "plain", instance: imported } : { kind: "actor", file: imported.built.file, load: 1 };
        instance.links.set(specifier, link);
      }
      instances.add(instance);
    }
    current = collectCurrent();
  }

  /** What is new only because something else is: files, and classes in them. */
  function compareWithCurrent(
    evaluated: readonly ModuleInstance[],
  ): Pick<Prepared, "reinstantiated"> & { prototypes: Map<object, object> } {
    const reinstantiated: ReinstantiatedFile[] = [];
    const prototypes = new Map<object, object>();
    for (const instance of evaluated) {
      const { file, hash } = instance.built;
      // Two layers may have given one file two instances.
      const before = [...reachableFrom([...modules.values()].map((record) => record.current))].filter(({ built }) => built.file === file);
      for (const old of before) for (const [from, to] of samePrototypes(old, instance)) prototypes.set(from, to);
      if (before.some(({ built }) => built.hash === hash)) reinstantiated.push({ file, classes: classesOf(instance) });
    }
    return { reinstantiated, prototypes };
  }

  /** The names of the classes that an instance defines and exports. */
  function classesOf({ url, module }: ModuleInstance): string[] {
    return namedExports(module.exports).flatMap(([name, value]) => {
      const own = typeof value === "function" && tags.of(value)?.url === url;
      return own && Function.prototype.toString.call(value).startsWith("class") ? [name] : [];
    });
  }

  /** A new instance of a file and, through its imports, of everything dirty that it needs. */
  function instantiate(load: Load, file: string): ModuleInstance {
    const built = load.scope.builtOf(file);
    const code = load.lazy.get(file) ?? codes.get(built.hash);
    if (code === undefined) throw new DevError("INSTAR_BUILD_NOT_KEPT", `the code of ${file} is not here any more; save it once more.`);
    const number = (loads.get(file) ?? 0) + 1;
    loads.set(file, number);
    const instance = createInstance(built, number);
    load.scope.fresh.set(file, instance);
    maps.add(instance.url, code.map);
    instances.add(instance);
    load.evaluated.push(instance);
    if (!current.has(file)) provisional.set(file, instance);
    const witness = {};
    alive.add(instance.url);
    collected.register(witness, instance.url);
    load.depth++;
    try {
      evaluate(instance, code, (specifier) => requireFrom(load, instance, specifier), witness);
      identify(load, instance);
      tags.add(instance, code.code);
      refer(instance.module.exports, referenceTo(built));
    } catch (error) {
      throw evaluationError(built, error);
    } finally {
      load.depth--;
    }
    if (load.done && load.depth === 0) finishLate(load);
    return instance;
  }

  /** What `require(specifier)` gives in an instance: called by its imports while it is evaluated, by dynamic imports at any time. */
  function requireFrom(load: Load, importer: ModuleInstance, specifier: string): unknown {
    const edge = importer.built.imports.find((candidate) => candidate.specifier === specifier);
    const linked = importer.links.get(specifier);
    if (linked !== undefined) return linked.kind === "plain" ? exportsOf(load, linked.instance) : exportsOfActor(recordOf(linked.file));
    if (edge?.target === undefined || edge.target === null) return packages.require(importer.built.file, specifier);
    const { target } = edge;
    const current = load.done ? findRecord(target) : undefined;
    if (current !== undefined || !load.scope.contains(target)) {
      const record = current ?? recordOf(target);
      importer.links.set(specifier, { kind: "actor", file: target, load: record.current.load });
      return exportsOfActor(record);
    }
    const instance = load.scope.instanceOf(target) ?? instantiate(load, target);
    importer.links.set(specifier, { kind: "plain", instance });
    return exportsOf(load, instance);
  }

  function exportsOf(load: Load, instance: ModuleInstance): unknown {
    if (instance.state === "ready" && instance.handle === null) return instance.module.exports;
    // An actor module, or one in a cycle of which it is not yet known.
    const slot: Slot = {
      of: () => instance,
      handle: () => (instance.handle === null ? (instance.module.exports as { default?: unknown }).default : stableHandle(load, instance)),
    };
    load.slots.push({ slot, instance });
    return actorExports(slot, referenceTo(instance.built));
  }

  function exportsOfActor(record: ActorModule): unknown {
    return actorExports(slotOf(record), referenceTo(record.current.built));
  }

  /** How `mfa` reaches a file's current exports. Holds no version. */
  function referenceTo({ file, id }: BuiltFile): ModuleReference {
    const known = references.get(file);
    if (known !== undefined) return known;
    const find = (): ModuleInstance | undefined => current.get(file) ?? provisional.get(file);
    const made = { module: id, current: () => (find()?.module.exports as object | undefined) ?? null };
    references.set(file, made);
    return made;
  }

  function stableHandle(load: Load, instance: ModuleInstance): Handle | null {
    return (
      load.fresh.find((actor) => actor.instance === instance)?.record?.handle ?? findRecord(instance.built.file)?.handle ?? instance.handle
    );
  }

  /** Finds out whether a fresh instance is an actor module, and of which id. */
  function identify(load: Load, instance: ModuleInstance): void {
    const { file, hash, id: builtId } = instance.built;
    const before = findRecord(file);
    const exported = (instance.module.exports as { default?: unknown } | null | undefined)?.default;
    // A file that passes on another's handle is no actor module itself.
    const own = isHandle(exported) && !isKnown(load, exported) ? exported : null;
    if (own === null) {
      if (before === undefined) return;
      throw new DevError(
        "INSTAR_KIND_CHANGED",
        `the default export of ${before.module.id} was ${before.module.current.kind}(…) and no longer is, so its processes would have no code. ` +
          "Export the result of actor(…) or supervisor(…) again, or restart the application.",
        { module: before.module.id, place: { file, line: 1, column: 1 } },
      );
    }
    const id = pinnedId(own) ?? builtId;
    const version = versionOf(own, { shape: load.shapes[file] ?? null, load: instance.load });
    const record = modules.get(id) ?? null;
    checkIdentity(load, { id, file, kind: version.kind, before: before ?? null, record });
    instance.handle = own;
    instance.version = version;
    const sameShape = record?.module.current.shape === version.shape || version.shape === null;
    load.fresh.push({ id, instance, version, record, reinstantiated: record?.current.built.hash === hash && sameShape });
  }

  function isKnown(load: Load, handle: Handle): boolean {
    return load.fresh.some((actor) => actor.instance.handle === handle) || [...modules.values()].some((record) => record.handle === handle);
  }

  function register({ id, instance, version, record }: FreshActor): void {
    const handle = instance.handle as Handle;
    if (record === null) {
      const module = moduleOf(handle);
      module.id = id;
      module.file = instance.built.file;
      module.current = version;
      bindHandle(handle, module);
      modules.set(id, { module, handle, file: instance.built.file, current: instance, old: null });
      return;
    }
    bindHandle(handle, record.module);
    record.module.file = instance.built.file;
    record.file = instance.built.file;
    if (record.old !== null) drop(record, record.old);
    record.old = record.current;
    record.current = instance;
  }

  /** Remembers a version that is let go, to be able to say whether something still holds it. */
  function drop({ module }: ActorModule, instance: ModuleInstance): void {
    const urls = new Set([...reachableFrom([instance])].map(({ url }) => url));
    if (instance.version !== null) purged.push({ module: module.id, vsn: instance.version.vsn, load: instance.load, urls });
  }

  /** From the commit on, slots mean the modules' current versions, whatever those are. */
  function point(slots: readonly PendingSlot[]): void {
    for (const { slot, instance } of slots) {
      // Not registered yet, where modules are committed one after the other.
      const record = instance.handle === null ? undefined : findRecord(instance.built.file);
      if (record !== undefined) Object.assign(slot, slotOf(record));
    }
  }

  /** A dynamic import reached new modules, which nothing has been running: they are current at once. */
  function finishLate(load: Load): void {
    for (const actor of load.fresh) if (actor.record === null) register(actor);
    point(load.slots);
    finish(load);
    load.fresh.length = 0;
    load.slots.length = 0;
    load.evaluated.length = 0;
    current = collectCurrent();
    for (const file of current.keys()) provisional.delete(file);
  }

  /** Ends a load: links to actor modules become names, and what is only needed for evaluation is let go. */
  function finish(load: Load): void {
    load.done = true;
    for (const instance of load.scope.fresh.values()) {
      for (const [specifier, link] of instance.links) {
        if (link.kind === "plain" && link.instance.handle !== null) {
          instance.links.set(specifier, { kind: "actor", file: link.instance.built.file, load: link.instance.load });
        }
      }
    }
    const unevaluated = load.scope.unevaluated();
    for (const instance of load.scope.fresh.values()) {
      instance.pending.clear();
      for (const { specifier, target } of instance.built.imports) {
        if (target === null || !unevaluated.some(({ file }) => file === target)) continue;
        instance.pending.set(specifier, load.scope.reachable(target));
      }
    }
    // After the load, the codes of what was not evaluated are nowhere else.
    for (const file of load.lazy.keys()) if (!unevaluated.some((built) => built.file === file)) load.lazy.delete(file);
    for (const built of unevaluated) {
      const code = codes.get(built.hash);
      if (code !== undefined) load.lazy.set(built.file, code);
    }
    load.scope.forget();
  }

  /** Drops maps, code and timers that no current or old version needs. @returns how many timers that ended */
  function settle(): number {
    if (preparing > 0) return 0;
    for (const record of modules.values()) {
      if (record.module.old !== null || record.old === null) continue;
      drop(record, record.old);
      record.old = null;
    }
    const kept = reachableFrom([...modules.values()].flatMap((record) => [record.current, ...(record.old === null ? [] : [record.old])]));
    let ended = 0;
    for (const instance of instances) {
      if (kept.has(instance)) continue;
      maps.delete(instance.url);
      ended += instance.timers.cancel();
    }
    instances = kept;
    provisional.clear();
    current = collectCurrent();
    const hashes = new Set([...kept].map((instance) => instance.built.hash));
    for (const hash of codes.keys()) if (!hashes.has(hash)) codes.delete(hash);
    purged = purged.filter(({ urls }) => [...urls].some((url) => alive.has(url)));
    return ended;
  }

  function collectCurrent(): Map<string, ModuleInstance> {
    const found = new Map<string, ModuleInstance>();
    for (const instance of reachableFrom([...modules.values()].map((record) => record.current))) {
      const { file } = instance.built;
      if ((found.get(file)?.load ?? 0) < instance.load) found.set(file, instance);
    }
    return found;
  }

  function heldCode(): HeldCode[] {
    const serving = reachableFrom([...modules.values()].map((record) => record.current));
    const servingUrls = new Set([...serving].map(({ url }) => url));
    const old = [...modules.values()].flatMap(({ module, old: instance }): HeldCode[] => {
      if (instance === null || instance.version === null) return [];
      const own = [...reachableFrom([instance])].filter((reached) => !serving.has(reached));
      return [
        {
          module: module.id,
          vsn: instance.version.vsn,
          load: instance.load,
          status: "old",
          urls: new Set(own.map(({ url }) => url)),
          timers: own.flatMap(({ built, timers }) => timers.list().map((timer) => ({ ...timer, file: built.file }))),
        },
      ];
    });
    const keptUrls = new Set([...servingUrls, ...old.flatMap(({ urls }) => [...urls])]);
    purged = purged.flatMap((version) => {
      const urls = new Set([...version.urls].filter((url) => alive.has(url) && !keptUrls.has(url)));
      return urls.size === 0 ? [] : [{ ...version, urls }];
    });
    return [...old, ...purged.map((version): HeldCode => ({ ...version, status: "purged", timers: [] }))];
  }

  function findRecord(file: string): ActorModule | undefined {
    for (const record of modules.values()) if (record.file === file) return record;
    return undefined;
  }

  function recordOf(file: string): ActorModule {
    const record = findRecord(file);
    if (record !== undefined) return record;
    throw new DevError(
      "INSTAR_BUILD_NOT_KEPT",
      `${file} is imported, but no version of it is loaded. Upgrade it together with its importer.`,
      {
        place: { file, line: 1, column: 1 },
      },
    );
  }

  function evaluationError({ file, id }: BuiltFile, error: unknown): DevError {
    if (error instanceof DevError) return error;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const code = error instanceof InstarError ? error.code : "INSTAR_EVALUATION_FAILED";
    return new DevError(code, `${relative(root, file)} threw while it was evaluated: ${text}`, {
      place: maps.placeOf(error) ?? { file, line: 1, column: 1 },
      module: id,
      cause: error,
    });
  }

  return {
    adopt,
    prepare,
    modules,
    closureOf(id) {
      const record = modules.get(id);
      if (record === undefined) return [];
      const closure = new Map<string, BuiltFile>();
      for (const { built, pending } of reachableFrom([record.current])) {
        for (const file of [built, ...[...pending.values()].flat()]) closure.set(file.file, file);
      }
      return [...closure.values()];
    },
    importsOf(layers) {
      const files = new Map<string, BuiltFile>();
      for (const { current: instance } of modules.values()) {
        for (const { built } of reachableFrom([instance])) files.set(built.file, built);
      }
      for (const built of layers.flatMap((layer) => layer.files)) files.set(built.file, built);
      const ids = new Map([...modules.values()].map(({ file, module }) => [file, module.id]));
      return new Map([...ids].map(([file, id]) => [id, importedModules(file, files, ids)]));
    },
    referenceTo(module) {
      const found = [...current.values(), ...provisional.values()].find(({ built }) => built.id === module);
      return found === undefined ? null : referenceTo(found.built);
    },
    held: () => [...codes.keys()],
    release: settle,
    heldCode,
    tags,
  };
}

interface FreshActor {
  readonly id: string;
  readonly instance: ModuleInstance;
  readonly version: ModuleVersion;
  /** The module that this is a new version of; null for a new module. */
  readonly record: ActorModule | null;
  readonly reinstantiated: boolean;
}

interface Load {
  readonly scope: LoadScope;
  readonly fresh: FreshActor[];
  readonly slots: PendingSlot[];
  /** All new instances, of all layers. */
  readonly evaluated: ModuleInstance[];
  /** Code of files that only a dynamic import reaches, kept for when it does. */
  readonly lazy: Map<string, Code>;
  readonly shapes: LoadRequest["shapes"];
  /** How many evaluations are on the stack. */
  depth: number;
  done: boolean;
}

interface PendingSlot {
  readonly slot: Slot;
  readonly instance: ModuleInstance;
}

function slotOf(record: ActorModule): Slot {
  return { of: () => record.current, handle: () => record.handle };
}

function checkIdentity(
  { scope, fresh }: Load,
  found: {
    readonly id: string;
    readonly file: string;
    readonly kind: ModuleVersion["kind"];
    readonly before: ActorModule | null;
    readonly record: ActorModule | null;
  },
): void {
  const { id, file, kind, before, record } = found;
  const place = { file, line: 1, column: 1 };
  if (before !== null && before !== record) {
    throw new DevError(
      "INSTAR_KIND_CHANGED",
      `the module ${before.module.id} would become ${id}, so its processes would have no code. Keep its id: \`id: "${before.module.id}"\`.`,
      { module: before.module.id, place },
    );
  }
  const sibling = fresh.find((actor) => actor.id === id && actor.instance.built.file !== file)?.instance.built.file;
  const holder = record !== null && record.file !== file && scope.contains(record.file) ? record.file : sibling;
  if (holder !== undefined) {
    throw idTaken(id, file, holder);
  }
  if (record !== null && record.module.current.kind !== kind) {
    throw new DevError(
      "INSTAR_KIND_CHANGED",
      `the default export of ${id} was ${record.module.current.kind}(…) and is now ${kind}(…); a running process cannot become that. ` +
        "Restart the application.",
      { module: id, place },
    );
  }
}

function idTaken(id: string, file: string, holder: string): DevError {
  return new DevError("INSTAR_MODULE_ID_TAKEN", `${file} and ${holder} both have the module id ${id}; give one of them another \`id\`.`, {
    module: id,
    place: { file, line: 1, column: 1 },
  });
}

/** A module's exports as the code of later versions, which is CommonJS, expects them. */
function exportsOfNative(namespace: object): object {
  const { default: exported } = namespace as { readonly default?: unknown };
  // Node gives all that CommonJS code exports as its default export; an object with this mark was an ES module before it was compiled.
  if (typeof exported === "object" && exported !== null && "__esModule" in exported) return exported;
  const exports = Object.defineProperty({}, "__esModule", { value: true });
  for (const name of Object.keys(namespace)) {
    Object.defineProperty(exports, name, { enumerable: true, get: () => (namespace as Record<string, unknown>)[name] });
  }
  return exports;
}

/** The modules that a file reaches without passing another one. */
function importedModules(start: string, files: ReadonlyMap<string, BuiltFile>, ids: ReadonlyMap<string, string>): string[] {
  const found = new Set<string>();
  const seen = new Set([start]);
  // It grows while it is read.
  for (const file of seen) {
    for (const { target } of files.get(file)?.imports ?? []) {
      if (target === null) continue;
      const id = ids.get(target);
      if (id === undefined) seen.add(target);
      else found.add(id);
    }
  }
  return [...found];
}

/** The instances, and all plain ones that they reach. */
function reachableFrom(starts: readonly ModuleInstance[]): Set<ModuleInstance> {
  const found = new Set<ModuleInstance>();
  const waiting = [...starts];
  for (let instance = waiting.pop(); instance !== undefined; instance = waiting.pop()) {
    if (found.has(instance)) continue;
    found.add(instance);
    for (const link of instance.links.values()) if (link.kind === "plain") waiting.push(link.instance);
  }
  return found;
}
