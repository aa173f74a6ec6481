/**
 * The language status: what the server is doing and has found, what the project is compared with, and what is wrong with its configuration.
 * One item for each thing that a person may want to do something about.
 */
import { basename } from "node:path";
import * as vscode from "vscode";
import type { ProjectStatus, ServerStatus } from "../../server/src/protocol.ts";
import type { InstarClient, ServerState } from "./language-client.ts";

const selector = [{ language: "typescript" }, { language: "typescriptreact" }, { pattern: "**/{instar.config,package}.json" }];

export function createStatus(client: InstarClient): vscode.Disposable {
  const server = vscode.languages.createLanguageStatusItem("instar.status", selector);
  server.name = "Instar";
  server.command = { title: vscode.l10n.t("Restart"), command: "instar.restartServer" };
  const analysis = vscode.languages.createLanguageStatusItem("instar.analysis", selector);
  analysis.name = vscode.l10n.t("Instar Baseline");
  analysis.command = { title: vscode.l10n.t("Show Output"), command: "instar.showOutput" };
  /** Only where there is something to put right: an item that says that all is well takes room from others. */
  let configuration: vscode.LanguageStatusItem | undefined;

  const showConfiguration = (projects: readonly ProjectStatus[]): void => {
    const [problem, ...others] = projects.flatMap((project) => project.configuration.map((each) => ({ root: project.root, ...each })));
    configuration?.dispose();
    configuration = undefined;
    if (problem === undefined) return;
    configuration = vscode.languages.createLanguageStatusItem("instar.configuration", selector);
    configuration.name = vscode.l10n.t("Instar Configuration");
    configuration.severity = vscode.LanguageStatusSeverity.Warning;
    configuration.text =
      others.length === 0
        ? vscode.l10n.t("Instar: 1 problem with the configuration")
        : vscode.l10n.t("Instar: {0} problems with the configuration", others.length + 1);
    // The Problems view has the whole sentence; here it would push the command off the screen.
    configuration.detail = problem.uri === null ? problem.message : `${basename(vscode.Uri.parse(problem.uri).path)}:${problem.line}`;
    if (problem.uri === null) return;
    const at = new vscode.Position(problem.line - 1, 0);
    configuration.command = {
      title: vscode.l10n.t("Open"),
      command: "vscode.open",
      arguments: [vscode.Uri.parse(problem.uri), { selection: new vscode.Range(at, at) }],
    };
  };

  const show = ({ state, modules, runtime, message, projects }: ServerStatus): void => {
    server.busy = state === "starting" || state === "analyzing";
    server.severity = state === "error" ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    server.text = state === "error" ? vscode.l10n.t("Instar: a problem") : modulesText(modules);
    server.detail = message ?? (runtime === null ? vscode.l10n.t("no runtime connected") : vscode.l10n.t("connected to {0}", runtime));
    analysis.text = baselineText(projects);
    analysis.detail = projects.map((project) => runText(project, projects.length > 1)).join("; ");
    showConfiguration(projects);
  };
  const showState = (state: ServerState): void => {
    if (state === "running") return;
    server.busy = state !== "stopped";
    server.severity = state === "starting" ? vscode.LanguageStatusSeverity.Information : vscode.LanguageStatusSeverity.Error;
    server.text = state === "starting" ? vscode.l10n.t("Instar: starting") : vscode.l10n.t("Instar: the language server has ended");
    server.detail =
      state === "waiting"
        ? vscode.l10n.t("it is started again in a moment")
        : state === "stopped"
          ? vscode.l10n.t("nothing is found until it is started again")
          : "";
  };
  showState("starting");
  analysis.text = baselineText([]);
  return vscode.Disposable.from(server, analysis, client.onNotification("instar/status", show), client.onState(showState), {
    dispose: () => configuration?.dispose(),
  });
}

function modulesText(count: number): string {
  return count === 1 ? vscode.l10n.t("Instar: 1 actor module") : vscode.l10n.t("Instar: {0} actor modules", count);
}

function baselineText(projects: readonly ProjectStatus[]): string {
  const refs = [...new Set(projects.map(({ baseline }) => baseline))];
  if (refs.every((ref) => ref === null)) return vscode.l10n.t("Compared with the newest snapshots");
  const names = refs.map((ref) => ref ?? vscode.l10n.t("the newest snapshots"));
  return vscode.l10n.t("Compared with {0}", names.join(", "));
}

function runText({ root, run }: ProjectStatus, several: boolean): string {
  const name = several ? `${basename(root)}: ` : "";
  if (run === null) return `${name}${vscode.l10n.t("not looked at yet")}`;
  const time = new Date(run.at).toLocaleTimeString();
  return `${name}${vscode.l10n.t("at {0}, in {1} ms", time, Math.max(1, Math.round(run.milliseconds)))}`;
}
