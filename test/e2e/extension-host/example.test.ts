/** The first five minutes at the programming interface: the walkthrough's commands, tasks, debugging, shortcuts, and the example itself. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { until } from "../until.ts";
import { activated, root, uri, withPerson } from "./in-host.ts";

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly keybindings: readonly { readonly command: string; readonly key: string }[];
    readonly walkthroughs: readonly { readonly steps: readonly { readonly description: string }[] }[];
  };
}

const extension = vscode.extensions.getExtension("instar.instar-vscode")!;
const { contributes } = extension.packageJSON as Manifest;

test("every command of the manifest exists, and the walkthrough names no other", async () => {
  await activated();
  const commands = new Set(await vscode.commands.getCommands(true));
  const named = contributes.walkthroughs.flatMap(({ steps }) =>
    steps.flatMap(({ description }) => Array.from(description.matchAll(/\(command:([\w.]+)\)/g), ([, command]) => command!)),
  );
  assert.ok(named.length > 5);
  for (const command of [...contributes.commands.map(({ command }) => command), ...named]) assert.ok(commands.has(command), command);
});

test("no shortcut takes one that VS Code has", async () => {
  await vscode.commands.executeCommand("workbench.action.openDefaultKeybindingsFile");
  const text = vscode.window.activeTextEditor?.document.getText() ?? "";
  const all = JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, "")) as { key: string; command: string }[];
  assert.ok(all.length > 500);
  const ours = new Map(contributes.keybindings.map(({ key, command }) => [key, command]));
  const taken = all.filter(({ key, command }) => ours.has(key) && command !== ours.get(key));
  assert.deepEqual(taken, []);
  for (const [key, command] of ours)
    assert.ok(
      all.some((each) => each.key === key && each.command === command),
      `${key} is not there`,
    );
  await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
});

test("the tasks run the project's own command, and the check finds nothing", async () => {
  const tasks = await vscode.tasks.fetchTasks({ type: "instar" });
  assert.deepEqual(
    tasks.map(({ name }) => name),
    ["check", "release --check", "prove"],
  );
  const check = tasks[0]!;
  assert.deepEqual(check.problemMatchers, ["$instar"]);
  assert.equal(await exitCodeOf(check), 0);
  assert.equal(await exitCodeOf(tasks[1]!), 1, "nothing was released yet");
});

test("Open Example copies a whole project, beside what is there", async () => {
  const opened: unknown[] = [];
  const { executeCommand } = vscode.commands;
  const parent = vscode.Uri.file(root);
  for (const name of ["instar-chat", "instar-chat-2"]) {
    Object.assign(vscode.commands, {
      executeCommand: async (command: string, ...rest: unknown[]) =>
        command === "vscode.openFolder" ? void opened.push(rest[0]) : executeCommand(command, ...rest),
    });
    try {
      assert.deepEqual(await withPerson([], () => executeCommand("instar.openExample", parent)), []);
    } finally {
      Object.assign(vscode.commands, { executeCommand });
    }
    assert.equal((opened.at(-1) as vscode.Uri).fsPath, join(root, name));
    const copied = readdirSync(join(root, name));
    assert.deepEqual(copied, [...readdirSync(join(extension.extensionPath, "examples/chat")), "vendor"].toSorted());
    // The packages that it needs, where its manifest says that they are.
    const manifest = readFileSync(join(root, name, "package.json"), "utf8");
    const vendored = readdirSync(join(root, name, "vendor"));
    assert.deepEqual(vendored.length, 2);
    for (const file of vendored) assert.ok(manifest.includes(`"file:vendor/${file}"`), `${file} in ${manifest}`);
    for (const file of ["README.md", "package.json", "src", "tsconfig.json"]) assert.ok(copied.includes(file), file);
    assert.equal(readFileSync(join(root, name, "src/room.actor.ts"), "utf8"), readFileSync(join(root, "src/room.actor.ts"), "utf8"));
  }
});

test("a lens does what it says after newer ones have come", async () => {
  const file = uri("src/room.actor.ts");
  await vscode.window.showTextDocument(file);
  const lenses = async (): Promise<vscode.CodeLens[]> => vscode.commands.executeCommand("vscode.executeCodeLensProvider", file, 100);
  const compares = (lens: vscode.CodeLens): boolean => lens.command?.title.includes("never released") === true;
  let seen: vscode.Command | undefined;
  await until("a lens that releases", async () => (seen = (await lenses()).find(compares)?.command) !== undefined);
  // With arguments it would be VS Code's to keep, which it does until it has newer ones.
  assert.deepEqual(seen?.arguments ?? [], []);
  await lenses();
  await withPerson([], () => vscode.commands.executeCommand(seen!.command));
  assert.ok((await vscode.workspace.fs.stat(uri(".instar/releases/src/room.actor/1.d.ts"))).size > 0);
});

async function exitCodeOf(task: vscode.Task): Promise<number | undefined> {
  const ended = new Promise<number | undefined>((resolve) => {
    const listening = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name) return;
      listening.dispose();
      resolve(exitCode);
    });
  });
  await vscode.tasks.executeTask(task);
  return ended;
}
