/** The façade of the analysis, and its data flow from top to bottom: find, extract, compare, judge. */
import { CheckedProject } from "./checked-project.ts";
import { type Comparison, compareMessages, compareShapes, type MessageComparison, sameMessages, sameShape } from "./compare.ts";
import { check } from "./check.ts";
import type { ActorSource, ModuleFacts, ProjectFacts, Reading } from "./facts.ts";
import type { ActorModule, Analyzed, Strategy, Verdict } from "./model.ts";
import { parseSnapshot } from "./parse-snapshot.ts";
import { type ProtocolRenames, protocolRenames, renamePids, renameProtocols, renamesFor } from "./protocol-renames.ts";
import { type ProtocolShapes, sections } from "./protocol-shapes.ts";
import { hasUnresolved, type Shape, shapeHash } from "./shape.ts";
import { snapshotText } from "./snapshot-text.ts";
import { SnapshotFolder, snapshotFile } from "./snapshots.ts";
import { type ValidatorSource, validatorSource } from "./validator.ts";
import { createValidity } from "./validity.ts";

/** The file system as the analysis sees it: the caller lays open documents over the disk. Paths are absolute, with `/`. */
export interface SourceHost {
  readFile(path: string): string | undefined;
  fileExists(path: string): boolean;
  directoryExists(path: string): boolean;
  readDirectory(path: string): readonly { readonly name: string; readonly directory: boolean }[];
  realpath(path: string): string;
}

export interface AnalyzerOptions {
  /** The project root; module ids are paths from here, and snapshots lie in `.instar/releases/` below it. */
  readonly root: string;
}

export interface Analyzer {
  /** Tells which files were written, created or deleted since the last analysis, in the editor or on disk. */
  invalidate(files: readonly string[]): void;
  /**
   * The whole project, or the given files of it. Never throws on bad input: what cannot be read becomes a finding.
   * @param cancelled asked between modules; when true, `undefined` is returned.
   */
  analyze(files?: readonly string[], cancelled?: () => boolean): Analyzed | undefined;
  /** The snapshot text that `instar release` would write for this module, and where. */
  snapshot(module: ActorModule): { readonly file: string; readonly text: string } | undefined;
  /** Whether states of one shape are valid for another; hashes from earlier results of this analyzer. */
  compatible(from: string, to: string): Verdict;
  /** What checks values of a shape at run time; hashes as for `compatible`. */
  validator(shape: string): ValidatorSource | undefined;
}

