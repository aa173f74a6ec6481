/** The analysis and its data flow from top to bottom: read, compare, judge. It asks for the compiler only where it cannot do without. */
import {
  type Comparison,
  compareMessages,
  compareShapes,
  type MessageComparison,
  sameMessages,
  sameShape,
  unknownMessages,
} from "./compare.ts";
import type { Compiler } from "./compiler.ts";
import { ProjectBodies } from "./bodies/bodies.ts";
import { type Against, type Baselines, TreeBaselines } from "./baselines.ts";
import { check } from "./check.ts";
import { complete, type Offers } from "./completion/complete.ts";
import type { Configuration } from "./configuration.ts";
import type { ActorSource, Baseline, Drift, ModuleFacts, OrphanedReleases, ProjectFacts, Reading, Receivers, StepWriter } from "./facts.ts";
import { type AgainstLive, LiveBaselines } from "./live-baselines.ts";
import type { ActorModule, Analyzed, Strategy, Verdict, Warning } from "./model.ts";
import type { Described } from "./history/description.ts";
import { type Addition, additions } from "./history/additions.ts";
import { describe } from "./history/describe.ts";
import type { Syntax } from "./history/steps-of.ts";
import { mayImport } from "./messages/senders.ts";
import { type FileSymbol, fileSymbols } from "./navigation/file-symbols.ts";
import type { ProjectMessages } from "./navigation/project-messages.ts";
import { type ProjectSymbol, projectSymbols } from "./navigation/project-symbols.ts";
import { follow } from "./of-modules.ts";
import { type ProtocolRenames, protocolRenames, type Releases, renamePids, renameProtocols, renamesFor } from "./protocol-renames.ts";
import { isUnresolved, type ProtocolShapes } from "./protocol-shapes.ts";
import { snapshotReader } from "./read-snapshot.ts";
import { ProjectReadings } from "./readings.ts";
import { type RecordFacts, recordsOf } from "./record-facts.ts";
import { hasUnresolved, type Holder, isPlain, type Shape, shapeHash } from "./shape.ts";
import type { Finding } from "./rule.ts";
import { snapshotText } from "./snapshot-text.ts";
import { SnapshotFolder, snapshotFile, type Snapshots } from "./snapshots.ts";
import type { SourceHost } from "./source-host.ts";
import type { Position } from "./span.ts";
import { plainTree } from "./syntax/plain-tree.ts";
import type { SourceTree } from "./syntax/tree.ts";
import { tombstones } from "./tombstones.ts";
import { type ValidatorSource, validatorSource } from "./validator.ts";
import { stepsBetween } from "./steps-between.ts";
import { createValidity, worst } from "./validity.ts";
import { warningsOf } from "./warnings.ts";

export interface AnalyzerOptions {
  /** The project root; module ids are paths from here, and snapshots lie in `.instar/releases/` below it. */
  readonly root: string;
  /** What to compare with in place of the newest snapshots. */
  readonly against?: Against | AgainstLive;
}

