/**
 * The debug type `instar`: runs an application on the dev runtime under VS Code's own JavaScript debugger, which follows it into the child
 * process that the application runs in. Breakpoints are set in TypeScript, and hold in every version that an upgrade loads.
 */
import { dirname, relative, resolve } from "node:path";
import * as vscode from "vscode";
import { instarProgram, languageServerPackage } from "./installed.ts";
import type { InstarClient } from "./language-client.ts";
import { isTypeScript } from "./uses-instar.ts";

export function registerDebugging(load: () => Promise<InstarClient>): vscode.Disposable {
  /** One for each application below the folder. */
  const configurations = async (folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> => {
    const entries = await (await load()).request("instar/entries", {});
    return entries
      .map(({ uri }) => vscode.Uri.parse(uri))
      .filter((uri) => folder === undefined || vscode.workspace.getWorkspaceFolder(uri)?.uri.toString() === folder.uri.toString())
      .map(configurationOf);
  };
  const provider: vscode.DebugConfigurationProvider = {
    provideDebugConfigurations: configurations,
    async resolveDebugConfiguration(folder, given) {
      // F5 without a `launch.json` gives none of them.
      const asked = given["entry"] === undefined ? await chosen(await configurations(folder)) : given;
      return asked === undefined ? undefined : underDebugger(folder, { ...asked, ...given });
    },
  };
  return vscode.Disposable.from(
    vscode.debug.registerDebugConfigurationProvider("instar", provider),
    vscode.debug.registerDebugConfigurationProvider(
      "instar",
      { provideDebugConfigurations: configurations },
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
  );
}

function configurationOf(entry: vscode.Uri): vscode.DebugConfiguration {
  const folder = vscode.workspace.getWorkspaceFolder(entry);
  const path = folder === undefined ? undefined : relative(folder.uri.fsPath, entry.fsPath).replaceAll("\\", "/");
  return {
    type: "instar",
    request: "launch",
    name: vscode.l10n.t("Instar: {0}", path ?? entry.fsPath),
    entry: path === undefined ? entry.fsPath : `\${workspaceFolder}/${path}`,
  };
}

/** The application in front of the person, else the only one, else one that they pick; undefined where there is none or they pick none. */
async function chosen(candidates: readonly vscode.DebugConfiguration[]): Promise<vscode.DebugConfiguration | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  const active = document !== undefined && isTypeScript(document) ? configurationOf(document.uri) : undefined;
  const [first, ...others] = candidates;
  if (first === undefined) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        "No application was found to debug: an entry module, for example src/app.ts, default-exports a call of supervisor from instar.",
      ),
    );
    return undefined;
  }
  const here = candidates.find(({ entry }) => entry === active?.["entry"]);
  if (here !== undefined || others.length === 0) return here ?? first;
  const picked = await vscode.window.showQuickPick(
    candidates.map((configuration) => ({ label: configuration.name, configuration })),
    { title: vscode.l10n.t("Instar: Debug"), placeHolder: vscode.l10n.t("Application to debug") },
  );
  return picked?.configuration;
}

/** What VS Code's JavaScript debugger has to do for it; undefined where it cannot be run, which the person is told. */
function underDebugger(
  folder: vscode.WorkspaceFolder | undefined,
  given: vscode.DebugConfiguration,
): vscode.DebugConfiguration | undefined {
  const { entry, watch, runtimeName, type: _, ...rest } = given;
  const file = withoutVariables(folder, String(entry));
  const root = dirname(file);
  const program = instarProgram(root);
  if (program === undefined || languageServerPackage(root) === undefined) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        "The command instar is not installed for {0}. Install the packages instar and instar-language-server there (npm install), then try again.",
        vscode.workspace.asRelativePath(file),
      ),
    );
    return undefined;
  }
  return {
    ...rest,
    type: "node",
    program,
    args: ["dev", file, ...(watch === true ? ["--watch"] : []), ...(typeof runtimeName === "string" ? ["--name", runtimeName] : [])],
    cwd: dirname(dirname(dirname(dirname(program)))),
    // The application runs in a child of the runtime.
    autoAttachChildProcesses: true,
    sourceMaps: true,
    // Each version brings its source map along, and none of them is on the disk; what the debugger finds there is something else.
    outFiles: [],
    resolveSourceMapLocations: null,
    pauseForSourceMap: true,
    // What is paused cannot end in order. The run file that stays behind is known by its dead process.
    killBehavior: "forceful",
    skipFiles: [
      "<node_internals>/**",
      "**/node_modules/{instar,instar-language-server}/**",
      ...((rest["skipFiles"] as string[] | undefined) ?? []),
    ],
  };
}

/** The runtime has to be found beside the entry before VS Code has put in what variables stand for. */
function withoutVariables(folder: vscode.WorkspaceFolder | undefined, path: string): string {
  const root = (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath ?? "";
  const file = path.replaceAll("${workspaceFolder}", root).replaceAll("${file}", vscode.window.activeTextEditor?.document.uri.fsPath ?? "");
  return resolve(root, file);
}
