/** Two projects in one window: each has its findings, its tasks, and its place in what is asked. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as vscode from "vscode";
import { activated, findings, uri, withPerson } from "./in-host.ts";

test("both folders show their findings", async () => {
  await activated();
  for (const folder of ["one", "two"]) assert.deepEqual(await findings(`${folder}/src/bell.actor.ts`), ["function-in-state"]);
});

test("each folder has its tasks", async () => {
  const tasks = await vscode.tasks.fetchTasks({ type: "instar" });
  const names = tasks.map(({ name, scope }) => `${typeof scope === "object" ? scope.name : ""}: ${name}`);
  assert.deepEqual(
    names.toSorted(),
    ["one", "two"].flatMap((folder) => ["check", "prove", "release --check"].map((name) => `${folder}: ${name}`)),
  );
});

test("a project is initialized in the folder that the person picks", async () => {
  const told = await withPerson(["two"], async () => {
    const done = vscode.commands.executeCommand("instar.initialize");
    await acceptSteps(() => done);
  });
  assert.match(told.join("\n"), /^Wrote \d+ files: two\/instar\.config\.json/);
  assert.ok(existsSync(uri("two/instar.config.json").fsPath));
  assert.ok(!existsSync(uri("one/instar.config.json").fsPath));
});

/** Presses Enter in the list of steps until the command has ended. */
async function acceptSteps(done: () => Thenable<unknown>): Promise<void> {
  let ended = false;
  void done().then(() => (ended = true));
  while (!ended) await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
}
