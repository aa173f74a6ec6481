/** Upgrades, rehearsals and the ways back, from the palette, the views, the lenses and the plan: each asks only what it cannot know, and says what came of it. */
import * as vscode from "vscode";
import type { ModuleSummary, Strategy, StrategySummary, UpgradeProgress, UpgradeReport } from "../../server/src/protocol.ts";
import type { InstarClient } from "./language-client.ts";
import { pickModule, type Target, targetOf } from "./pick-module.ts";
import { pickStrategy } from "./pick-strategy.ts";
import { createRegister, offer, type Register } from "./register-command.ts";
import { type Verb, summary, wasCanceled } from "./report.ts";
import { saveSources } from "./save-sources.ts";
import { showDocument } from "./show-document.ts";
import { logReport, reportAction } from "./show-report.ts";
import { isTrusted } from "./trust.ts";

interface Upgrades {
  readonly client: InstarClient;
  readonly output: vscode.LogOutputChannel;
}

export function registerUpgrades(upgrades: Upgrades): vscode.Disposable {
  const register = createRegister(upgrades.output);
  /** The system that runs may be somebody's own; the code that it would get is the workspace's. */
  const live: Register = (id, run) =>
    register(id, async (argument) => {
      if (await isTrusted(vscode.l10n.t("This loads code of the project into a running system."))) await run(argument);
    });
  return vscode.Disposable.from(
    live("instar.upgrade", (argument) => upgradePicked(upgrades, argument, false)),
    live("instar.rehearse", (argument) => upgradePicked(upgrades, argument, true)),
    live("instar.upgradeBy", (argument) => upgradeBy(upgrades, argument)),
    live("instar.downgrade", (argument) => downgrade(upgrades, argument)),
    live("instar.downgradeBy", (argument) => downgrade(upgrades, argument, true)),
    live("instar.rollback", (argument) => rollback(upgrades, argument)),
    live("instar.rollbackBy", (argument) => rollback(upgrades, argument, true)),
    live("instar.showUpgradePlan", (argument) => showPlan(upgrades, argument)),
    live("instar.rehearsePlan", (argument) => carryOut(upgrades, argument, true)),
    live("instar.applyPlan", (argument) => carryOut(upgrades, argument, false)),
    live("instar.applyPlanBy", (argument) => carryOutBy(upgrades, argument)),
    upgrades.client.onNotification("instar/rolledBack", ({ runtime, report }) => void tellRolledBack(upgrades, runtime, report)),
  );
}

async function upgradePicked(upgrades: Upgrades, argument: unknown, rehearse: boolean): Promise<void> {
  const title = rehearse ? vscode.l10n.t("Instar: Rehearse the upgrade of") : vscode.l10n.t("Instar: Upgrade");
  const target = targetOf(argument) ?? (await pickModule(upgrades.client, title));
  if (target !== undefined) await upgrade(upgrades, target, rehearse);
}

async function upgradeBy(upgrades: Upgrades, argument: unknown): Promise<void> {
  const target = targetOf(argument) ?? (await pickModule(upgrades.client, vscode.l10n.t("Instar: Upgrade by…")));
  if (target === undefined) return;
  const strategy = await strategyFor(upgrades, target, "upgrade");
  if (strategy !== undefined) await upgrade(upgrades, { ...target, strategy }, false);
}