export interface Analyzer {
  /** What the project says of itself, as its files are now. */
  readonly configuration: Configuration;
  /** Tells which files were written, created or deleted since the last analysis, in the editor or on disk. */
  invalidate(files: readonly string[]): void;
  /**
   * The whole project, or the given files of it. Never throws on bad input: what cannot be read becomes a finding.
   * @param cancelled asked between modules; when true, `undefined` is returned.
   */
  analyze(files?: readonly string[], cancelled?: () => boolean): Analyzed | undefined;
  /** The same bit by bit: between steps, others get their turn. A step that throws may be tried again by beginning anew. */
  steps(files?: readonly string[]): Generator<void, Analyzed>;
  /**
   * The findings of one file by itself, without looking at the rest of the project. Undefined where the rest decides, or may: the whole
   * analysis says it then.
   */
  first(file: string): readonly Finding[] | undefined;
  /** The module of one file by itself, under the same condition. */
  module(file: string): ActorModule | undefined;
  /** Tells what somebody may be looking at, beside what was found here: `first` takes none of it back. */
  shown(findings: readonly Finding[]): void;
  /** The snapshot text that `instar release` would write for this module, and where. */
  snapshot(module: ActorModule): { readonly file: string; readonly text: string } | undefined;
  /** What this module is compared with, as a snapshot says it; undefined where there is nothing, or it cannot be read. */
  baselineSnapshot(module: ActorModule): string | undefined;
  /** Whether states of one shape are valid for another; hashes from earlier results of this analyzer. */
  compatible(from: string, to: string): Verdict;
  /** Hash of the state's shape in a release; null where there is none that can be read. */
  releasedShape(id: string, vsn: number): string | null;
  /** A snapshot of a state alone, without messages, by a hash as for `compatible`. */
  declaration(id: string, vsn: number, shape: string): string | undefined;
  /** What checks values of a shape at run time; hashes as for `compatible`. */
  validator(shape: string): ValidatorSource | undefined;
  /** The records of the project as the last analysis found them. */
  records(): readonly RecordFacts[];
  /** What can be said of a name at a place, as of the last analysis; undefined where there is nothing to be said. */
  describe(file: string, position: Position): Described | undefined;
  /** Where the project's sources name messages. */
  readonly messages: ProjectMessages;
  /** What an outline of a file shows, as the file is now. */
  symbols(file: string): readonly FileSymbol[];
  /** The actors and messages of the project, as of the last analysis. */
  projectSymbols(): readonly ProjectSymbol[];
  /** What is declared in a file and came with this version, as of the last analysis. */
  additions(file: string): readonly Addition[];
  /** What can be written at a place, as of the last analysis. */
  complete(file: string, position: Position): Offers | undefined;
  /** From which versions the steps up, in an actor's file as it is now, only read states of a shape; see `reads-only.ts`. */
  readOnlySteps(file: string, shape: string): readonly number[];
}

/** The kinds of facts that speak of messages by their names. */
const namingKinds = ["sends", "actorMessages"] as const;
const none: readonly ModuleFacts[] = [];

/** What is thrown where the compiler is needed and is not loaded yet: load it and ask again; what was done so far is kept. */
export class CompilerNeeded extends Error {}

