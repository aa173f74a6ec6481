/**
 * Plan documents: what an upgrade would do, made by the runtime and judged by the analysis, with what its rehearsal found. A plan whose
 * sources or processes have changed says so, and is not carried out before it was made anew.
 */
import { statSync } from "node:fs";
import { relative } from "node:path";
import type { LoadedModuleInfo, UpgradeError, UpgradePlan, UpgradeReport } from "../../../runtime/src/protocol.ts";
import type { ActorModule } from "../analysis/model.ts";
import { documentOf } from "../documents/document.ts";
import { type Line, quiet, warning } from "../documents/line.ts";
import { type PlanFacts, planFacts, promiseOf, type Rehearsal } from "../documents/plan-facts.ts";
import { planLines } from "../documents/plan-lines.ts";
import { reportLines } from "../documents/report-lines.ts";
import { clockTime, count } from "../documents/words.ts";
import { askPlans } from "../live/ask-plans.ts";
import type { Project, Projects } from "../projects.ts";
import { slashed } from "../project-root.ts";
import { runtimeOf } from "./chosen-runtime.ts";
import type { Live, LiveRuntime } from "./live.ts";
import { strategySummaries } from "./strategies.ts";
import { documentUri, type ReadOnlyDocument, type ReadOnlyDocuments } from "./read-only-documents.ts";

/** What a plan is of; without a module, of all that changed. */
export interface PlanTarget {
  readonly root?: string;
  readonly module?: string;
}

export interface Plans {
  /** Makes it anew and gives the URI of its document. */
  show(target: PlanTarget): Promise<string>;
  /** For an editor that still has the document of a server that is gone. */
  remake(query: unknown): Promise<ReadOnlyDocument>;
  /** The stamp of a plan that still holds; else why not, with the plan made anew where it is known. */
  check(uri: string): Promise<{ readonly stamp: string | undefined } | { readonly error: UpgradeError }>;
  rehearsed(uri: string, report: UpgradeReport): void;
  carriedOut(uri: string, report: UpgradeReport): void;
  /** Files were written; whether a plan is older than they are is looked at. */
  filesChanged(files: readonly string[]): void;
  /** Its document was closed: what becomes of it concerns nobody. */
  closed(uri: string): void;
  /** Processes or runtimes came, went or changed. */
  processesChanged(): void;
}

interface Plan {
  readonly uri: string;
  readonly target: PlanTarget;
  readonly project: Project;
  /** Null where none could be reached. */
  readonly runtime: LiveRuntime | null;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  readonly facts: PlanFacts;
  /** Of the modules that it is about, as it was made. */
  readonly pids: ReadonlySet<string>;
  rehearsal?: Rehearsal;
  carriedOut?: Rehearsal;
  /** Why it no longer holds, as its document says; null where it does. */
  stale: string | null;
  /** Files that are newer. */
  readonly newer: Set<string>;
}