/** Undefined where the person wants none of them, or it is not possible. */
async function strategyFor(
  { client }: Upgrades,
  { root, module }: { readonly root?: string; readonly module?: string | undefined },
  operation: "upgrade" | "downgrade" | "rollback",
): Promise<Strategy | undefined> {
  const [title, act] = {
    upgrade: [vscode.l10n.t("Instar: Upgrade by"), vscode.l10n.t("Upgrade")],
    downgrade: [vscode.l10n.t("Instar: Downgrade by"), vscode.l10n.t("Downgrade")],
    rollback: [vscode.l10n.t("Instar: Roll back by"), vscode.l10n.t("Roll Back")],
  }[operation] as [string, string];
  // What is planned is what is on the disk.
  if (operation === "upgrade") await saveSources(root);
  const looking = { location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Looking what each strategy would cost") };
  const params = { ...defined({ root, module }), operation };
  const summaries = await vscode.window.withProgress(looking, () => client.request("instar/strategies", params));
  return pickStrategy(title, act, summaries);
}

/** @param target with `plan`, the URI of the plan that was read. */
async function upgrade(
  upgrades: Upgrades,
  target: Target & { readonly plan?: string; readonly strategy?: Strategy },
  rehearse: boolean,
): Promise<void> {
  const { client } = upgrades;
  const saved = await saveSources(target.root);
  const verb = rehearse ? "rehearse" : "upgrade";
  const params = { ...target, rehearse } satisfies {
    root?: string;
    module: string | undefined;
    rehearse: boolean;
    plan?: string;
    strategy?: Strategy;
  };
  const what = target.module ?? vscode.l10n.t("all changed modules");
  const title = rehearse ? vscode.l10n.t("Rehearsing the upgrade of {0}", what) : vscode.l10n.t("Upgrading {0}", what);
  const run = (force: boolean) =>
    withProgress(client, title, target.root, (token) => client.request("instar/upgrade", { ...defined(params), force }, token));
  const report = await run(false);
  if (report === undefined) return;
  // The code of a finding is its rule; the runtime's own begin otherwise.
  const findings = report.outcome === "refused" && report.errors.some(({ code }) => !code.startsWith("INSTAR_"));
  await tell(upgrades, report, verb, saved, {
    ...(findings && !rehearse
      ? {
          [vscode.l10n.t("Upgrade Anyway")]: async () => {
            // The notification may have been there for long.
            const savedSince = await saveSources(target.root);
            const forced = await run(true);
            if (forced !== undefined) await tell(upgrades, forced, verb, savedSince, {});
          },
        }
      : {}),
    ...(report.errors.some(({ code }) => code === "INSTAR_PLAN_STALE")
      ? { [vscode.l10n.t("Show Plan")]: () => showPlan(upgrades, target) }
      : {}),
    ...(findings ? { [vscode.l10n.t("Show Problems")]: () => vscode.commands.executeCommand("workbench.actions.view.problems") } : {}),
  });
}

async function downgrade(upgrades: Upgrades, argument: unknown, by = false): Promise<void> {
  const { client } = upgrades;
  const picked = targetOf(argument) ?? (await pickModule(client, vscode.l10n.t("Instar: Downgrade"), { one: true }));
  if (picked?.module === undefined) return;
  const modules = await client.request("instar/modules", {});
  const module = modules.find(({ id, root }) => id === picked.module && (picked.root === undefined || root === picked.root));
  const vsn = await pickVersion(picked.module, module);
  if (vsn === undefined) return;
  const strategy = by ? await strategyFor(upgrades, picked, "downgrade") : undefined;
  if (by && strategy === undefined) return;
  const { module: id, ...rest } = picked;
  const report = await withProgress(client, vscode.l10n.t("Downgrading {0} to version {1}", id, vsn), picked.root, (token) =>
    client.request("instar/downgrade", { ...rest, module: id, vsn, ...defined({ strategy }) }, token),
  );
  if (report !== undefined) await tell(upgrades, report, "downgrade", "", {});
}

async function rollback(upgrades: Upgrades, argument: unknown, by = false): Promise<void> {
  const { client } = upgrades;
  const root = rootOf(argument) ?? (await pickRoot(client));
  if (root === undefined) return;
  const strategy = by ? await strategyFor(upgrades, root === null ? {} : { root }, "rollback") : undefined;
  if (by && strategy === undefined) return;
  const back = vscode.l10n.t("Roll Back");
  // What a restart loses was asked about already.
  const picked =
    strategy === "restart"
      ? back
      : await vscode.window.showWarningMessage(
          vscode.l10n.t("Undo the last upgrade?"),
          {
            modal: true,
            detail: vscode.l10n.t(
              "The code of before it serves again. Live states go back by the steps' down; what those do not carry back is lost.",
            ),
          },
          back,
        );
  if (picked !== back) return;
  const report = await withProgress(client, vscode.l10n.t("Rolling back the last upgrade"), root ?? undefined, (token) =>
    client.request("instar/rollback", { ...(root === null ? {} : { root }), ...defined({ strategy }) }, token),
  );
  if (report !== undefined) await tell(upgrades, report, "rollback", "", {});
}

/** The root of the only project that runs, null where none does: the server says what to do then. */
async function pickRoot(client: InstarClient): Promise<string | null | undefined> {
  const roots = [...new Set((await client.request("instar/processes", {})).map(({ runtime }) => runtime.root))];
  if (roots.length < 2) return roots[0] ?? null;
  const items = roots.map((root) => ({ label: vscode.workspace.asRelativePath(root), root }));
  const options = { title: vscode.l10n.t("Instar: Roll Back"), placeHolder: vscode.l10n.t("Project whose last upgrade is undone") };
  return (await vscode.window.showQuickPick(items, options))?.root;
}

async function showPlan({ client }: Upgrades, argument: unknown): Promise<void> {
  // The lens of a plan of everything names no module.
  const target = targetOf(argument) ?? planOf(argument) ?? (await pickModule(client, vscode.l10n.t("Instar: Upgrade plan of")));
  if (target === undefined) return;
  // What is planned is what is on the disk.
  await saveSources(target.root);
  const { root, module } = target;
  const title = vscode.l10n.t("Planning the upgrade of {0}", module ?? vscode.l10n.t("all changed modules"));
  const { uri } = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    client.request("instar/plan", defined({ root, module })),
  );
  await showDocument(uri);
}