/** @param compiler gives the compiler, or throws `CompilerNeeded`. */
export function createLateAnalyzer(host: SourceHost, { root, against }: AnalyzerOptions, compiler: () => Compiler): Analyzer {
  const project = new ProjectReadings(host, root, compiler, (file, text) => bodies.look(file, text));
  const bodies: ProjectBodies = new ProjectBodies(
    host,
    () => project.files(),
    () => compiler().collectBodies,
  );
  const releases = new SnapshotFolder(host, root, snapshotReader(compiler));
  const others =
    against === undefined
      ? undefined
      : "live" in against
        ? new LiveBaselines(against, releases, compiler)
        : new TreeBaselines(against, root, compiler);
  let baselines: Baselines | undefined;
  const writer: StepWriter = {
    step: (...given) => project.checked.writer.step(...given),
    between: (...given) => project.checked.writer.between(...given),
    half: (...given) => project.checked.writer.half(...given),
    without: (...given) => project.checked.writer.without(...given),
    irreversible: (...given) => project.checked.writer.irreversible(...given),
    messages: (...given) => project.checked.writer.messages(...given),
    handler: (...given) => project.checked.writer.handler(...given),
    draft: (...given) => project.checked.writer.draft(...given),
    questions: (...given) => project.checked.writer.questions(...given),
  };
  const receivers: Receivers = { of: (targets) => project.checked.receivers.of(targets) };
  /** Of files that were asked for, with the text that they are of. */
  const trees = new Map<string, { readonly text: string; readonly tree: SourceTree }>();
  const syntax: Syntax = {
    tree(file) {
      const text = host.readFile(file);
      if (text === undefined) return undefined;
      let known = trees.get(file);
      // One answer asks for one file, or for those that share a declaration.
      if (trees.size > 100) trees.clear();
      if (known?.text !== text) trees.set(file, (known = { text, tree: plainTree(file, text) ?? compiler().sourceTree(file, text) }));
      return known.tree;
    },
    declarations: (file, position) => project.checked.declarations(file, position),
  };
  /** By state hash: what `compatible` is asked about. */
  const states = new Map<string, Shape>();
  /** What comparing gave, for as long as both sides are the same. */
  const compared = new WeakMap<ProtocolShapes, Compared>();
  const judged = new WeakMap<
    ActorSource,
    { readonly facts: ModuleFacts; readonly renames: ProtocolRenames; readonly baselines: Baselines | undefined }
  >();
  /** As of the last analysis: what `compatible` is asked about may be older. */
  let renames: ProtocolRenames = new Map();
  /** What these follow from. */
  let renamed: readonly Releases[] = [];
  let whole: Whole | undefined;
  /** The modules as rules saw them last. */
  let checked: readonly ModuleFacts[] = [];
  let last: { readonly project: ProjectFacts; readonly result: Analyzed } | undefined;

  /** The findings of the last whole analysis, which somebody may be looking at. */
  let shown: readonly Finding[] = [];

  const analyzer: Analyzer = {
    get configuration() {
      return project.configuration;
    },

    invalidate(files) {
      project.invalidate(files);
      releases.invalidate(files);
      bodies.invalidate(files);
      shown = last?.result.findings ?? shown;
      last = undefined;
    },

    analyze(files, cancelled) {
      const steps = analyzer.steps(files);
      for (;;) {
        if (cancelled?.() === true) return undefined;
        const { done, value } = steps.next();
        if (done === true) return value;
      }
    },

    *steps(files) {
      if (last === undefined) {
        const readings = yield* project.read();
        if (others !== undefined) yield* others.read();
        const all = yield* judgeAll(readings);
        yield* bodies.read();
        follow(all.modules, checked);
        checked = all.modules;
        const notes = baselines === undefined ? {} : { notes: baselines.notes };
        last = {
          project: all,
          result: { root, modules: all.modules.map(({ module }) => module), findings: check(all), ...notes },
        };
      }
      return files === undefined ? last.result : narrowed(last.result, new Set(files));
    },

    first(file) {
      if (last !== undefined) return last.result.findings.filter((finding) => finding.file === file);
      // Where it was before is found among all modules.
      if (others !== undefined) return undefined;
      const reading = project.readFirst(file);
      const actor = reading?.actor ?? null;
      if (reading === undefined || actor === null) return undefined;
      // What other modules have to say of this file's declarations is not known yet, and must not vanish meanwhile.
      if (shown.some((finding) => finding.file === file && (finding.modules !== undefined || finding.module !== actor.id)))
        return undefined;
      const facts = judge(actor);
      // Whether it was called something else before, all modules say together.
      if (facts.snapshots.length === 0 && releases.ids().length > 0) return undefined;
      // Who sends what the other version does not understand, others say.
      if (facts.messages.changes.length > 0) return undefined;
      const differences = facts.state.changes;
      // A pid may go by another name only because of what its module was called before; and whether a declaration elsewhere was edited is
      // told by all that use it.
      const elsewhere = ({ declared }: Holder) => declared.file !== file;
      if (differences.some(({ old, owners, bases = [] }) => old?.includes("Pid<") === true || [...owners, ...bases].some(elsewhere)))
        return undefined;
      const suppressions = project.suppressions([file]);
      // Whether one hides anything, others have a say in; and what is started here may be a supervisor.
      if (suppressions.size > 0 || bodies.of("spawns", file).length > 0) return undefined;
      const findings = check({
        root,
        config: project.configuration,
        modules: [facts],
        orphans: [],
        suppressions,
        usual: true,
        text: (path) => host.readFile(path),
        readings: [reading],
        configProblems: project.problems(),
        unmatched: project.unmatched,
        bodies: bodies.only(file),
        earlier: null,
        receivers,
        writer,
      }).filter((finding) => finding.file === file);
      // Others have a part in what is said of declarations that they use.
      return project.mayBeUsed(file, differences.length + findings.length > 0) ? undefined : findings;
    },

    module(file) {
      if (last !== undefined) return last.result.modules.find((module) => module.file === file);
      const actor = others === undefined ? project.readFirst(file)?.actor : undefined;
      if (actor == null) return undefined;
      const facts = judge(actor);
      // Whether it was called something else before, all modules say together.
      return facts.snapshots.length === 0 && releases.ids().length > 0 ? undefined : facts.module;
    },

    shown(findings) {
      shown = findings;
    },

    snapshot(module) {
      const facts = last?.project.modules.find((each) => each.module.id === module.id);
      if (facts === undefined || facts.source.vsn === null || facts.unresolved) return undefined;
      // A release is for good, whatever the project wants to be told of files that do not parse.
      if (whole?.readings.some(({ file, syntax }) => file === facts.source.file && syntax !== null) === true) return undefined;
      const { id, vsn, protocol } = facts.source;
      const file = snapshotFile(root, id, vsn);
      // A snapshot that says the same in other words (names, those of other protocols too, order, `readonly`) stays as it was released.
      const present = facts.baseline?.vsn === vsn && !changes(facts) ? facts.snapshots.find((snapshot) => snapshot.vsn === vsn) : undefined;
      return { file, text: present?.text.replaceAll("\r\n", "\n") ?? snapshotText(id, vsn, protocol) };
    },

    baselineSnapshot(module) {
      const baseline = last?.project.modules.find((each) => each.module.id === module.id)?.baseline;
      return baseline == null ? undefined : snapshotText(baseline.id, baseline.vsn, baseline.shapes);
    },

    compatible(from, to) {
      const [one, other] = [states.get(from), states.get(to)];
      if (from === to) return "compatible";
      return one === undefined || other === undefined ? "unknown" : createValidity()(renamePids(one, renames), renamePids(other, renames));
    },

    releasedShape(id, vsn) {
      const parsed = releases.of(id).find((snapshot) => snapshot.vsn === vsn)?.parsed;
      return parsed?.kind === "ok" ? shapeHash(parsed.shapes.state) : null;
    },

    declaration(id, vsn, hash) {
      const state = states.get(hash);
      return state === undefined ? undefined : snapshotText(id, vsn, { name: "unknown", state, calls: [], casts: [], infos: [] });
    },

    validator(hash) {
      const shape = states.get(hash);
      return shape === undefined ? undefined : validatorSource(shape);
    },

    messages: {
      root,
      get modules() {
        return last?.project.modules ?? none;
      },
      mayName: (file, name) => namingKinds.some((kind) => bodies.only(file).saying(kind, (text) => text === name).length > 0),
      filesNaming: (name) => [...new Set(namingKinds.flatMap((kind) => bodies.saying(kind, (text) => text === name)))].toSorted(),
      filesSending: (name) => bodies.saying("sends", (text) => text === name),
      filesImporting: (file) => bodies.saying("actorMessages", mayImport(file)),
      sendsIn: (file) => bodies.of("sends", file),
      places: (files, name) => project.checked.messagePlaces(files, name),
    },

    symbols(file) {
      const tree = syntax.tree(file);
      return tree === undefined ? [] : fileSymbols(file, tree, bodies.of("supervisors", file));
    },

    projectSymbols: () => projectSymbols(analyzer.messages.modules, bodies),

    records() {
      return recordsOf(last?.project.modules ?? []);
    },

    describe(file, position) {
      return last === undefined ? undefined : describe(last.project, syntax, file, position);
    },

    additions(file) {
      return last === undefined ? [] : additions(last.project, syntax, file);
    },

    complete(file, position) {
      return last === undefined ? undefined : complete(last.project, file, position);
    },

    readOnlySteps(file, hash) {
      const shape = states.get(hash);
      const text = host.readFile(file);
      return shape === undefined || text === undefined || !isPlain(shape) ? [] : compiler().readOnlySteps(file, text);
    },
  };
  return analyzer;

  function* judgeAll(readings: readonly Reading[]): Generator<void, ProjectFacts> {
    whole = (yield* judgeChanged(readings)) ?? (yield* judgeEach(readings));
    const usual = against === undefined || ("host" in against && against.name === project.configuration.baseline);
    return {
      root,
      config: project.configuration,
      suppressions: project.suppressions(),
      usual,
      text: (path) => host.readFile(path),
      modules: whole.modules,
      orphans: whole.orphans,
      readings,
      configProblems: project.problems(),
      unmatched: project.unmatched,
      bodies,
      earlier: others?.earlier ?? null,
      receivers,
      writer,
    };
  }

  /** As the last time but for what was read anew, where that is of the same modules: an edit costs what it changed. */
  function* judgeChanged(readings: readonly Reading[]): Generator<void, Whole | undefined> {
    const before = whole;
    if (before === undefined || others !== undefined || before.releases !== releases.changes) return undefined;
    if (before.readings.length !== readings.length) return undefined;
    if (!readings.every((each, index) => isSameModule(each, before.readings[index]))) return undefined;
    const modules = [...before.modules];
    for (const [index, reading] of readings.entries()) {
      if (reading === before.readings[index] || reading.actor === null) continue;
      const place = before.places[index];
      if (place === undefined) return undefined;
      modules[place] = judge(reading.actor);
      yield;
    }
    return { ...before, readings, modules };
  }

  function* judgeEach(readings: readonly Reading[]): Generator<void, Whole> {
    const { changes } = releases;
    const sources = readings.flatMap(({ actor }) => (actor === null ? [] : [actor]));
    for (const { id } of sources) if (releases.read(id)) yield;
    baselines = others?.match(sources);
    const named = sources.map(({ id, protocol }) => ({ protocol, snapshots: releases.of(id), base: baselines?.bases.get(id)?.shapes }));
    if (named.length !== renamed.length || named.some((each, index) => !isSameRelease(each, renamed[index]))) {
      const found = protocolRenames(named);
      // The same object for the same renames: comparisons are kept by it.
      if (JSON.stringify([...found]) !== JSON.stringify([...renames])) renames = found;
      renamed = named;
    }
    const modules: ModuleFacts[] = [];
    for (const source of sources) {
      const before = judged.get(source);
      modules.push(judge(source));
      if (before !== judged.get(source)) yield;
    }
    modules.sort((one, other) => (one.module.id < other.module.id ? -1 : 1));
    const placed = new Map(modules.map((facts, place) => [facts.source, place]));
    const places = readings.map(({ actor }) => (actor === null ? undefined : placed.get(actor)));
    return { readings, releases: changes, modules, places, orphans: orphansOf(sources) };
  }

  function orphansOf(sources: readonly ActorSource[]): readonly OrphanedReleases[] {
    if (sources.every(({ id }) => releases.of(id).length > 0)) return [];
    const known = new Set(sources.map(({ id }) => id));
    return releases.ids().flatMap((id) => (known.has(id) ? [] : [{ id, snapshots: releases.of(id) }]));
  }

  /** A source that was not read anew is judged as before, unless what it is compared with has changed. */
  function judge(source: ActorSource): ModuleFacts {
    const snapshots = releases.of(source.id);
    const before = judged.get(source);
    if (before?.facts.snapshots === snapshots && before.renames === renames && before.baselines === baselines) return before.facts;
    const facts = judgeAnew(source, snapshots);
    judged.set(source, { facts, renames, baselines });
    return facts;
  }

  function judgeAnew(source: ActorSource, snapshots: Snapshots): ModuleFacts {
    const { baseline, unreadable, state, warnings, messages, shape, unresolved, released } = compare(source, snapshots);
    const verdicts = { up: unreadable ? "unknown" : state.up, down: unreadable ? "unknown" : state.down } as const;
    const codeChange = stepsFor(source, baseline, state);
    const declared = "declared" in source.protocol.state ? source.protocol.state.declared : undefined;
    const module: ActorModule = {
      id: source.id,
      file: source.file,
      vsn: source.vsn,
      released: snapshots.some(({ vsn }) => vsn === source.vsn),
      shape,
      baseline: baseline === null ? null : { vsn: baseline.vsn, source: baseline.source, file: baseline.file, name: baseline.name },
      state: { ...verdicts, changes: state.changes.map(plain), ...(warnings.length > 0 ? { warnings } : {}) },
      messages: { oldToNew: messages.oldToNew, newToOld: messages.newToOld, changes: messages.changes.map(plain) },
      strategy: strategyFor(state, messages, codeChange),
      codeChange,
      steps: source.steps.flatMap(({ from, up, down, range }) => (from === null ? [] : [{ from, up, down, range }])),
      ranges: { actor: source.call, vsn: source.vsnValue?.range ?? null, state: declared?.file === source.file ? declared.range : null },
    };
    return {
      module,
      source,
      snapshots,
      strays: releases.strays(source.id),
      released,
      baseline,
      state,
      messages,
      drift: driftOf(source.id),
      oldCode: oldCodeOf(source.id),
      unresolved,
    };
  }

  function driftOf(id: string): Drift | null {
    return against !== undefined && "live" in against ? (against.modules.find((module) => module.id === id)?.drift ?? null) : null;
  }

  function oldCodeOf(id: string): ModuleFacts["oldCode"] {
    return against !== undefined && "live" in against ? (against.modules.find((module) => module.id === id)?.oldCode ?? []) : [];
  }

  function compare(source: ActorSource, snapshots: Snapshots): Compared {
    const { protocol, vsn: current } = source;
    const known = compared.get(protocol);
    if (known?.snapshots === snapshots && known.vsn === current && known.renames === renames && known.baselines === baselines) return known;
    const upTo = snapshots.filter(({ vsn }) => current !== null && vsn <= current);
    // A damaged snapshot is not stepped over: what lies behind it is not what runs.
    const newest = upTo.at(-1);
    // A pid is the same pid after the interface of its process was given another name.
    const renamed = renamesFor(protocol, renames);
    const found = baselines === undefined ? newestRelease(source.id, upTo) : baselines.bases.get(source.id);
    const baseline = found === undefined ? null : { ...found, shapes: renameProtocols(found.shapes, renamed) };
    const released = upTo.flatMap(({ vsn, parsed }) => (parsed.kind === "ok" ? [{ vsn, state: parsed.shapes.state }] : []));
    for (const shape of [protocol.state, ...released.map(({ state }) => state)]) states.set(shapeHash(shape), shape);
    const state = baseline === null ? sameShape : compareWithHistory(baseline, upTo, protocol.state, renamed);
    const result: Compared = {
      snapshots,
      vsn: current,
      renames,
      baselines,
      baseline,
      unreadable: baselines === undefined && newest !== undefined && baseline === null,
      state,
      warnings: baseline === null ? [] : warningsOf(baseline.shapes.state, protocol.state, state),
      messages:
        baseline === null ? sameMessages : baseline.messages === "unknown" ? unknownMessages : compareMessages(baseline.shapes, protocol),
      shape: hasUnresolved(protocol.state) ? null : shapeHash(protocol.state),
      released: released.map(({ vsn, state: shape }) => ({ vsn, state: renamePids(shape, renamed) })),
      unresolved: isUnresolved(protocol),
    };
    compared.set(protocol, result);
    return result;
  }
}

