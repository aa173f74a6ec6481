/** In a workspace without actors the extension stays small, and a file that uses Instar brings the rest. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { findings, isLoaded, uri, withPerson } from "./in-host.ts";

test("a TypeScript file that has nothing to do with Instar does not start the language server", async () => {
  await vscode.window.showTextDocument(uri("src/plain.ts"));
  await vscode.extensions.getExtension("instar.instar-vscode")!.activate();
  // What decides it has been asked by then.
  await vscode.workspace.findFiles("**/package.json");
  assert.equal(isLoaded(), false);
});

test("the commands are there all the same", async () => {
  const commands = await vscode.commands.getCommands();
  for (const command of ["instar.upgrade", "instar.initialize", "instar.openExample"]) assert.ok(commands.includes(command), command);
});

test("a file that imports from instar starts it, and shows its findings", async () => {
  assert.deepEqual(await findings("src/late.ts"), ["function-in-state"]);
  assert.equal(isLoaded(), true);
});

test("commands that are about something, called from a key without it, say what is missing or find it themselves", async () => {
  const called = (command: string): Promise<string[]> => withPerson([], () => vscode.commands.executeCommand(command));
  assert.deepEqual(await called("instar.revealProcess"), ["No dev runtime is running for this workspace."]);
  assert.deepEqual(await called("instar.showMoreProcesses"), []);
  assert.deepEqual(await called("instar.answer"), []);
});
