/**
 * `createStateSaver`: writes states of live processes to `.instar/states/`, for `instar prove` and for tests. The project's own code may take out
 * of them what nobody is to see; that runs in a process of its own, on copies. All of them are written, or none.
 */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CannotLeave, SavedStates } from "../protocol.ts";
import { corpusFile, readCorpus, statesFolder, type PackedState } from "../state-corpus.ts";
import type { LoadRequest } from "./built-file.ts";
import { DevError } from "./dev-error.ts";
import { ensureInstarFolder } from "./instar-folder.ts";
import { buildActor, type BuiltActor } from "./load-actor.ts";
import { inOwnProcess, type OwnProcessHost, valueOf } from "./own-process.ts";
import { partsOf } from "./rehearsals.ts";

export interface SavePlan {
  /** The code that runs now. */
  readonly load: LoadRequest;
  /** Ids. */
  readonly modules: readonly string[];
  /** The file whose export `redact` sees every state first; null where they are saved as they are. */
  readonly redact: string | null;
  readonly signal: AbortSignal;
}

export type SaveStates = (plan: SavePlan) => Promise<SavedStates>;

/** So many states of one version of a module; more that differ in structure would be seldom of use. */
const mostOfVersion = 50;
/** In characters of JSON. */
const mostText = 2 ** 20;

export function createStateSaver(root: string, host: OwnProcessHost): SaveStates {
  return async ({ load, modules, redact, signal }) => {
    const hook = redact === null ? null : await buildActor(root, redact);
    const redactedBy = hook === null ? null : hashOf(hook);
    const chosen = new Chosen(root, redactedBy);
    const notSaved: CannotLeave[] = [];
    await inOwnProcess(host, { load, signal, doing: "Redacting", advice }, async (own) => {
      if (hook !== null) valueOf(await own.ask("redactBy", { built: hook }));
      for await (const { image, obstacles } of partsOf(host, modules)) {
        for (const { pid, name, module, path, what } of obstacles) notSaved.push({ pid, name, module, path, what });
        if (image !== null) for (const state of valueOf(await own.askOfStates("redact", { image }))) chosen.add(state);
      }
    });
    if (signal.aborted) throw new DevError("INSTAR_UPGRADE_CANCELED", "the rehearsal was canceled; no states were saved.");
    chosen.write();
    return { folder: statesFolder(root), modules: chosen.rows(), redacted: hook !== null, notSaved: notSaved.slice(0, mostTold) };
  };
}

/** A report that names more of them helps nobody. */
const mostTold = 100;

const advice = {
  hangs: "No states were saved.",
  exits: "No states were saved.",
  memory: "No states were saved.",
};

/** One state for each structure. */
class Chosen {
  readonly #root: string;
  readonly #redactedBy: string | null;
  readonly #rows = new Map<string, { id: string; vsn: number; states: number; saved: number; left: number }>();
  /** By path. */
  readonly #texts = new Map<string, string>();

  constructor(root: string, redactedBy: string | null) {
    this.#root = root;
    this.#redactedBy = redactedBy;
  }

  add(state: PackedState): void {
    const { module: id, vsn } = state;
    const key = `${id} ${vsn}`;
    const row = this.#rows.get(key) ?? { id, vsn, states: 0, saved: 0, left: 0 };
    this.#rows.set(key, row);
    row.states++;
    const { name, text } = corpusFile(state, this.#redactedBy);
    const path = join(statesFolder(this.#root, id), name);
    if (this.#texts.has(path)) return;
    if (row.saved >= mostOfVersion || text.length > mostText) row.left++;
    else {
      row.saved++;
      this.#texts.set(path, text);
    }
  }

  rows(): SavedStates["modules"] {
    return [...this.#rows.values()];
  }

  /** @throws DevError `INSTAR_STATES_NOT_SAVED`; then everything is as it was */
  write(): void {
    const folder = statesFolder(this.#root);
    const written: string[] = [];
    try {
      ensureInstarFolder(this.#root);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chmodSync(folder, 0o700);
      // Whatever else is committed of `.instar/`: these are states of people's processes.
      const ignore = join(folder, ".gitignore");
      if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
      for (const [path, text] of this.#texts) {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        written.push(path);
        writeFileSync(`${path}.tmp`, text, { mode: 0o600 });
      }
      for (const path of written) renameSync(`${path}.tmp`, path);
      for (const { id } of this.#rows.values()) this.#prune(id);
    } catch (error) {
      for (const path of written) rmSync(`${path}.tmp`, { force: true });
      const text = `the states could not be saved in ${folder}: ${(error as Error).message}. Make room there, and rehearse again.`;
      throw new DevError("INSTAR_STATES_NOT_SAVED", text, { cause: error });
    }
  }

  /** What was redacted otherwise is not to lie there any more; and of the others, the oldest go. */
  #prune(module: string): void {
    const { states } = readCorpus(this.#root, module);
    for (const { file, redactedBy } of states) if (redactedBy !== this.#redactedBy) rmSync(file, { force: true });
    const folder = statesFolder(this.#root, module);
    const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
    for (const version of new Set(names.map((name) => name.split("-")[0]))) {
      const own = names.filter((name) => name.startsWith(`${version}-`));
      const aged = own.map((name) => ({ path: join(folder, name), age: statSync(join(folder, name)).mtimeMs }));
      for (const { path } of aged.toSorted((one, other) => other.age - one.age).slice(mostOfVersion)) rmSync(path, { force: true });
    }
  }
}

/** Any edit of what redacts gives another one. */
function hashOf({ layer }: BuiltActor): string {
  const hashes = layer.files.map(({ hash }) => hash).toSorted();
  return createHash("sha256").update(hashes.join()).digest("hex").slice(0, 16);
}
