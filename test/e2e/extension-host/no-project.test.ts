/** A folder with neither a `package.json` nor a configuration: what makes a project of it is said where somebody asks for one. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { activated, uri, withPerson } from "./in-host.ts";

test("Initialize says what is missing, and writes nothing", async () => {
  await activated();
  const told = await withPerson([], () => vscode.commands.executeCommand("instar.initialize"));
  assert.equal(told.length, 1);
  assert.match(told[0]!, /There is no package\.json in .*no-project\. Make one first: npm init/);
  assert.deepEqual((await vscode.workspace.fs.readDirectory(uri(""))).map(([name]) => name).toSorted(), ["bell.actor.ts", "node_modules"]);
});

test("commands that need modules or an application say that there is none, and nothing fails", async () => {
  for (const command of ["instar.upgrade", "instar.startDevRuntime"]) {
    const told = await withPerson([], () => vscode.commands.executeCommand(command));
    assert.equal(told.length, 1, command);
    assert.match(told[0]!, /no actor module|No application/i);
  }
});
