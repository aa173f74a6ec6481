/** Where neither Node.js nor git is installed: findings and fixes work, and what needs them says so. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { activated, findings, withPerson } from "./in-host.ts";

test("findings work without any other program", async () => {
  await activated();
  // VS Code asks the person's shell for its PATH, so it cannot be given from outside.
  process.env["PATH"] = "/nowhere";
  await vscode.commands.executeCommand("instar.restartServer");
  assert.deepEqual(await findings("src/bell.actor.ts"), ["function-in-state"]);
});

test("snapshots are written without git", async () => {
  const told = await withPerson([], () => vscode.commands.executeCommand("instar.release"));
  assert.match(told.join("\n"), /^Wrote .*\. Commit it\.$/);
});

test("Start Dev Runtime says that Node.js is missing, and what works without it", async () => {
  const { fs } = vscode.workspace;
  const app = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, "src/app.ts");
  await fs.writeFile(
    app,
    new TextEncoder().encode(
      'import { supervisor } from "instar";\nexport default supervisor({ vsn: 1, strategy: "one_for_one", intensity: { restarts: 1, within: 1 }, children: [] });\n',
    ),
  );
  const told = await withPerson(["src/app.ts"], () => vscode.commands.executeCommand("instar.startDevRuntime"));
  assert.match(told.join("\n"), /Node\.js is not on the PATH .* Findings and fixes work without it\./);
  assert.deepEqual(vscode.window.terminals, []);
});
