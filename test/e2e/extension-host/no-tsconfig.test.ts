/** A project without a `tsconfig.json` is read with TypeScript's strict defaults. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { activated, findings, uri } from "./in-host.ts";

test("findings, snapshots and symbols of the commands work", async () => {
  await activated();
  assert.deepEqual(await findings("src/bell.actor.ts"), ["function-in-state"]);
  await vscode.commands.executeCommand("instar.release");
  assert.ok((await vscode.workspace.fs.stat(uri(".instar/releases/src/bell.actor/1.d.ts"))).size > 0);
});