/** What the last judgement of all modules was made of. */
interface Whole {
  readonly readings: readonly Reading[];
  /** How often releases had changed until then. */
  readonly releases: number;
  readonly modules: readonly ModuleFacts[];
  /** For each reading, which of the modules it is. */
  readonly places: readonly (number | undefined)[];
  readonly orphans: readonly OrphanedReleases[];
}

/** Whether nothing that is said of other modules depends on what has changed in this one. */
function isSameModule(one: Reading, other: Reading | undefined): boolean {
  if (one === other) return true;
  if (one.actor === null || other === undefined || other.actor === null) return one.actor === other?.actor;
  return one.actor.id === other.actor.id && one.actor.protocol.name === other.actor.protocol.name;
}

function isSameRelease(one: Releases, other: Releases | undefined): boolean {
  return one.protocol.name === other?.protocol.name && one.snapshots === other.snapshots && one.base === other.base;
}

interface Compared extends Pick<ModuleFacts, "snapshots" | "released" | "state" | "messages" | "unresolved"> {
  readonly vsn: number | null;
  readonly renames: ProtocolRenames;
  readonly baselines: Baselines | undefined;
  readonly baseline: Baseline | null;
  readonly unreadable: boolean;
  readonly warnings: readonly Warning[];
  readonly shape: string | null;
}

