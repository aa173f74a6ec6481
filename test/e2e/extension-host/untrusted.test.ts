/** In a workspace that nobody trusts, the analysis works and nothing of the project is run. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as vscode from "vscode";
import { activated, findings, replace, root, uri, withPerson } from "./in-host.ts";

const room = "src/room.actor.ts";

test("the workspace is not trusted", () => {
  assert.equal(vscode.workspace.isTrusted, false);
});

test("findings and fixes work", async () => {
  await activated();
  const dirty = vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty).map((document) => String(document.uri));
  const told = await withPerson([], () => vscode.commands.executeCommand("instar.release"));
  assert.ok(existsSync(uri(".instar/releases/src/room.actor/1.d.ts").fsPath), [...told, ...dirty].join("\n"));
  await replace(room, "readonly title: string;", "readonly title: string;\n  readonly topic: string;");
  assert.deepEqual(await findings(room), ["state-changed-no-code-change"]);
  const { range } = vscode.languages.getDiagnostics(uri(room)).find(({ source }) => source === "instar")!;
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    "vscode.executeCodeActionProvider",
    uri(room),
    range,
    "quickfix",
    5,
  );
  const titles = actions.map(({ title }) => title);
  assert.ok(
    titles.some((title) => title.includes("codeChange")),
    titles.join("\n"),
  );
});

test("what would run the project, or change what runs, says that the workspace has to be trusted, and opens no terminal", async () => {
  const running = ["startDevRuntime", "prove", "upgrade", "rehearse", "downgrade", "rollback", "showStates"];
  const changing = ["suspendProcess", "resumeProcess", "restartProcess", "stopRuntime", "restartRuntime"];
  for (const command of [...running, ...changing]) {
    const told = await withPerson(["src/room.actor"], () => vscode.commands.executeCommand(`instar.${command}`));
    assert.equal(told.length, 1, command);
    assert.match(told[0]!, /not trusted/, command);
  }
  assert.deepEqual(vscode.window.terminals, []);
});

test("a save upgrades nothing, whatever the settings of the workspace say", async () => {
  const configuration = vscode.workspace.getConfiguration("instar");
  await configuration.update("upgradeOnSave", true, vscode.ConfigurationTarget.Workspace);
  assert.equal(vscode.workspace.getConfiguration("instar").get("upgradeOnSave"), false);
  assert.ok(!existsSync(`${root}/.instar/run`));
});