/** From a lens, or from the palette and the title's menu above a plan. */
async function carryOut(upgrades: Upgrades, argument: unknown, rehearse: boolean): Promise<void> {
  const plan = planInFront(argument);
  if (plan === undefined) return;
  if (!rehearse && plan.warning !== undefined && !(await confirmed(plan.warning))) return;
  const { warning: _, ...target } = plan;
  await upgrade(upgrades, target, rehearse);
}

/** What it would cost is in the lens; from the palette, the server is asked. */
async function carryOutBy(upgrades: Upgrades, argument: unknown): Promise<void> {
  const plan = planInFront(argument);
  if (plan === undefined) return;
  const { strategies } = (argument ?? {}) as { strategies?: readonly StrategySummary[] };
  const strategy =
    strategies === undefined
      ? await strategyFor(upgrades, plan, "upgrade")
      : await pickStrategy(vscode.l10n.t("Instar: Apply by"), vscode.l10n.t("Apply"), strategies);
  if (strategy === undefined) return;
  const { root, module, plan: uri } = plan;
  await upgrade(upgrades, { ...(root === undefined ? {} : { root }), module, plan: uri, strategy }, false);
}

/** What cannot be taken back is asked about. */
async function confirmed(detail: string): Promise<boolean> {
  const apply = vscode.l10n.t("Apply");
  return (await vscode.window.showWarningMessage(vscode.l10n.t("Apply this plan?"), { modal: true, detail }, apply)) === apply;
}

function planInFront(argument: unknown): PlanTarget | undefined {
  const plan = planOf(argument) ?? planOf(vscode.window.activeTextEditor?.document.uri);
  if (plan === undefined)
    void vscode.window.showInformationMessage(
      vscode.l10n.t('There is no upgrade plan in front. Open one with "Instar: Show Upgrade Plan".'),
    );
  return plan;
}

interface PlanTarget extends Target {
  readonly plan: string;
  /** What is lost for good when it is applied, in words. */
  readonly warning?: string;
}

