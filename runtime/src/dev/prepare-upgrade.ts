/**
 * `createPreparations`: what an upgrade goes to, wherever that comes from: from the disk, or from the builds that are kept. The code and the
 * shapes, as one load for the application, or for a new process; nothing is changed by that.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import type { DowngradeParams } from "../protocol.ts";
import type { BuildStore, Manifest } from "./build-store.ts";
import type { Build, Builder } from "./builder.ts";
import type { BuiltFile, Code, Layer, LoadRequest, ShapeHashes } from "./built-file.ts";
import type { GoneModule, Loaded, LoadedVersion } from "./child-protocol.ts";
import { DevError } from "./dev-error.ts";
import type { ShapeComparison } from "./options.ts";
import { refuseOtherIds } from "./refuse-other-ids.ts";
import type { AskedModule, ShapeQuestions } from "./shape-questions.ts";

export interface Prepared {
  readonly load: LoadRequest;
  readonly gone: readonly GoneModule[];
  readonly comparison: ShapeComparison;
}

/** Whom the code is for: one that runs holds a part of it already. */
export type Receiver = "application" | "new process";

export interface Preparations {
  /** @param only the ids of modules; null for all, and for those that are new */
  fromDisk(only: readonly string[] | null, receiver: Receiver): Promise<Prepared>;
  fromStore(targets: DowngradeParams["targets"], receiver: Receiver): Promise<Prepared>;
  kept(manifests: readonly Manifest[], receiver: Receiver): Promise<Prepared>;
  /** What a new application starts from. Its shapes are asked for while it starts. */
  first(): Promise<{ readonly load: LoadRequest; readonly shapes: () => Promise<ShapeHashes> }>;
  /** All of this code for a process that holds none; null where it is not kept, or where modules ran with different versions of a file. */
  whole(manifests: readonly Manifest[]): LoadRequest | null;
  loadedModule(id: string): LoadedVersion;
  /** Every edit of a file that is built, and everything that is loaded, gives another one. */
  stampOf(prepared: Prepared): string;
}

