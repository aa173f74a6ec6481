/**
 * Another tree of the same project, such as that of a git ref, as what its modules are compared with. What counts is what its sources
 * say; where they cannot be read well enough, its snapshots. Whatever is not as one would expect becomes a note.
 */
import { ProjectBodies } from "./bodies/bodies.ts";
import type { Compiler } from "./compiler.ts";
import type { ActorSource, Baseline, EarlierTree, Reading } from "./facts.ts";
import type { Note } from "./model.ts";
import { nameOf, relativeTo } from "./paths.ts";
import { isUnresolved } from "./protocol-shapes.ts";
import { ProjectReadings } from "./readings.ts";
import { snapshotReader } from "./read-snapshot.ts";
import { SnapshotFolder } from "./snapshots.ts";
import type { SourceHost } from "./source-host.ts";

/** Whatever gives modules something else than their newest snapshots to be compared with. */
export interface BaselineSource {
  /** Reads what is needed, once. Yields between files. */
  read(): Generator<void, void>;
  /** Finds each module of now. The same modules have the same baselines, as an object. */
  match(sources: readonly ActorSource[]): Baselines;
  /** Null where it is no tree of sources. */
  readonly earlier: EarlierTree | null;
}

/** A tree to compare with. */
export interface Against {
  /** Its files, under the paths of this project. */
  readonly host: SourceHost;
  /** As messages call it: `main`, the merge base with main. */
  readonly name: string;
  /** What an earlier run read of the same files; undefined where there is none. */
  recall(): readonly Reading[] | undefined;
  keep(readings: readonly Reading[]): void;
  /** What has to be known of it, as far as it was read. */
  notes(): readonly Note[];
}

export interface Baselines {
  /** By the id that a module has now. A module that is not among them is new. */
  readonly bases: ReadonlyMap<string, Baseline>;
  readonly notes: readonly Note[];
}

export class TreeBaselines implements BaselineSource {
  readonly earlier: EarlierTree;
  readonly #against: Against;
  readonly #root: string;
  readonly #readings: ProjectReadings;
  readonly #releases: SnapshotFolder;
  #read: readonly Reading[] | undefined;
  #matched: { readonly key: string; readonly baselines: Baselines } | undefined;

  /** @param compiler gives the compiler, or throws. */
  constructor(against: Against, root: string, compiler: () => Compiler) {
    this.#against = against;
    this.#root = root;
    this.#readings = new ProjectReadings(against.host, root, compiler);
    this.#releases = new SnapshotFolder(against.host, root, snapshotReader(compiler));
    const bodies = new ProjectBodies(
      against.host,
      () => [],
      () => compiler().collectBodies,
    );
    this.earlier = { name: against.name, bodies };
  }

