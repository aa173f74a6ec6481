/** Which folders the members of a workspace are. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { temporaryProject } from "../../../test/support/temporary-project.ts";
import { memberProjects } from "./member-projects.ts";

const cases: [name: string, workspaces: unknown, expected: string[]][] = [
  ["none", undefined, []],
  ["by name", ["packages/a", "./apps/x", "missing"], ["apps/x", "packages/a"]],
  ["by pattern", ["packages/*"], ["packages/a", "packages/b"]],
  ["at any depth", ["packages/**"], ["packages/a", "packages/a/inner", "packages/b"]],
  ["in Yarn's form", { packages: ["apps/*"] }, ["apps/x"]],
  ["nonsense", "packages", []],
];

for (const [name, workspaces, expected] of cases) {
  test(`members: ${name}`, (t) => {
    const folders = ["packages/a", "packages/a/inner", "packages/b", "apps/x"];
    const project = temporaryProject(t, {
      "package.json": JSON.stringify({ workspaces }),
      "packages/not-one/readme.txt": "",
      ...Object.fromEntries(folders.map((folder) => [`${folder}/package.json`, "{}"])),
    });
    assert.deepEqual(
      memberProjects(project.root).map((folder) => folder.slice(project.root.length + 1)),
      expected,
    );
  });
}
