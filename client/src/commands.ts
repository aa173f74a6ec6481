/** The commands of the palette, the tree and the lenses. Each asks only what it cannot know and says what came of it. */
import { relative } from "node:path";
import * as vscode from "vscode";
import type { FixAnswers, ModuleSummary, UpgradeReport } from "../../server/src/protocol.ts";
import { answerQuestions } from "./answer-questions.ts";
import { startDevRuntime } from "./dev-runtime.ts";
import type { InstarClient } from "./language-client.ts";
import type { ProcessTree, TreeNode } from "./process-tree.ts";
import { details, summary, wasCanceled } from "./report.ts";

interface Commands {
  readonly client: InstarClient;
  readonly output: vscode.LogOutputChannel;
  readonly tree: ProcessTree;
}

export function registerCommands(commands: Commands): vscode.Disposable[] {
  const { client, output, tree } = commands;
  const register = (id: string, run: (argument?: unknown) => Promise<void>) =>
    vscode.commands.registerCommand(id, async (argument?: unknown) => {
      try {
        await run(argument);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        output.error(`${id}: ${error instanceof Error ? (error.stack ?? message) : message}`);
        void offer(vscode.window.showErrorMessage, `Instar: ${message}`, { "Show Output": () => output.show() });
      }
    });
  return [
    register("instar.startDevRuntime", () => startDevRuntime(client)),
    register("instar.upgrade", (argument) => upgrade(commands, argument, false)),
    register("instar.rehearse", (argument) => upgrade(commands, argument, true)),
    register("instar.downgrade", (argument) => downgrade(commands, argument)),
    // Not in the palette: a code action names it, with the fix that it is for.
    register("instar.answer", (argument) => answerQuestions(client, argument as FixAnswers)),
    register("instar.release", () => release(commands)),
    register("instar.restartServer", async () => {
      await client.restart();
      tree.refresh();
    }),
    register("instar.refreshProcesses", async () => tree.refresh()),
  ];
}

interface Target {
  readonly root?: string;
  /** Undefined: every module whose source changed. */
  readonly module: string | undefined;
}

async function upgrade(commands: Commands, argument: unknown, rehearse: boolean): Promise<void> {
  const { client } = commands;
  const target = fromTree(argument) ?? (await pickModule(client, rehearse ? "Rehearse the upgrade of" : "Upgrade"));
  if (target === undefined) return;
  const saved = await saveSources(target.root);
  const verb = rehearse ? "rehearse" : "upgrade";
  const params = { ...target, rehearse } satisfies { root?: string; module: string | undefined; rehearse: boolean };
  const title = `${rehearse ? "Rehearsing the upgrade of" : "Upgrading"} ${target.module ?? "all changed modules"}`;
  const run = (force: boolean) => withProgress(title, (token) => client.request("instar/upgrade", { ...defined(params), force }, token));
  const report = await run(false);
  if (report === undefined) return;
  // The code of a finding is its rule; the runtime's own begin otherwise.
  const findings = report.outcome === "refused" && report.errors.some(({ code }) => !code.startsWith("INSTAR_"));
  await tell(commands, report, verb, saved, {
    ...(findings && !rehearse
      ? {
          "Upgrade Anyway": async () => {
            // The notification may have been there for long.
            const savedSince = await saveSources(target.root);
            const forced = await run(true);
            if (forced !== undefined) await tell(commands, forced, verb, savedSince, {});
          },
        }
      : {}),
    ...(findings ? { "Show Problems": () => vscode.commands.executeCommand("workbench.actions.view.problems") } : {}),
  });
}

async function downgrade(commands: Commands, argument: unknown): Promise<void> {
  const { client } = commands;
  const picked = fromTree(argument) ?? (await pickModule(client, "Downgrade", { one: true }));
  if (picked?.module === undefined) return;
  const modules = await client.request("instar/modules", {});
  const module = modules.find(({ id, root }) => id === picked.module && (picked.root === undefined || root === picked.root));
  const vsn = await pickVersion(picked.module, module);
  if (vsn === undefined) return;
  const { module: id, ...rest } = picked;
  const report = await withProgress(`Downgrading ${id} to version ${vsn}`, (token) =>
    client.request("instar/downgrade", { ...rest, module: id, vsn }, token),
  );
  if (report !== undefined) await tell(commands, report, "downgrade", "", {});
}

async function release({ client, output }: Commands): Promise<void> {
  await saveSources(undefined);
  const { written, problems } = await client.request("instar/release", {});
  for (const problem of problems) output.error(problem);
  for (const file of written) output.info(`Wrote ${file}`);
  if (problems.length > 0) void offer(vscode.window.showErrorMessage, `Instar: ${problems[0]}`, { "Show Output": () => output.show() });
  if (written.length > 0)
    void offer(
      vscode.window.showInformationMessage,
      // A notification is cut off after some words; the output channel has all paths.
      written.length === 1
        ? `Wrote ${vscode.workspace.asRelativePath(written[0]!)}. Commit it.`
        : `Wrote ${written.length} snapshots to .instar/releases. Commit them.`,
      { "Show Output": () => output.show() },
    );
  else if (problems.length === 0)
    void vscode.window.showInformationMessage("Every version already has its snapshot. Raise a `vsn` to begin the next one.");
}

