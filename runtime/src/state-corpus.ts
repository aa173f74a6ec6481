/**
 * The saved states of live processes: `.instar/states/<module>/<version>-<structure>.json`, for `instar prove` and for tests. States that are
 * alike but for their values are saved once. What a file says is taken as it is only where its checksum fits.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CodeWorld, Neighbor } from "./neighbor.ts";
import { type Packed, type PackedNode, Unpacker } from "./pack-values.ts";
import { createSystem, live } from "./system.ts";

export interface PackedState {
  readonly module: string;
  readonly vsn: number;
  /** Hash of the shape that the version's states have; null where that was not known. */
  readonly shape: string | null;
  readonly state: Packed;
  /** What it is made of, and nothing else. */
  readonly nodes: readonly PackedNode[];
}

export interface CorpusFile extends PackedState {
  readonly format: typeof corpusFormat;
  /** Hash of the code that redacted it; null where none did. */
  readonly redactedBy: string | null;
  readonly checksum: string;
}

export interface Corpus {
  readonly states: readonly (PackedState & { readonly file: string; readonly redactedBy: string | null })[];
  readonly damaged: readonly { readonly file: string; readonly why: string }[];
}

const corpusFormat = "instar-state-1";

/** Where the states of a module lie. Never outside of the folder, whatever the id is. */
export function statesFolder(root: string, module?: string): string {
  const segments = module?.split("/").map((part) => (/^\.*$/.test(part) ? `%${part}` : encodeURIComponent(part))) ?? [];
  return join(root, ".instar", "states", ...segments);
}

export function corpusFile(state: PackedState, redactedBy: string | null): { readonly name: string; readonly text: string } {
  const { module, vsn, shape, state: packed, nodes } = state;
  const content = { format: corpusFormat, module, vsn, shape, redactedBy, state: packed, nodes };
  const file: CorpusFile = { ...content, checksum: hash(JSON.stringify(content)) } as CorpusFile;
  return { name: `${vsn}-${structureOf(state)}.json`, text: `${JSON.stringify(file, null, 1)}\n` };
}

/** All that is saved of a module. What cannot be used is said and left out. */
export function readCorpus(root: string, module: string): Corpus {
  const folder = statesFolder(root, module);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+-[0-9a-f]+\.json$/.test(name)) : [];
  const states: Corpus["states"][number][] = [];
  const damaged: Corpus["damaged"][number][] = [];
  for (const name of names.toSorted()) {
    const file = join(folder, name);
    try {
      const { checksum, ...content } = JSON.parse(readFileSync(file, "utf8")) as CorpusFile;
      if (content.format !== corpusFormat) throw new Error(`its format is ${String(content.format)}`);
      if (checksum !== hash(JSON.stringify(content))) throw new Error("its checksum is another");
      if (content.module !== module) throw new Error(`it is a state of ${content.module}`);
      states.push({ ...content, file });
    } catch (error) {
      damaged.push({ file, why: (error as Error).message });
    }
  }
  return { states, damaged };
}

export interface SavedState {
  /** The version whose state it is. */
  readonly vsn: number;
  /** A copy of its own. Processes in it are ones that nobody answers for. */
  readonly state: unknown;
  /** Where it is saved, for messages. */
  readonly file: string;
}

/**
 * The states of a module that `instar rehearse --save` has saved from live processes, for tests of `codeChange` and of handlers. What is
 * damaged is left out with a warning.
 */
export function savedStates(module: string, { root = ".", vsn }: { readonly root?: string; readonly vsn?: number } = {}): SavedState[] {
  const { states, damaged } = readCorpus(root, module);
  for (const { file, why } of damaged)
    process.emitWarning(`the saved state ${file} is left out: ${why}. Save the states anew: instar rehearse --save`);
  return states
    .filter((saved) => vsn === undefined || saved.vsn === vsn)
    .map(({ vsn: own, state, nodes, file }) => ({ vsn: own, state: unpackAlone(state, nodes), file }));
}

/** A value without the processes and the code around it. */
function unpackAlone(state: Packed, nodes: readonly PackedNode[]): unknown {
  const system = live(createSystem({ context: false, log: () => {} }));
  const code: CodeWorld = {
    handle: (id) => Object.freeze({ id }),
    mfa: (module, name) => () => {
      throw new Error(`mfa(${module}, ${name}) has no code behind it in a saved state`);
    },
  };
  const { world } = new Neighbor(system, code, () => {});
  return new Unpacker(nodes, { ...world, pid: (id) => world.process(id).pid, caller: () => world.caller(null) }).unpack(state);
}

/** The same for states that differ in numbers, texts and times alone, or in how many alike are in a list. */
function structureOf({ state, nodes }: PackedState): string {
  const open = new Set<number>();
  const known = new Map<number, string>();
  const of = (packed: Packed): string => {
    if (packed === null || typeof packed !== "object")
      return typeof packed === "boolean" || packed === null ? String(packed) : typeof packed;
    const [first] = packed;
    if (typeof first !== "number") return first;
    const text = known.get(first);
    if (text !== undefined) return text;
    // It is in itself.
    if (open.has(first) || open.size > deepest) return "…";
    open.add(first);
    const made = ofNode(nodes[first] as PackedNode);
    open.delete(first);
    known.set(first, made);
    return made;
  };
  const some = (texts: readonly string[]): string => [...new Set(texts)].toSorted().join("|");
  const fields = (entries: readonly (readonly [string, Packed])[]): string =>
    entries
      .map(([key, value]) => `${JSON.stringify(key)}:${of(value)}`)
      .toSorted()
      .join();
  const ofNode = (node: PackedNode): string => {
    switch (node[0]) {
      case "object":
      case "bare":
        return `{${fields(node[1])}}`;
      case "array":
        return `[${some(node[2].map(([, value]) => of(value)))}]`;
      case "map":
        return `map<${some(node[1].map(([key, value]) => `${of(key)}:${of(value)}`))}>`;
      case "set":
        return `set<${some(node[1].map(of))}>`;
      case "error":
        return `error<${node[1]}>`;
      default:
        return node[0];
    }
  };
  return hash(of(state)).slice(0, 12);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const deepest = 200;
