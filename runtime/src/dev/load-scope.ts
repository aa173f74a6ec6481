/**
 * Which files a load concerns, and which of them need a new instance: those whose text or shape changed, and those that import such a file,
 * directly or not. The chain ends at an actor module whose importers use its default export alone, since a handle never changes.
 */
import type { BuiltFile, ImportEdge, Layer, ShapeHashes } from "./built-file.ts";
import { DevError } from "./dev-error.ts";
import type { ActorModule, ModuleInstance } from "./module-instance.ts";

export interface LoadScope {
  readonly layer: Layer;
  /** New instances by file, filled by the code server. */
  readonly fresh: Map<string, ModuleInstance>;
  /** Whether the file is part of this load; one that is not is an actor module, reached through its handle. */
  contains(file: string): boolean;
  isDirty(file: string): boolean;
  /** The instance that this load uses for a file: a new one, or the one that is unchanged. */
  instanceOf(file: string): ModuleInstance | undefined;
  builtOf(file: string): BuiltFile;
  /** Files that have no instance, since only dynamic imports lead to them and none has been reached. */
  unevaluated(): BuiltFile[];
  /** A file of the scope and everything in the scope that it reaches. */
  reachable(file: string): readonly BuiltFile[];
  /**
   * Lets go of the instances that no unevaluated file can ask for any more, and of all actor modules, which are reached by their records
   * from now on. Old code that can still import holds on to its load.
   */
  forget(): void;
}

export function createLoadScope(layer: Layer, modules: ReadonlyMap<string, ActorModule>, shapes: ShapeHashes): LoadScope {
  const files = new Map(layer.files.map((built) => [built.file, built]));
  const actors = new Map([...modules.values()].map((record) => [record.file, record]));
  const scope = collectScope(layer, files, actors);
  const live = collectLive(modules);
  const candidates = new Map<string, ModuleInstance>();
  const dirty = new Set<string>();

  for (const file of scope) {
    const built = builtOf(file);
    const actor = actors.get(file);
    const same = (actor === undefined ? (live.get(file) ?? []) : [actor.current]).filter(({ built: { hash } }) => hash === built.hash);
    const candidate = same.reduce<ModuleInstance | undefined>(
      (best, next) => (best === undefined || next.load > best.load ? next : best),
      undefined,
    );
    const loadedShape = actor?.module.current.shape ?? null;
    const newShape = shapes[file] ?? null;
    const reshaped = actor !== undefined && loadedShape !== null && newShape !== null && loadedShape !== newShape;
    // A file without any instance is new, or waits behind a dynamic import: then its importers tell whether it matters.
    const changed = candidate === undefined && (actor !== undefined || live.has(file));
    if (changed || reshaped) dirty.add(file);
    if (candidate !== undefined) candidates.set(file, candidate);
  }

  for (let grown = true; grown;) {
    grown = false;
    for (const file of scope) {
      const candidate = candidates.get(file);
      if (dirty.has(file) || candidate === undefined) continue;
      if (!builtOf(file).imports.some((edge) => isStale(candidate, edge))) continue;
      dirty.add(file);
      grown = true;
    }
  }

  function isStale(importer: ModuleInstance, edge: ImportEdge): boolean {
    const { target } = edge;
    const link = importer.links.get(edge.specifier);
    if (target === null) return link !== undefined;
    const actor = actors.get(target);
    if (actor === undefined) {
      if (dirty.has(target)) return true;
      const pending = importer.pending.get(edge.specifier);
      if (link === undefined && !candidates.has(target)) return pending === undefined || !isSame(pending, reachable(target));
      return link !== undefined && (link.kind === "actor" || link.instance !== candidates.get(target));
    }
    if (link !== undefined && (link.kind === "plain" || link.file !== target)) return true;
    if (edge.defaultOnly) return false;
    return dirty.has(target) || (link?.kind === "actor" && link.load !== actor.current.load);
  }

  function builtOf(file: string): BuiltFile {
    const built = files.get(file);
    if (built === undefined) throw new DevError("INSTAR_BUILD_NOT_KEPT", `${file} is not part of the build.`);
    return built;
  }

  function reachable(start: string): readonly BuiltFile[] {
    const found = new Map<string, BuiltFile>();
    const waiting = [start];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (found.has(file) || !scope.has(file)) continue;
      const built = builtOf(file);
      found.set(file, built);
      for (const { target } of built.imports) if (target !== null) waiting.push(target);
    }
    return [...found.values()];
  }

  const fresh = new Map<string, ModuleInstance>();
  /** Of all instances that this load used, also after they have been let go. */
  const evaluated = new Set(candidates.keys());
  const unevaluated = (): BuiltFile[] => {
    for (const file of fresh.keys()) evaluated.add(file);
    return [...scope].filter((file) => !evaluated.has(file)).map(builtOf);
  };
  return {
    layer,
    fresh,
    contains: (file) => scope.has(file),
    isDirty: (file) => dirty.has(file),
    instanceOf: (file) => fresh.get(file) ?? (dirty.has(file) ? undefined : candidates.get(file)),
    builtOf,
    unevaluated,
    reachable,
    forget() {
      const needed = new Set(unevaluated().flatMap(({ file }) => reachable(file).map((built) => built.file)));
      for (const instances of [fresh, candidates]) {
        for (const [file, { handle }] of instances) if (!needed.has(file) || handle !== null) instances.delete(file);
      }
    },
  };
}

function isSame(before: readonly BuiltFile[], now: readonly BuiltFile[]): boolean {
  const hashes = new Map(before.map(({ file, hash }) => [file, hash]));
  return before.length === now.length && now.every(({ file, hash }) => hashes.get(file) === hash);
}

/** Everything that the roots reach in the layer. A loaded actor module that is no root stays as it is. */
function collectScope(layer: Layer, files: ReadonlyMap<string, BuiltFile>, actors: ReadonlyMap<string, ActorModule>): ReadonlySet<string> {
  const roots = new Set(layer.roots);
  const scope = new Set<string>();
  const waiting = [...layer.roots];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (scope.has(file)) continue;
    const built = files.get(file);
    if (built === undefined) {
      throw new DevError(
        "INSTAR_BUILD_NOT_KEPT",
        `the kept build does not contain ${file}, which it needs. Check out the version that you want and upgrade to it instead.`,
        { place: { file, line: 1, column: 1 } },
      );
    }
    scope.add(file);
    for (const { target } of built.imports) if (target !== null && (roots.has(target) || !actors.has(target))) waiting.push(target);
  }
  return scope;
}

/** All instances that current versions consist of, by file. */
function collectLive(modules: ReadonlyMap<string, ActorModule>): ReadonlyMap<string, readonly ModuleInstance[]> {
  const live = new Map<string, ModuleInstance[]>();
  const seen = new Set<ModuleInstance>();
  const waiting = [...modules.values()].map((record) => record.current);
  for (let instance = waiting.pop(); instance !== undefined; instance = waiting.pop()) {
    if (seen.has(instance)) continue;
    seen.add(instance);
    live.set(instance.built.file, [...(live.get(instance.built.file) ?? []), instance]);
    for (const link of instance.links.values()) if (link.kind === "plain") waiting.push(link.instance);
  }
  return live;
}
