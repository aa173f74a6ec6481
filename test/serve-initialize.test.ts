/** *Initialize in This Project*, as the extension asks for it: first what would be written, then only what the person took. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { counter } from "./support/counter.ts";
import { startEditor } from "./support/editor.ts";
import { temporaryProject } from "./support/temporary-project.ts";

const file = "src/counter.actor.ts";
const manifest = '{\n  "name": "plain",\n  "dependencies": {\n    "instar": "^0.1.0"\n  }\n}\n';

test("the plan says what would be written, and what is taken of it is written", async (context) => {
  const project = temporaryProject(context, { "package.json": manifest, [file]: counter });
  const editor = await startEditor(context, { folders: [project.root] });
  project.remove("node_modules/instar-language-server");
  const { root } = project;
  const plan = await editor.request("instar/initializePlan", { root }).result;
  assert.equal(plan.problem, null);
  assert.deepEqual(
    plan.steps.map(({ title, exists }) => [title, exists]),
    [
      ["a configuration: instar.config.json", false],
      ["scripts in package.json: instar:check and instar:release", true],
      ["a CI step: .github/workflows/instar.yml", false],
      ["a recommendation of the extension for VS Code: .vscode/extensions.json", false],
    ],
  );
  assert.deepEqual(plan.missing, ["instar-language-server"]);
  assert.equal(project.read("package.json"), manifest, "nothing is written yet");

  const titles = plan.steps.slice(0, 2).map(({ title }) => title);
  const { written, problem } = await editor.request("instar/initialize", { root, titles }).result;
  assert.equal(problem, null);
  assert.deepEqual(written, [project.path("instar.config.json"), project.path("package.json")]);
  assert.equal(project.read("package.json"), plan.steps[1]?.after);
  const again = await editor.request("instar/initializePlan", { root }).result;
  assert.equal(again.steps.length, 2);
});

test("what stands in the way is told, and nothing is written", async (context) => {
  const project = temporaryProject(context, { "package.json": '{ "scripts": [] }\n', [file]: counter });
  const editor = await startEditor(context, { folders: [project.root] });
  const { problem, steps } = await editor.request("instar/initializePlan", { root: project.root }).result;
  assert.deepEqual(steps, []);
  assert.equal(problem, 'package.json:1:3 "scripts" is not an object. Correct it, and try again. Nothing was written.');
  const { problem: none } = await editor.request("instar/initializePlan", { root: project.path("src") }).result;
  assert.match(none ?? "", /^There is no package\.json in .*src\. Make one first: npm init$/);
});

test("a project without a tsconfig.json is judged, and its status says what to do", async (context) => {
  const project = temporaryProject(context, { "package.json": manifest, "tsconfig.json": null, [file]: counter });
  const editor = await startEditor(context, { folders: [project.root] });
  const judged = editor.next("instar/status", ({ projects: [only] }) => only !== undefined && only.modules > 0);
  editor.open(project.path(file));
  await editor.pause();
  const { projects } = await judged;
  const [message = ""] = projects.flatMap(({ configuration }) => configuration.map((each) => each.message));
  assert.match(message, /^no tsconfig\.json in .* add a tsconfig\.json\.$/);
});