/** A tree item, or a lens that names its module. */
function fromTree(argument: unknown): (Target & { module: string }) | undefined {
  if (typeof argument !== "object" || argument === null) return undefined;
  if ("kind" in argument && argument.kind === "process") {
    const node = argument as Extract<TreeNode, { kind: "process" }>;
    return { root: node.runtime.root, module: node.process.module };
  }
  if ("module" in argument && typeof argument.module === "string")
    return { ...("root" in argument && typeof argument.root === "string" ? { root: argument.root } : {}), module: argument.module };
  return undefined;
}

async function pickModule(client: InstarClient, title: string, { one = false } = {}): Promise<Target | undefined> {
  const modules = await client.request("instar/modules", {});
  if (modules.length === 0) {
    void vscode.window.showWarningMessage(
      "There is no actor module in this workspace: a file that default-exports a call of `actor` from `instar`.",
    );
    return undefined;
  }
  // The module in front of the person is the one that they most likely mean.
  const active = vscode.window.activeTextEditor?.document.uri.toString();
  const sorted = modules.toSorted((a, b) => Number(same(b.uri, active)) - Number(same(a.uri, active)) || a.id.localeCompare(b.id));
  const items: (vscode.QuickPickItem & { target: Target })[] = sorted.map((module) => ({
    label: module.id,
    description: versions(module),
    target: { root: module.root, module: module.id },
  }));
  if (!one) items.push({ label: "All changed modules", description: "in one transaction", target: { module: undefined } });
  const picked = await vscode.window.showQuickPick(items, { title: `Instar: ${title}`, placeHolder: "Actor module" });
  return picked?.target;
}

async function pickVersion(id: string, module: ModuleSummary | undefined): Promise<number | undefined> {
  const below = module?.loaded ?? module?.vsn ?? Number.POSITIVE_INFINITY;
  const candidates = (module?.releases ?? []).filter((vsn) => vsn < below).toReversed();
  if (candidates.length === 0) {
    void vscode.window.showWarningMessage(
      `${id} has no released version below ${Number.isFinite(below) ? below : "the loaded one"} to go back to. A version is released once \`instar release\` has written its snapshot.`,
    );
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    candidates.map((vsn) => ({ label: `version ${vsn}`, description: vsn === below - 1 ? "the one before" : "", vsn })),
    { title: `Instar: Downgrade ${id}`, placeHolder: "Version to go back to" },
  );
  return picked?.vsn;
}

function versions({ vsn, released, loaded }: ModuleSummary): string {
  const written = vsn === null ? "no literal vsn" : `v${vsn}${released ? "" : " (draft)"}`;
  return loaded === null ? written : `${written} · v${loaded} is running`;
}

/** The runtime builds from the disk, so what is typed but not saved would silently stay behind. Gives a sentence that says what was saved. */
async function saveSources(root: string | undefined): Promise<string> {
  const dirty = vscode.workspace.textDocuments.filter(
    ({ isDirty, uri }) => isDirty && uri.scheme === "file" && (root === undefined || !relative(root, uri.fsPath).startsWith("..")),
  );
  const saved = await Promise.all(dirty.map((document) => document.save()));
  if (saved.includes(false)) throw new Error("A file could not be saved, and the runtime builds from the disk. Save it, then try again.");
  return saved.length === 0 ? "" : ` Saved ${saved.length === 1 ? "1 file" : `${saved.length} files`} first.`;
}

/** Undefined where the person canceled before the runtime could answer. */
async function withProgress(
  title: string,
  run: (token: vscode.CancellationToken) => Promise<UpgradeReport>,
): Promise<UpgradeReport | undefined> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (_, token) => {
    try {
      return await run(token);
    } catch (error) {
      if (!wasCanceled(error)) throw error;
      void vscode.window.showInformationMessage(`${title}: canceled.`);
      return undefined;
    }
  });
}

async function tell(
  { output, tree }: Commands,
  report: UpgradeReport,
  verb: "upgrade" | "downgrade" | "rehearse",
  saved: string,
  actions: Record<string, () => unknown>,
): Promise<void> {
  const text = summary(report, verb) + saved;
  output.info(`${text}\n${details(report)}`);
  tree.refresh();
  const bad = report.outcome === "refused" || report.outcome === "failed";
  const start = report.errors.some(({ code }) => code === "INSTAR_NO_RUNTIME")
    ? { "Start Dev Runtime": () => vscode.commands.executeCommand("instar.startDevRuntime") }
    : {};
  await offer(bad ? vscode.window.showErrorMessage : vscode.window.showInformationMessage, text, {
    ...actions,
    ...start,
    "Show Report": () => output.show(),
  });
}

async function offer(
  show: (message: string, ...items: string[]) => Thenable<string | undefined>,
  message: string,
  actions: Record<string, () => unknown>,
): Promise<void> {
  const picked = await show(message, ...Object.keys(actions));
  if (picked !== undefined) await actions[picked]?.();
}

function same(uri: string, other: string | undefined): boolean {
  return other !== undefined && vscode.Uri.parse(uri).fsPath === vscode.Uri.parse(other).fsPath;
}

function defined<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