export function createAnalyzer(host: SourceHost, options: AnalyzerOptions): Analyzer {
  const { root } = options;
  const checked = new CheckedProject(host, root);
  const releases = new SnapshotFolder(host, root, parseSnapshot);
  /** By state hash: what `compatible` is asked about. */
  const states = new Map<string, Shape>();
  /** As of the last analysis: what `compatible` is asked about may be older. */
  let renames: ProtocolRenames = new Map();
  let last: { readonly facts: readonly ModuleFacts[]; readonly result: Analyzed } | undefined;

  return {
    invalidate(files) {
      checked.invalidate(files);
      releases.invalidate(files);
      last = undefined;
    },

    analyze(files, cancelled) {
      if (last === undefined) {
        const all = gather(cancelled);
        if (all === undefined) return undefined;
        const modules = all.modules.map(({ module }) => module);
        last = { facts: all.modules, result: { root, modules, findings: check(all) } };
      }
      const { result } = last;
      if (files === undefined) return result;
      const wanted = new Set(files);
      const modules = result.modules.filter((module) => wanted.has(module.file));
      const findings = result.findings.filter(
        (finding) => wanted.has(finding.file) || modules.some(({ id }) => finding.module === id || finding.modules?.includes(id) === true),
      );
      return { root, modules, findings };
    },

    snapshot(module) {
      const facts = last?.facts.find((each) => each.module.id === module.id);
      if (facts === undefined || facts.source.vsn === null || facts.unresolved) return undefined;
      const { id, vsn, protocol } = facts.source;
      const file = snapshotFile(root, id, vsn);
      // A snapshot that says the same in other words (names, those of other protocols too, order, `readonly`) stays as it was released.
      const present = facts.baseline?.vsn === vsn && !changes(facts) ? facts.snapshots.find((snapshot) => snapshot.vsn === vsn) : undefined;
      return { file, text: present?.text.replaceAll("\r\n", "\n") ?? snapshotText(id, vsn, protocol) };
    },

    compatible(from, to) {
      const [one, other] = [states.get(from), states.get(to)];
      if (from === to) return "compatible";
      return one === undefined || other === undefined ? "unknown" : createValidity()(renamePids(one, renames), renamePids(other, renames));
    },

    validator(hash) {
      const shape = states.get(hash);
      return shape === undefined ? undefined : validatorSource(shape);
    },
  };

  function gather(cancelled: (() => boolean) | undefined): ProjectFacts | undefined {
    const { candidates, configProblem } = checked.state();
    const readings: Reading[] = [];
    for (const file of candidates) {
      if (cancelled?.() === true) return undefined;
      readings.push(checked.read(file));
    }
    const sources = readings.flatMap(({ actor }) => (actor === null ? [] : [actor]));
    renames = protocolRenames(sources.map(({ id, protocol }) => ({ protocol, snapshots: releases.of(id) })));
    const modules = sources.map(judge);
    modules.sort((one, other) => (one.module.id < other.module.id ? -1 : 1));
    return { root, modules, readings, configProblem, writer: checked.writer };
  }

  function judge(source: ActorSource): ModuleFacts {
    const snapshots = releases.of(source.id);
    const upTo = snapshots.filter(({ vsn }) => source.vsn !== null && vsn <= source.vsn);
    // A damaged snapshot is not stepped over: what lies behind it is not what runs.
    const newest = upTo.at(-1);
    // A pid is the same pid after the interface of its process was given another name.
    const renamed = renamesFor(source.protocol, renames);
    const baseline =
      newest?.parsed.kind === "ok" ? { vsn: newest.vsn, file: newest.file, shapes: renameProtocols(newest.parsed.shapes, renamed) } : null;
    const unreadable = newest !== undefined && baseline === null;
    const released = upTo.flatMap(({ parsed }) => (parsed.kind === "ok" ? [parsed.shapes.state] : []));
    const history = upTo.slice(0, -1).flatMap(({ parsed }) => (parsed.kind === "ok" ? [renamePids(parsed.shapes.state, renamed)] : []));
    const state: Comparison = baseline === null ? sameShape : compareShapes(baseline.shapes.state, source.protocol.state, "State", history);
    const messages = baseline === null ? sameMessages : compareMessages(baseline.shapes, source.protocol);
    for (const shape of [source.protocol.state, ...released]) states.set(shapeHash(shape), shape);
    const verdicts = { up: unreadable ? "unknown" : state.up, down: unreadable ? "unknown" : state.down } as const;
    const codeChange = stepsFor(source, baseline?.vsn ?? null, state);
    const declared = "declared" in source.protocol.state ? source.protocol.state.declared : undefined;
    const module: ActorModule = {
      id: source.id,
      file: source.file,
      vsn: source.vsn,
      released: snapshots.some(({ vsn }) => vsn === source.vsn),
      shape: hasUnresolved(source.protocol.state) ? null : shapeHash(source.protocol.state),
      baseline: baseline === null ? null : { vsn: baseline.vsn, source: "snapshot", file: baseline.file },
      state: { ...verdicts, changes: state.changes.map(plain) },
      messages: { oldToNew: messages.oldToNew, newToOld: messages.newToOld, changes: messages.changes.map(plain) },
      strategy: strategyFor(state, messages, codeChange),
      codeChange,
      ranges: {
        actor: source.call,
        vsn: source.vsnValue?.range ?? null,
        state: declared?.file === source.file ? declared.range : null,
      },
    };
    return { module, source, snapshots, baseline, state, messages, unresolved: isUnresolved(source.protocol) };
  }
}

/** Whether the steps that lead from the baseline to this version, and back, are there. */
function stepsFor(source: ActorSource, baseline: number | null, state: Comparison): ActorModule["codeChange"] {
  if (baseline === null || source.vsn === null) return { up: "unneeded", down: "unneeded" };
  const needed = source.vsn > baseline ? Array.from({ length: source.vsn - baseline }, (_, index) => baseline + index) : [];
  // A table that is not written out may hold anything.
  const open = source.codeChange === "open" && needed.length > 0;
  const steps = needed.map((from) => source.steps.findLast((step) => step.from === from));
  const whole = open || (needed.length > 0 && steps.every((step) => step?.up === true));
  const back = open || (needed.length > 0 && steps.every((step) => step !== undefined && step.down !== "missing"));
  const irreversible = steps.some((step) => step?.down === "irreversible");
  return {
    up: whole ? "ok" : state.up === "compatible" ? "unneeded" : "missing",
    down: irreversible ? "irreversible" : back ? "ok" : state.down === "compatible" ? "unneeded" : "missing",
  };
}

/** What the change asks for at least: without a way to carry states over, the processes start anew. */
function strategyFor(state: Comparison, messages: MessageComparison, codeChange: ActorModule["codeChange"]): Strategy {
  if (codeChange.up === "missing") return "restart";
  return messages.oldToNew === "incompatible" && state.up === "compatible" ? "window" : "hot";
}

function isUnresolved(protocol: ProtocolShapes): boolean {
  const messages = sections.flatMap((section) => protocol[section]);
  return [protocol.state, ...messages.flatMap(({ args, reply }) => [args, ...(reply === null ? [] : [reply])])].some(hasUnresolved);
}

/** Whether anything but spelling differs from the baseline. */
function changes({ state, messages }: ModuleFacts): boolean {
  return [...state.changes, ...messages.changes].some(({ kind }) => kind !== "readonlyChanged");
}

function plain({ path, kind, old, new: now, renameOf }: Comparison["changes"][number]): ActorModule["state"]["changes"][number] {
  return { path, kind, old, new: now, ...(renameOf === undefined ? {} : { renameOf }) };
}