  *read(): Generator<void, void> {
    if (this.#read !== undefined) return;
    this.#read = this.#against.recall();
    if (this.#read !== undefined) return;
    this.#read = yield* this.#readings.read();
    this.#against.keep(this.#read);
  }

  match(sources: readonly ActorSource[]): Baselines {
    const key = JSON.stringify(sources.map(({ id, vsn, protocol }) => [id, vsn, protocol.name]));
    if (this.#matched?.key !== key) this.#matched = { key, baselines: this.#match(sources) };
    return this.#matched.baselines;
  }

  #match(sources: readonly ActorSource[]): Baselines {
    const readings = this.#read ?? [];
    const there = new Map(readings.flatMap((reading) => (reading.actor === null ? [] : [[reading.actor.id, reading]])));
    const notes: Note[] = [...this.#against.notes()];
    const bases = new Map<string, Baseline>();
    const moved = movedModules(sources, there);
    for (const source of sources) {
      const from = moved.get(source.id) ?? source.id;
      const base = this.#baseline(
        from,
        there.get(from),
        readings.find(({ file }) => file === source.file),
        notes,
      );
      if (base === null) continue;
      bases.set(source.id, base);
      if (from !== source.id) notes.push(movedNote(source, from, this.#against.name));
      else if (source.vsn !== null && base.vsn > source.vsn) notes.push(aheadNote(source, base, this.#against.name));
    }
    const now = new Set([...sources.map(({ id }) => id), ...moved.values()]);
    for (const [id, { file }] of there) {
      if (now.has(id)) continue;
      notes.push({
        code: "INSTAR_BASELINE_REMOVED",
        module: id,
        message: `${id} is an actor module at ${this.#against.name} (${relativeTo(this.#root, file)}) and is none here: its processes have no code to go on with. If it was moved, pin its old id with id: "${id}" where it is now; if it was deleted, see that none of its processes are left.`,
      });
    }
    return { bases, notes };
  }

  #baseline(id: string, reading: Reading | undefined, atPath: Reading | undefined, notes: Note[]): Baseline | null {
    const { name } = this.#against;
    const snapshots = this.#releases.of(id);
    const source = reading?.actor ?? null;
    const broken = reading?.syntax ?? atPath?.syntax ?? null;
    const unresolved = source !== null && isUnresolved(source.protocol);
    const common = { id, source: "git", name, snapshots } as const;
    const own: Baseline | null =
      source === null || source.vsn === null
        ? null
        : {
            ...common,
            vsn: source.vsn,
            file: source.file,
            shapes: source.protocol,
            label: `version ${source.vsn} at ${name}`,
            steps: source.steps,
          };
    if (own !== null && broken === null && !unresolved) return own;
    const release = snapshots.findLast(({ vsn, parsed }) => parsed.kind === "ok" && (own === null || vsn === own.vsn));
    if (source === null && broken === null && snapshots.length === 0) return null;
    const why =
      broken !== null
        ? `does not parse there (line ${broken.range.start.line}: ${broken.text})`
        : source === null
          ? "is no actor module there, although it was released before"
          : source.vsn === null
            ? "does not say its vsn as a literal there"
            : "refers to types that cannot be found there (packages are those that are installed now, and generated files are in no commit)";
    const instead =
      release !== undefined
        ? `its snapshot of version ${release.vsn} there is compared with`
        : own !== null
          ? "what could be read of it is compared with, and what could not is unknown"
          : "it is compared with nothing";
    notes.push({ code: "INSTAR_BASELINE_BROKEN", module: id, message: `${id} ${why}, so at ${name} ${instead}.` });
    if (release === undefined || release.parsed.kind !== "ok") return own;
    const { vsn, file, parsed } = release;
    return { ...common, vsn, file, shapes: parsed.shapes, label: `the snapshot of version ${vsn} at ${name}`, steps: source?.steps ?? [] };
  }
}

/** Modules with another id than there: what is missing there and what is missing here, and has the same protocol or the same file name. */
function movedModules(sources: readonly ActorSource[], there: ReadonlyMap<string, Reading>): ReadonlyMap<string, string> {
  const ids = new Set(sources.map(({ id }) => id));
  const gone = [...there].flatMap(([id, { actor }]) => (ids.has(id) || actor === null ? [] : [actor]));
  const fresh = sources.filter(({ id }) => !there.has(id));
  const moved = new Map<string, string>();
  const alike: readonly ((one: ActorSource, other: ActorSource) => boolean)[] = [
    (one, other) => one.file === other.file,
    (one, other) => nameOf(one.file) === nameOf(other.file) && one.protocol.name === other.protocol.name,
    (one, other) => one.protocol.name === other.protocol.name,
  ];
  for (const same of alike) {
    for (const source of fresh) {
      if (moved.has(source.id)) continue;
      const [old, ...others] = gone.filter((each) => !taken(moved, each.id) && same(each, source));
      // What could be two is none.
      if (old === undefined || others.length > 0 || fresh.some((each) => each !== source && !moved.has(each.id) && same(old, each)))
        continue;
      moved.set(source.id, old.id);
    }
  }
  return moved;
}

function taken(moved: ReadonlyMap<string, string>, id: string): boolean {
  return [...moved.values()].includes(id);
}

function movedNote({ id }: ActorSource, from: string, name: string): Note {
  return {
    code: "INSTAR_BASELINE_MOVED",
    module: id,
    message: `${id} was ${from} at ${name}, and is compared with that. To a running system it is another module, and the processes of ${from} have no code to go on with: pin the old id with id: "${from}" beside its vsn.`,
  };
}

function aheadNote({ id, vsn }: ActorSource, base: Baseline, name: string): Note {
  return {
    code: "INSTAR_BASELINE_AHEAD",
    module: id,
    message: `${id} is version ${base.vsn} at ${name} and version ${vsn} here, so what is compared is a downgrade. To see only what changed on this branch, add --merge-base.`,
  };
}