function narrowed({ root, modules: all, findings }: Analyzed, wanted: ReadonlySet<string>): Analyzed {
  const modules = all.filter((module) => wanted.has(module.file));
  const concerns = ({ file, module, modules: several }: Analyzed["findings"][number]): boolean =>
    wanted.has(file) || modules.some(({ id }) => module === id || several?.includes(id) === true);
  return { root, modules, findings: findings.filter(concerns) };
}

/** A field that comes back may find an old value in its place, so all releases count, those of the other tree included. */
function compareWithHistory(baseline: Baseline, here: Snapshots, now: Shape, renamed: ProtocolRenames): Comparison {
  const { up, down, changes: all } = compareShapes(baseline.shapes.state, now);
  const past = new Map<number, Shape>();
  for (const { vsn, parsed } of [...baseline.snapshots, ...here]) {
    if (parsed.kind === "ok" && vsn < baseline.vsn) past.set(vsn, renamePids(parsed.shapes.state, renamed));
  }
  past.set(baseline.vsn, baseline.shapes.state);
  const history = [...past].map(([vsn, shape]) => ({ vsn, shape })).toSorted((one, other) => one.vsn - other.vsn);
  const found = tombstones(history, now);
  if (found.length === 0) return { up, down, changes: all };
  const reused = new Map(found.map(({ path, type, vsn, removed }) => [path, { type, vsn, removed }]));
  const marked = all.map((change) => {
    const before = /^(optionalF|f)ieldAdded$/.test(change.kind) ? reused.get(change.path) : undefined;
    return before === undefined ? change : { ...change, reused: before };
  });
  return { up: worst([up, ...found.flatMap(({ optional, verdict }) => (optional ? [verdict] : []))]), down, changes: marked };
}

