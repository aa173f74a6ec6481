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
  /** Files that need a new instance and, being imported dynamically, have none yet. */
  unevaluated(): BuiltFile[];
  /** Lets go of all instances. */
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
    if (candidate === undefined || reshaped) dirty.add(file);
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

  const fresh = new Map<string, ModuleInstance>();
  return {
    layer,
    fresh,
    contains: (file) => scope.has(file),
    isDirty: (file) => dirty.has(file),
    instanceOf: (file) => fresh.get(file) ?? (dirty.has(file) ? undefined : candidates.get(file)),
    builtOf,
    unevaluated: () => [...dirty].filter((file) => !fresh.has(file)).map(builtOf),
    forget() {
      fresh.clear();
      candidates.clear();
    },
  };
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
