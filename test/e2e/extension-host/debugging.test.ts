/** VS Code's own JavaScript debugger, in an application under the dev runtime: a breakpoint in TypeScript holds across an upgrade. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import { until } from "../until.ts";
import { activated, replace, uri, withPerson } from "./in-host.ts";

const clock = "src/clock.actor.ts";
const marker = 'self.sendAfter(50, "tick");\n      return';

interface Stop {
  readonly session: vscode.DebugSession;
  readonly threadId: number;
}

test("a breakpoint in a handler is reached, and reached again in the version that an upgrade brought", async () => {
  await activated();
  const stops: Stop[] = [];
  const watching = vscode.debug.registerDebugAdapterTrackerFactory("*", {
    createDebugAdapterTracker: (session) => ({
      onDidSendMessage({ type, event, body }: { type: string; event?: string; body?: { reason: string; threadId: number } }) {
        if (type === "event" && event === "stopped" && body?.reason === "breakpoint") stops.push({ session, threadId: body.threadId });
      },
    }),
  });
  const document = await vscode.workspace.openTextDocument(uri(clock));
  const lineOf = (): number => document.positionAt(document.getText().indexOf(marker)).line;
  // It is set once, and stops once in each version, so that the application goes on in between.
  const condition = "ticks === 3 || ticks > 5000";
  const place = new vscode.Location(uri(clock), new vscode.Position(lineOf(), 0));
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(place, true, condition)]);
  try {
    assert.equal(
      await vscode.debug.startDebugging(vscode.workspace.workspaceFolders![0], {
        type: "instar",
        request: "launch",
        name: "clock",
        entry: "${workspaceFolder}/src/app.ts",
        console: "internalConsole",
      }),
      true,
    );
    assert.deepEqual(await nextStop(stops), { file: uri(clock).fsPath, line: lineOf() + 1, ticks: "number" });
    await goOn(stops);

    await replace(clock, "const ticks = state.ticks + 1;", "// Version 2 counts faster.\n      const ticks = state.ticks + 1000;");
    await replace(clock, "vsn: 1", "vsn: 2");
    assert.ok(await document.save());
    // The debugger may stop at the line once more, and the runtime notices later that the application goes on; both is what a person
    // sees as well, and they continue and wait. Version 2 takes some ticks until it stops.
    await until("the upgrade", async () => {
      const upgrade = { root: process.env["TEST_ROOT"], module: "src/clock.actor" };
      const told = (await withPerson([], () => vscode.commands.executeCommand("instar.upgrade", upgrade))).join("\n");
      assert.match(told, /^Upgraded src\/clock\.actor to version 2|does not answer/);
      if (told.startsWith("Upgraded")) return true;
      if (stops.length > 0) await goOn(stops);
      return false;
    });

    assert.deepEqual(await nextStop(stops), { file: uri(clock).fsPath, line: lineOf() + 1, ticks: "number" });
  } finally {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.debug.stopDebugging();
    watching.dispose();
  }
  const { pid } = JSON.parse(readFileSync(uri(".instar/run/dev.json").fsPath, "utf8")) as { pid: number };
  await until("the dev runtime to end with the debugging", () => !isAlive(pid));
});

async function nextStop(stops: readonly Stop[]): Promise<{ file: string; line: number; ticks: string }> {
  await until("the breakpoint to be reached", () => stops.length > 0);
  const { session, threadId } = stops.at(-1)!;
  const { stackFrames } = (await session.customRequest("stackTrace", { threadId, startFrame: 0, levels: 1 })) as {
    stackFrames: { id: number; line: number; source: { path: string } }[];
  };
  const [frame] = stackFrames;
  const { result } = (await session.customRequest("evaluate", { expression: "typeof ticks", frameId: frame!.id, context: "repl" })) as {
    result: string;
  };
  // In a browser, the debugger names remote files by their addresses.
  const file = vscode.Uri.parse(frame!.source.path, false).path;
  return { file, line: frame!.line, ticks: result.replaceAll(/['"]/g, "") };
}

async function goOn(stops: Stop[]): Promise<void> {
  const { session, threadId } = stops.at(-1)!;
  stops.length = 0;
  await session.customRequest("continue", { threadId });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
