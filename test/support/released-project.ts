/** A temporary project whose actor modules are released as they are, without the cost of a command for it. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { judgeSnapshots, writeSnapshots } from "../../server/src/snapshots.ts";
import { openWorkspace } from "../../server/src/workspace.ts";
import { type TemporaryProject, temporaryProject } from "./temporary-project.ts";

export async function releasedProject(t: TestContext, files: Readonly<Record<string, string | null>>): Promise<TemporaryProject> {
  const project = temporaryProject(t, files);
  const workspace = openWorkspace(project.root);
  const analyzed = workspace.analyzer.analyze();
  assert.ok(analyzed !== undefined);
  const { due, problems } = judgeSnapshots(workspace, analyzed);
  assert.deepEqual(problems, []);
  assert.notEqual((await writeSnapshots(project.root, due)).length, 0);
  return project;
}