export function createPreparations(options: {
  readonly root: string;
  readonly entry: string | null;
  readonly builder: Builder;
  readonly store: BuildStore;
  readonly shapes: ShapeQuestions;
  /** What the application has loaded now. */
  readonly loaded: () => Loaded;
}): Preparations {
  const { root, entry, builder, store, shapes, loaded } = options;

  async function fromDisk(only: readonly string[] | null, receiver: Receiver): Promise<Prepared> {
    const there = loaded().modules;
    const chosen = only === null ? there : only.map((id) => loadedModule(id));
    const files = chosen.map(({ file }) => file).filter((file) => existsSync(file) || only !== null);
    // Of the other modules, nothing is read when only some were asked for: they may be in the middle of an edit.
    const boundary = only === null ? [] : there.filter(({ id }) => !only.includes(id)).map(({ file }) => file);
    const roots = only === null && entry !== null ? [...new Set([entry, ...files])] : files;
    // The analysis reads the sources, not what was built of them: both at once.
    const describing = shapes.describe(chosen.filter(({ file }) => files.includes(file)));
    const built = await builder.build(roots, new Set(boundary));
    refuseOtherIds(root, {
      running: there,
      files: built.files,
      keepsId: ({ id, file }) => possibleIds(built, file).includes(id),
    });
    const all = [...built.files.values()];
    const hashes = { ...(await describing), ...(await shapes.describe(newModules(built, loaded().modules))) };
    const comparison = await shapes.compare(loaded().modules, { hashes, files: all, fromSources: true });
    // Last, since what the application holds may be purged while the analysis thinks.
    const load = loadRequest([{ roots, files: all }], { hashes, codeOf: codeFromBuilder, receiver });
    return { load, gone: only === null ? goneModules(built) : [], comparison };
  }

  async function kept(manifests: readonly Manifest[], receiver: Receiver): Promise<Prepared> {
    const hashes = shapesOf(manifests);
    const files = manifests.flatMap((manifest) => manifest.files);
    const comparison = await shapes.compare(loaded().modules, { hashes, files, fromSources: false });
    const load = loadRequest(toLayers(manifests), { hashes, codeOf: (built) => store.codeOf(built), receiver });
    return { load, gone: [], comparison };
  }

  /** Most often the file has only moved, and with the path the module's id changed. */
  function goneModules(build: Build): GoneModule[] {
    const gone = loaded().modules.filter(({ file }) => !existsSync(file));
    if (gone.length === 0) return [];
    const there = new Set([...build.files.keys()].flatMap((file) => possibleIds(build, file)));
    return gone.flatMap(({ id, file }) => (there.has(id) ? [] : [{ id, file }]));
  }

  /** Everything in the build that is not loaded and may be an actor module. The analysis leaves out what is none. */
  function newModules(build: Build, there: readonly LoadedVersion[]): AskedModule[] {
    return [...build.files.values()].flatMap(({ file, imports }) => {
      if (there.some((module) => module.file === file) || !imports.some(({ specifier }) => specifier === "instar")) return [];
      return possibleIds(build, file).map((id) => ({ id, file }));
    });
  }

  /** A module that was never loaded has the id of its path, or a literal one somewhere in its text. */
  function possibleIds({ files, sources }: Build, file: string): string[] {
    const literals = [...(sources.get(file) ?? "").matchAll(/\bid:\s*(["'`])([^"'`\n]+)\1/g)].map((match) => match[2] ?? "");
    return [...new Set([...(files.has(file) ? [(files.get(file) as BuiltFile).id] : []), ...literals])];
  }

  function loadRequest(
    layers: readonly Layer[],
    {
      hashes,
      codeOf,
      receiver,
    }: { readonly hashes: ShapeHashes; readonly codeOf: (built: BuiltFile) => Code | undefined; readonly receiver: Receiver },
  ): LoadRequest {
    const held = new Set(receiver === "application" ? loaded().held : []);
    const codes: Record<string, Code> = {};
    for (const built of layers.flatMap(({ files }) => files)) {
      const code = held.has(built.hash) ? undefined : codeOf(built);
      if (code !== undefined) codes[built.hash] = code;
    }
    return { layers, codes, shapes: hashes };
  }

  function loadedModule(id: string): LoadedVersion {
    const found = loaded().modules.find((module) => module.id === id);
    if (found !== undefined) return found;
    const known = loaded()
      .modules.map((module) => module.id)
      .join(", ");
    throw new DevError("INSTAR_MODULE_UNKNOWN", `no module ${id} is loaded. Loaded are: ${known}.`, { module: id });
  }

  function keptBuild({ id, file }: LoadedVersion, vsn: number): Manifest {
    const manifest = store.find(id, vsn);
    // The module may have moved since then.
    if (manifest !== null) return manifest;
    const versions = store.versions(id);
    const kept = versions.length === 0 ? "No build of it is kept" : `Kept: version ${versions.join(", ")}`;
    throw new DevError(
      "INSTAR_BUILD_NOT_KEPT",
      `there is no kept build of version ${vsn} of ${id} in .instar/builds. ${kept}. ` +
        "Check that version out in a copy of the working tree and upgrade to it from there, or choose a kept one.",
      { module: id, place: { file, line: 1, column: 1 } },
    );
  }

  const codeFromBuilder = ({ hash }: BuiltFile): Code | undefined => builder.codeOf(hash);

  return {
    fromDisk,
    // Asynchronous, so that all of them fail in one way.
    fromStore: async (targets, receiver) =>
      kept(
        targets.map(({ module, vsn }) => keptBuild(loadedModule(module), vsn)),
        receiver,
      ),
    kept,
    async first() {
      const roots = entry === null ? [] : [entry];
      const built = await builder.build(roots);
      const load = loadRequest([{ roots, files: [...built.files.values()] }], {
        hashes: {},
        codeOf: codeFromBuilder,
        receiver: "new process",
      });
      // Whoever edits while the application starts edits the next version.
      return { load, shapes: () => shapes.describe(newModules(built, []), Object.fromEntries(built.sources)) };
    },
    whole(manifests) {
      const [layer, ...others] = toLayers(manifests.toSorted((one, other) => Number(other.file === entry) - Number(one.file === entry)));
      if (layer === undefined || others.length > 0) return null;
      const codes = Object.fromEntries(
        layer.files.flatMap((built) => {
          const code = builder.codeOf(built.hash) ?? store.codeOf(built);
          return code === undefined ? [] : [[built.hash, code]];
        }),
      );
      return layer.files.every(({ hash }) => hash in codes) ? { layers: [layer], codes, shapes: shapesOf(manifests) } : null;
    },
    loadedModule,
    stampOf({ load, gone }) {
      const built = load.layers.flatMap(({ files }) => files.map(({ file, hash }) => `${file} ${hash}`)).toSorted();
      const running = loaded()
        .modules.map(({ id, vsn, load: nth }) => `${id} ${vsn} ${nth}`)
        .toSorted();
      return createHash("sha256")
        .update(JSON.stringify([built, running, gone.map(({ id }) => id)]))
        .digest("hex")
        .slice(0, 16);
    },
  };
}

export function toManifest({ id, vsn, shape, file, closure }: LoadedVersion): Manifest {
  return { module: id, vsn, shape, file, files: closure };
}

function shapesOf(manifests: readonly Manifest[]): ShapeHashes {
  return Object.fromEntries(manifests.flatMap(({ file, shape }) => (shape === null ? [] : [[file, shape]])));
}

/** As few layers as possible, since modules of one layer share the instances of what they both import. */
function toLayers(manifests: readonly Manifest[]): Layer[] {
  const layers: { roots: string[]; files: Map<string, BuiltFile> }[] = [];
  for (const { file, files } of manifests) {
    const fits = layers.find((layer) => files.every((built) => (layer.files.get(built.file)?.hash ?? built.hash) === built.hash));
    const layer = fits ?? { roots: [], files: new Map<string, BuiltFile>() };
    if (fits === undefined) layers.push(layer);
    layer.roots.push(file);
    for (const built of files) layer.files.set(built.file, built);
  }
  return layers.map(({ roots, files }) => ({ roots, files: [...files.values()] }));
}