function newestRelease(id: string, snapshots: Snapshots): Baseline | undefined {
  const newest = snapshots.at(-1);
  if (newest?.parsed.kind !== "ok") return undefined;
  const { vsn, file, parsed } = newest;
  return {
    id,
    vsn,
    file,
    shapes: parsed.shapes,
    source: "snapshot",
    name: null,
    label: `the release of version ${vsn}`,
    steps: [],
    snapshots,
  };
}

/** Whether the steps that lead from the baseline to this version, and back, are there. */
function stepsFor(source: ActorSource, baseline: Baseline | null, state: Comparison): ActorModule["codeChange"] {
  if (baseline === null || source.vsn === null) return { up: "unneeded", down: "unneeded" };
  const version = { vsn: source.vsn, steps: source.steps };
  // A table that is not written out may hold anything.
  const open = source.codeChange === "open" && source.vsn > baseline.vsn;
  const [up, down] = [stepsBetween(baseline, version), stepsBetween(version, baseline)];
  return {
    up: open || up === "ok" ? "ok" : state.up === "compatible" ? "unneeded" : "missing",
    down: down === "irreversible" ? down : open || down === "ok" ? "ok" : state.down === "compatible" ? "unneeded" : "missing",
  };
}

/** What the change asks for at least: without a way to carry states over, the processes start anew. */
function strategyFor(state: Comparison, messages: MessageComparison, codeChange: ActorModule["codeChange"]): Strategy {
  if (codeChange.up === "missing") return "restart";
  return messages.oldToNew === "incompatible" && state.up === "compatible" ? "window" : "hot";
}

/** Whether anything but spelling differs from the baseline. */
function changes({ state, messages }: ModuleFacts): boolean {
  return [...state.changes, ...messages.changes].some(({ kind }) => kind !== "readonlyChanged");
}

function plain({ path, kind, old, new: now, renameOf, reused }: Comparison["changes"][number]): ActorModule["state"]["changes"][number] {
  return { path, kind, old, new: now, ...(renameOf === undefined ? {} : { renameOf }), ...(reused === undefined ? {} : { reused }) };
}