export function createPlans(projects: () => Promise<Projects>, live: Live, documents: ReadOnlyDocuments): Plans {
  const plans = new Map<string, Plan>();

  async function make(target: PlanTarget): Promise<Plan> {
    const all = await projects();
    const uri = uriOf(target);
    // Whatever is written from here on is newer.
    const madeAt = Date.now();
    const found = await runtimeOf(all, live, target);
    const project = "errors" in found ? all.all.find(({ root }) => target.root === undefined || root === target.root) : found.project;
    if (project === undefined) throw new Error("There is no project with actors here, so there is nothing to plan.");
    const analyzed = (await project.current()) ?? { root: project.root, modules: [], findings: [] };
    const of = ({ id }: { id: string }): boolean => target.module === undefined || id === target.module;
    if ("errors" in found) {
      const changed = analyzed.modules.filter((module) => of(module) && isChanged(module)).map(({ id }) => id);
      const facts = planFacts({
        plan: planWithout(changed, found.errors),
        analyzed,
        restarting: null,
        moving: null,
        processes: null,
        ids: changed,
      });
      return { uri, target, project, runtime: null, madeAt, facts, pids: new Set(), stale: null, newer: new Set() };
    }
    const { runtime } = found;
    const { module } = target;
    const asked = await askPlans(runtime.connection, module === undefined ? undefined : [module]);
    await live.reread(runtime);
    const ids = module === undefined ? runtime.modules.map(({ id }: LoadedModuleInfo) => id) : [module];
    const facts = planFacts({ ...asked, analyzed, processes: runtime.processes, ids });
    return { uri, target, project, runtime, madeAt, facts, pids: pidsOf(asked.plan, runtime), stale: null, newer: new Set() };
  }

  function put(plan: Plan): void {
    plans.set(plan.uri, plan);
    plan.stale = stalenessOf(plan);
    documents.put(plan.uri, documentFor(plan));
  }

  function stalenessOf({ runtime, facts, pids, newer, project }: Plan): string | null {
    if (runtime === null) return null;
    const reasons: string[] = [];
    if (newer.size > 0) {
      const names = [...newer].map((file) => pathIn(project.root, file)).toSorted();
      reasons.push(
        `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""} ${names.length === 1 ? "was" : "were"} written since`,
      );
    }
    if (!live.all.includes(runtime)) reasons.push(`the runtime ${runtime.info.name} has ended`);
    else {
      const now = pidsOf(facts.plan, runtime);
      const come = [...now].filter((pid) => !pids.has(pid)).length;
      const gone = [...pids].filter((pid) => !now.has(pid)).length;
      if (come > 0) reasons.push(`${count(come, "process has", "processes have")} started since`);
      if (gone > 0) reasons.push(`${count(gone, "process has", "processes have")} ended since`);
    }
    return reasons.length === 0 ? null : reasons.join("; ");
  }

  return {
    async show(target) {
      const plan = await make(target);
      put(plan);
      return plan.uri;
    },
    async remake(query) {
      const plan = await make(targetOf(query));
      plans.set(plan.uri, plan);
      return documentFor(plan);
    },
    async check(uri) {
      const before = find(plans, uri);
      if (before === undefined)
        return { error: staleError("the language server was started anew since it was made", "Show it anew; read it, and apply it then.") };
      const now = await make(before.target);
      const same = promiseOf(now.facts) === promiseOf(before.facts);
      // What was rehearsed holds for the same plan only.
      put(same && before.rehearsal !== undefined ? { ...now, rehearsal: before.rehearsal } : now);
      if (!same) return { error: staleError("what it would do is something else by now") };
      return { stamp: now.facts.plan.stamp };
    },
    rehearsed(uri, report) {
      const plan = find(plans, uri);
      if (plan !== undefined) put(Object.assign(plan, { rehearsal: { at: new Date().toISOString(), report } }));
    },
    carriedOut(uri, report) {
      const plan = find(plans, uri);
      if (plan !== undefined) put(Object.assign(plan, { carriedOut: { at: new Date().toISOString(), report } }));
    },
    filesChanged(files) {
      for (const plan of plans.values()) {
        const newer = files.filter((file) => isSource(plan.project.root, file) && isNewer(file, plan.madeAt));
        if (newer.length === 0 || plan.carriedOut !== undefined) continue;
        for (const file of newer) plan.newer.add(file);
        put(plan);
      }
    },
    closed(uri) {
      const plan = find(plans, uri);
      if (plan === undefined) return;
      plans.delete(plan.uri);
      documents.forget(plan.uri);
    },
    processesChanged() {
      // Of a large system, the document is long, and processes come and go all the time.
      for (const plan of plans.values()) if (plan.carriedOut === undefined && stalenessOf(plan) !== plan.stale) put(plan);
    },
  };
}

