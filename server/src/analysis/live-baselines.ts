/**
 * What a running system has loaded, as what its modules are compared with. It says a version and a hash; the shape behind them is that of
 * a snapshot, or the declaration that the system's own analysis gave for it.
 */
import type { Baselines, BaselineSource } from "./baselines.ts";
import type { Compiler } from "./compiler.ts";
import type { ActorSource, Baseline, Drift, OldCode } from "./facts.ts";
import type { Note } from "./model.ts";
import { snapshotReader } from "./read-snapshot.ts";
import { shapeHash } from "./shape.ts";
import type { ParseSnapshot, SnapshotFolder } from "./snapshots.ts";

/** A running system to compare with. */
export interface AgainstLive {
  /** Of the runtime. */
  readonly live: string;
  readonly modules: readonly LiveModule[];
}

export interface LiveModule {
  readonly id: string;
  readonly vsn: number;
  /** How many it has of it. */
  readonly processes: number;
  /** Hash of the state's shape; null where the system has no analysis. */
  readonly shape: string | null;
  /** That shape as a snapshot without messages. */
  readonly declaration: string | null;
  /** What was found wrong with its states. */
  readonly drift: Drift | null;
  /** What it has of other versions. */
  readonly oldCode: readonly OldCode[];
}

export class LiveBaselines implements BaselineSource {
  readonly earlier = null;
  readonly #against: AgainstLive;
  readonly #releases: SnapshotFolder;
  readonly #parse: ParseSnapshot;
  #matched: { readonly key: string; readonly baselines: Baselines } | undefined;

  /** @param releases of this project: a released version says its messages, too. */
  constructor(against: AgainstLive, releases: SnapshotFolder, compiler: () => Compiler) {
    this.#against = against;
    this.#releases = releases;
    this.#parse = snapshotReader(compiler);
  }

  *read(): Generator<void, void> {}

  match(sources: readonly ActorSource[]): Baselines {
    const key = JSON.stringify(sources.map(({ id, vsn, protocol }) => [id, vsn, shapeHash(protocol.state)]));
    if (this.#matched?.key !== key) this.#matched = { key, baselines: this.#match(sources) };
    return this.#matched.baselines;
  }

  #match(sources: readonly ActorSource[]): Baselines {
    const notes: Note[] = [];
    const bases = new Map<string, Baseline>();
    for (const source of sources) {
      const loaded = this.#against.modules.find(({ id }) => id === source.id);
      const base = loaded === undefined ? null : this.#baseline(loaded, source, notes);
      if (base === null) continue;
      bases.set(source.id, base);
      if (source.vsn !== null && base.vsn > source.vsn) notes.push(aheadNote(source, base, this.#against.live));
    }
    const here = new Set(sources.map(({ id }) => id));
    for (const module of this.#against.modules) {
      if (!here.has(module.id) && (module.processes > 0 || module.oldCode.length > 0)) notes.push(removedNote(module, this.#against.live));
    }
    return { bases, notes };
  }

  #baseline(loaded: LiveModule, source: ActorSource, notes: Note[]): Baseline | null {
    const { live: name } = this.#against;
    const { id, vsn, shape, declaration } = loaded;
    const snapshots = this.#releases.of(id);
    const released = snapshots.find((snapshot) => snapshot.vsn === vsn);
    const common = { id, vsn, source: "live", name, snapshots, label: `version ${vsn} that ${name} runs` } as const;
    // Two drafts of one version have the same steps, as far as is known.
    const steps = vsn === source.vsn ? source.steps : [];
    if (released?.parsed.kind === "ok" && (shape === null || shapeHash(released.parsed.shapes.state) === shape)) {
      if (shape === null) {
        notes.push({
          code: "INSTAR_LIVE_ASSUMED",
          module: id,
          message: `${name} runs version ${vsn} of ${id} and knows no shapes, as programs that enabled upgrades themselves do not. It is taken to be what the snapshot of that version says.`,
        });
      }
      return { ...common, file: released.file, shapes: released.parsed.shapes, steps };
    }
    const parsed = declaration === null ? null : this.#parse(declaration, id, vsn);
    const state = parsed?.kind === "ok" ? parsed.shapes.state : shape === shapeHash(source.protocol.state) ? source.protocol.state : null;
    if (state === null) {
      notes.push({
        code: "INSTAR_LIVE_UNKNOWN",
        module: id,
        message: `${name} runs a version ${vsn} of ${id} whose states neither the sources nor a snapshot describe any more, so it is not compared. What an upgrade would do with it says: instar plan`,
      });
      return null;
    }
    return { ...common, file: source.file, shapes: { ...source.protocol, state }, steps, messages: "unknown" };
  }
}

function aheadNote({ id, vsn }: ActorSource, base: Baseline, name: string): Note {
  return {
    code: "INSTAR_LIVE_AHEAD",
    module: id,
    message: `${name} runs version ${base.vsn} of ${id}, and here it is version ${vsn}, so what is compared is a downgrade.`,
  };
}

/** There is no file in which a finding could stand, and what is wrong with its states is wrong all the same. */
function removedNote({ id, vsn, processes, drift }: LiveModule, name: string): Note {
  const running = processes === 1 ? "1 process" : `${processes} processes`;
  const [first] = drift?.states ?? [];
  const drifted =
    drift === null
      ? ""
      : ` ${drift.drifts} of its ${drift.checked} live states that were checked are not what that version says${first === undefined ? "" : `: ${first.pid} (${first.message})`}.`;
  return {
    code: "INSTAR_LIVE_REMOVED",
    module: id,
    message:
      `${name} runs version ${vsn} of ${id} in ${running}, and no actor module here is called so: they have no code to go on with.${drifted} ` +
      `If it was moved, pin its old id with id: "${id}" where it is now; if it was deleted, see that none of its processes are left; if the configuration passes over its file, check it where it belongs.`,
  };
}