/** What a lens of a plan says of it, or its URI. */
function planOf(argument: unknown): PlanTarget | undefined {
  if (argument instanceof vscode.Uri) {
    if (argument.scheme !== "instar-plan") return undefined;
    const { root, module } = JSON.parse(argument.query) as { root?: string; module?: string };
    return { ...(root === undefined ? {} : { root }), module, plan: argument.toString() };
  }
  if (typeof argument !== "object" || argument === null || !("plan" in argument) || typeof argument.plan !== "string") return undefined;
  const { root, module, warning } = argument as { root?: unknown; module?: unknown; warning?: unknown };
  return {
    ...(typeof root === "string" ? { root } : {}),
    module: typeof module === "string" ? module : undefined,
    plan: argument.plan,
    ...(typeof warning === "string" ? { warning } : {}),
  };
}

function rootOf(argument: unknown): string | undefined {
  if (typeof argument !== "object" || argument === null) return undefined;
  if ("root" in argument && typeof argument.root === "string") return argument.root;
  return "runtime" in argument ? rootOf(argument.runtime) : undefined;
}

async function pickVersion(id: string, module: ModuleSummary | undefined): Promise<number | undefined> {
  const below = module?.loaded ?? module?.vsn ?? Number.POSITIVE_INFINITY;
  const candidates = (module?.releases ?? []).filter((vsn) => vsn < below).toReversed();
  if (candidates.length === 0) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        "{0} has no released version before this one to go back to. A version is released once `instar release` has written its snapshot.",
        id,
      ),
    );
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    candidates.map((vsn) => ({
      label: vscode.l10n.t("version {0}", vsn),
      description: vsn === below - 1 ? vscode.l10n.t("the one before") : "",
      vsn,
    })),
    { title: vscode.l10n.t("Instar: Downgrade {0}", id), placeHolder: vscode.l10n.t("Version to go back to") },
  );
  return picked?.vsn;
}

/** Nobody asked for it, so it is told wherever the person is. */
async function tellRolledBack({ client, output }: Upgrades, runtime: string, report: UpgradeReport): Promise<void> {
  const why = report.why ?? "";
  const text =
    report.outcome === "committed"
      ? vscode.l10n.t("The upgrade of {0} did not hold and was rolled back: {1}.", runtime, why)
      : vscode.l10n.t("The upgrade of {0} did not hold, and could not be rolled back: {1}.", runtime, why);
  logReport(output, text, report);
  await offer(vscode.window.showWarningMessage, text, reportAction(client, report, "rollback"));
}

/** Undefined where the person canceled before the runtime could answer. @param root of the system, where it is known */
async function withProgress(
  client: InstarClient,
  title: string,
  root: string | undefined,
  run: (token: vscode.CancellationToken) => Promise<UpgradeReport>,
): Promise<UpgradeReport | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const listening = client.onNotification("instar/upgradeProgress", (told) => {
      if (root === undefined || told.root === root) progress.report({ message: phaseText(told) });
    });
    try {
      return await run(token);
    } catch (error) {
      if (!wasCanceled(error)) throw error;
      void vscode.window.showInformationMessage(vscode.l10n.t("{0}: canceled.", title));
      return undefined;
    } finally {
      listening.dispose();
    }
  });
}

function phaseText({ phase, busy }: UpgradeProgress): string {
  if (phase === "build") return vscode.l10n.t("building the new code");
  if (phase === "convert") return vscode.l10n.t("computing the new states");
  return busy === 1 ? vscode.l10n.t("waiting for 1 busy process") : vscode.l10n.t("waiting for {0} busy processes", busy);
}

async function tell(
  { client, output }: Upgrades,
  report: UpgradeReport,
  verb: Verb,
  saved: string,
  actions: Record<string, () => unknown>,
): Promise<void> {
  const text = summary(report, verb, vscode.l10n.t) + saved;
  logReport(output, text, report);
  const bad = report.outcome === "refused" || report.outcome === "failed";
  const start = report.errors.some(({ code }) => code === "INSTAR_NO_RUNTIME")
    ? { [vscode.l10n.t("Start Dev Runtime")]: () => vscode.commands.executeCommand("instar.startDevRuntime") }
    : {};
  await offer(bad ? vscode.window.showErrorMessage : vscode.window.showInformationMessage, text, {
    ...actions,
    ...start,
    ...reportAction(client, report, verb),
  });
}

function defined<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
