/**
 * *Prove Steps*: runs `instar prove` of the project on one module, and shows what it found as a report and at the places in the code. That runs
 * the project's code, so it wants a trusted workspace.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { instarProgram, languageServerPackage } from "./installed.ts";
import type { InstarClient } from "./language-client.ts";
import { pickModule, targetOf } from "./pick-module.ts";
import { findingText, parseProof, proofDocument, type ProofFinding, type ProofJson } from "./prove-report.ts";
import { createReadOnlyDocuments } from "./read-only-documents.ts";
import { createRegister, offer } from "./register-command.ts";
import { saveSources } from "./save-sources.ts";
import { isTrusted } from "./trust.ts";

export function registerProve({ client, output }: { client: InstarClient; output: vscode.LogOutputChannel }): vscode.Disposable {
  const found = vscode.languages.createDiagnosticCollection("instar-prove");
  const reports = createReadOnlyDocuments("instar-proof");
  const prove = async (argument: unknown): Promise<void> => {
    const target = targetOf(argument) ?? (await pickModule(client, vscode.l10n.t("Instar: Prove the steps of"), { one: true }));
    if (target?.module === undefined || target.root === undefined) return;
    const { root, module } = target;
    if (!(await isTrusted(vscode.l10n.t("A proof runs the steps of codeChange of this project.")))) return;
    const program = instarProgram(root);
    if (program === undefined || languageServerPackage(root) === undefined)
      throw new Error(
        vscode.l10n.t(
          "The packages `instar` and `instar-language-server` are not installed in {0}. Install them there, then try again.",
          root,
        ),
      );
    await saveSources(root);
    const result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Proving the steps of {0}", module), cancellable: true },
      (_, token) => run(program, root, module, token),
    );
    if (result === "canceled") return;
    const proof = parseProof(result.stdout);
    if (proof === undefined) throw new Error(result.stderr.trim() || vscode.l10n.t("The proof ended without a result."));
    publish(found, root, module, proof);
    const report = proofDocument(proof, vscode.l10n.t);
    output.info(report);
    const { errors, warnings } = proof.summary;
    const tell =
      errors > 0 ? vscode.window.showErrorMessage : warnings > 0 ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    const text =
      errors + warnings === 0
        ? vscode.l10n.t("The steps of {0} hold for every state that was tried.", module)
        : vscode.l10n.t("The proof of {0} found {1} errors and {2} warnings.", module, errors, warnings);
    // Nobody has to answer before the next command.
    void offer(tell, text, {
      [vscode.l10n.t("Show Report")]: () => reports.show(`${module.slice(module.lastIndexOf("/") + 1)}.proof.md`, report),
      ...(errors + warnings === 0
        ? {}
        : { [vscode.l10n.t("Show Problems")]: () => vscode.commands.executeCommand("workbench.actions.view.problems") }),
    });
  };
  return vscode.Disposable.from(
    found,
    reports,
    createRegister(output)("instar.prove", prove),
    // What was proved is not what is there any more: another text, none, or in a folder that was closed.
    client.onNotification("instar/modulesChanged", () => {
      found.forEach((uri) => (existsSync(uri.fsPath) ? undefined : found.delete(uri)));
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
      const isGone = (uri: vscode.Uri): boolean => removed.some((folder) => uri.path.startsWith(`${folder.uri.path}/`));
      found.forEach((uri) => (isGone(uri) ? found.delete(uri) : undefined));
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0 && found.has(document.uri)) found.delete(document.uri);
    }),
  );
}

interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** With VS Code's own Node.js: there may be no other. */
function run(program: string, root: string, module: string, token: vscode.CancellationToken): Promise<Printed | "canceled"> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, "--project", root, "prove", module, "--format", "json"], {
      cwd: root,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const printed = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) child[name].setEncoding("utf8").on("data", (text: string) => (printed[name] += text));
    const listening = token.onCancellationRequested(() => child.kill());
    child.on("error", reject);
    child.on("close", () => {
      listening.dispose();
      resolve(token.isCancellationRequested ? "canceled" : printed);
    });
  });
}

/** What an earlier proof of the module found is replaced. */
function publish(found: vscode.DiagnosticCollection, root: string, module: string, { findings }: ProofJson): void {
  found.forEach((uri, diagnostics) =>
    found.set(
      uri,
      diagnostics.filter((each) => of.get(each) !== module),
    ),
  );
  const byFile = new Map<string, ProofFinding[]>();
  for (const finding of findings) byFile.set(finding.file, [...(byFile.get(finding.file) ?? []), finding]);
  for (const [file, own] of byFile) {
    const uri = vscode.Uri.file(join(root, file));
    found.set(uri, [...(found.get(uri) ?? []), ...own.map((finding) => diagnosticOf(finding, module))]);
  }
}

/** The pages of the rules, to which the server's own diagnostics link as well. */
const rules = "https://github.com/instar-dev/instar/blob/main/docs/rules";

/** Which module's proof said it. */
const of = new WeakMap<vscode.Diagnostic, string>();

function diagnosticOf(finding: ProofFinding, module: string): vscode.Diagnostic {
  const { start, end } = finding.range;
  const range = new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
  const severity = {
    error: vscode.DiagnosticSeverity.Error,
    warning: vscode.DiagnosticSeverity.Warning,
    info: vscode.DiagnosticSeverity.Information,
  }[finding.severity];
  const diagnostic = new vscode.Diagnostic(range, findingText(finding, vscode.l10n.t), severity);
  diagnostic.source = "instar prove";
  diagnostic.code = { value: finding.rule, target: vscode.Uri.parse(`${rules}/${finding.rule}.md`) };
  of.set(diagnostic, module);
  return diagnostic;
}