function documentFor(plan: Plan): ReadOnlyDocument {
  const { target, project, runtime, madeAt, facts, rehearsal, carriedOut, stale } = plan;
  const reader = { pathOf: (file: string) => pathIn(project.root, file), names: 1000 };
  const of = target.module ?? "all changed modules";
  const where = runtime === null ? "" : ` in the runtime ${runtime.info.name}`;
  const head: Line[] = [[`Upgrade plan of ${of}${where}`, quiet(`, made at ${clockTime(new Date(madeAt).toISOString())}`)]];
  if (carriedOut !== undefined)
    head.push([warning(`Carried out at ${clockTime(carriedOut.at)}:`), " ", ...(reportLines(carriedOut.report, reader.pathOf)[0] ?? [])]);
  else if (stale !== null) head.push([warning("Stale:"), ` ${stale}. Refresh it before you act on it.`]);
  const refresh = { title: "Refresh", command: "instar.showUpgradePlan", argument: withRoot(plan) };
  const loses = lossOf(facts);
  const act = { ...withRoot(plan), plan: plan.uri, ...(loses === null ? {} : { warning: loses }) };
  const canAct = runtime !== null && carriedOut === undefined && facts.plan.groups.length > 0;
  return {
    ...documentOf([...head, ...planLines(facts, reader, rehearsal)]),
    actions: canAct
      ? [
          { title: "Rehearse", command: "instar.rehearsePlan", argument: act },
          { title: "Apply", command: "instar.applyPlan", argument: act },
          { title: "Apply by…", command: "instar.applyPlanBy", argument: { ...act, strategies: strategySummaries(facts) } },
          refresh,
        ]
      : [refresh],
  };
}

/** What is lost for good once the plan is carried out, in words; null where nothing is known to be. */
function lossOf({ plan, lossy }: PlanFacts): string | null {
  const losses = [
    ...(plan.restart.length > 0 ? [`${count(plan.restart.length, "process loses its state", "processes lose their states")}.`] : []),
    ...plan.modules.flatMap(({ id, irreversible }) =>
      irreversible.length > 0 ? [`There is no way back from ${irreversible.join(", ")} of ${id}.`] : [],
    ),
    ...lossy.map(({ module, text }) => `${module}: ${text}`),
  ];
  return losses.length === 0 ? null : losses.slice(0, 5).join("\n");
}

/** Without a runtime, what the analysis knows of a change. */
function planWithout(changed: readonly string[], errors: readonly UpgradeError[]): UpgradePlan {
  return { groups: changed.map((id) => [id]), modules: [], convert: [], restart: [], blocked: [], messages: [], errors };
}

function isChanged({ vsn, baseline, state, messages }: ActorModule): boolean {
  return baseline !== null && (baseline.vsn !== vsn || state.changes.length + messages.changes.length > 0);
}

/** With the root that was found, so that the same system is meant by whatever is asked of it next. */
function withRoot({ target, project }: Plan): PlanTarget {
  return { ...target, root: project.root };
}

function pidsOf({ groups }: UpgradePlan, { processes }: LiveRuntime): Set<string> {
  const planned = new Set(groups.flat());
  return new Set(processes.filter(({ module }) => planned.has(module)).map(({ pid }) => pid));
}

function uriOf({ root, module }: PlanTarget): string {
  const name = module === undefined ? "Upgrade Plan" : `Upgrade Plan of ${module.slice(module.lastIndexOf("/") + 1)}`;
  return documentUri("instar-plan", `${name}.instar-plan`, {
    ...(root === undefined ? {} : { root }),
    ...(module === undefined ? {} : { module }),
  });
}

function targetOf(query: unknown): PlanTarget {
  const { root, module } = (query ?? {}) as Record<string, unknown>;
  return { ...(typeof root === "string" ? { root } : {}), ...(typeof module === "string" ? { module } : {}) };
}

/** An editor may write a URI in another way. */
function find(plans: ReadonlyMap<string, Plan>, uri: string): Plan | undefined {
  return plans.get(uri) ?? [...plans.values()].find((plan) => decodeURIComponent(plan.uri) === decodeURIComponent(uri));
}

function isSource(root: string, file: string): boolean {
  return file.startsWith(`${root}/`) && /\.[cm]?[jt]sx?$|\.json$/.test(file) && !/\/(node_modules|\.instar)\//.test(file);
}

/** A file that is gone has changed as well. */
function isNewer(file: string, than: number): boolean {
  const { mtimeMs = Number.POSITIVE_INFINITY } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return Math.floor(mtimeMs) > than;
}

function pathIn(root: string, file: string): string {
  const path = slashed(relative(root, file));
  return path.startsWith("..") ? file : path;
}

function staleError(why: string, then = "It was made anew; read it, and apply it then."): UpgradeError {
  const message = `The plan is stale: ${why}. ${then}`;
  return { code: "INSTAR_PLAN_STALE", message, module: null, pid: null, name: null, place: null };
}
