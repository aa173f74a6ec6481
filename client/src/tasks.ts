/** Tasks of the type `instar`: what the command line does, with its findings in the Problems view by the matcher `$instar`. */
import { relative } from "node:path";
import * as vscode from "vscode";
import { instarCommand } from "./installed.ts";
import { projects } from "./uses-instar.ts";

/** As in `tasks.json`; its schema is in the manifest. */
interface InstarTask extends vscode.TaskDefinition {
  readonly command: string;
  /** From the workspace folder. */
  readonly project?: string;
  readonly args?: readonly string[];
}

const offered: readonly Pick<InstarTask, "command" | "args">[] = [
  { command: "check" },
  { command: "release", args: ["--check"] },
  { command: "prove" },
];

export function registerTasks(): vscode.Disposable {
  return vscode.tasks.registerTaskProvider("instar", {
    async provideTasks() {
      // Nobody is asked for tasks in a workspace that is not trusted.
      return (await projects()).flatMap((root) => {
        const folder = vscode.workspace.getWorkspaceFolder(root);
        if (folder === undefined || root.scheme !== "file" || instarCommand(root.fsPath) === undefined) return [];
        const project = relative(folder.uri.fsPath, root.fsPath).replaceAll("\\", "/");
        return offered.map((each) => taskOf({ type: "instar", ...each, ...(project === "" ? {} : { project }) }, folder));
      });
    },
    resolveTask(task) {
      const { definition, scope } = task;
      const folder = typeof scope === "object" ? scope : vscode.workspace.workspaceFolders?.[0];
      return folder === undefined || typeof definition["command"] !== "string" ? undefined : taskOf(definition as InstarTask, folder);
    },
  });
}

function taskOf(definition: InstarTask, folder: vscode.WorkspaceFolder): vscode.Task {
  const { command, project = "", args = [] } = definition;
  const words = [command, ...args];
  const name = project === "" ? words.join(" ") : `${words.join(" ")} - ${project}`;
  const task = new vscode.Task(definition, folder, name, "instar", execution(folder, project, words), ["$instar"]);
  task.detail = details()[command] ?? "";
  if (command === "check") task.group = vscode.TaskGroup.Test;
  task.presentationOptions = { clear: true };
  return task;
}

function execution(
  folder: vscode.WorkspaceFolder,
  project: string,
  words: readonly string[],
): vscode.ShellExecution | vscode.CustomExecution {
  const cwd = folder.uri.fsPath;
  const root = vscode.Uri.joinPath(folder.uri, project).fsPath;
  const program = instarCommand(root);
  if (program === undefined) return new vscode.CustomExecution(async () => notInstalled(root));
  // From the workspace's folder, since that is where the matcher takes the paths from.
  const below = relative(cwd, program);
  return new vscode.ShellExecution(
    below.startsWith("..") ? program : below,
    [...(project === "" ? [] : ["--project", project]), ...words],
    {
      cwd,
    },
  );
}

function details(): Readonly<Record<string, string>> {
  return {
    check: vscode.l10n.t("All rules over the project"),
    release: vscode.l10n.t("Whether every version has its snapshot"),
    prove: vscode.l10n.t("Runs the steps of codeChange on generated states"),
  };
}

/** Says in the task's terminal what is missing, where people look for why it failed. */
function notInstalled(root: string): vscode.Pseudoterminal {
  const write = new vscode.EventEmitter<string>();
  const close = new vscode.EventEmitter<number>();
  return {
    onDidWrite: write.event,
    onDidClose: close.event,
    open() {
      write.fire(
        `${vscode.l10n.t("The command instar is not installed in {0}. Install it there, then run the task again:", root)}\r\n\r\n`,
      );
      write.fire("  npm install instar\r\n  npm install --save-dev instar-language-server\r\n");
      close.fire(2);
    },
    close: () => vscode.Disposable.from(write, close).dispose(),
  };
}
