/** The example's second version: what is found in it, and that the fix carries its rooms and users over. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { edited, version2, version2Again } from "../../../../examples/chat/version-2.ts";
import { FixtureProject } from "../../../../test/support/fixture.ts";

const sources = new URL("../../../../examples/chat/src/", import.meta.url);

test("the chat's second version is fixed in one go, and its draft may change again", () => {
  const project = new FixtureProject();
  for (const name of readdirSync(sources))
    if (!name.endsWith(".test.ts")) project.write(`src/${name}`, readFileSync(new URL(name, sources), "utf8"));
  project.release();
  assert.deepEqual(project.findings(), []);

  const edit = (edits: typeof version2) => {
    for (const file of new Set(edits.map((each) => each.file))) project.write(file, edited(file, project.read(file) ?? "", edits));
  };
  edit(version2);
  const found = project.findings().map(({ rule, file, module, modules }) => [rule, project.name(file), modules ?? module]);
  assert.deepEqual(found, [
    ["state-changed-no-code-change", "src/message.ts", ["src/room.actor", "src/user.actor"]],
    ["state-changed-no-code-change", "src/room.actor.ts", "src/room.actor"],
  ]);

  assert.deepEqual(project.fix("state-changed-no-code-change", { "State.title": "State.name" }), []);
  assert.deepEqual(ownErrors(project), []);
  const room = project.read("src/room.actor.ts") ?? "";
  for (const part of ["vsn: 2", "name: old.title", "title: state.name", 'topic: ""', "[message[0], message[1], 0]"])
    assert.ok(room.includes(part), `${part}\n${room}`);
  const user = project.read("src/user.actor.ts") ?? "";
  for (const part of ["vsn: 2", "name: old.name", "inbox: old.inbox.map(", "heard: {"]) assert.ok(user.includes(part), `${part}\n${user}`);

  edit(version2Again);
  assert.deepEqual(project.findings(), []);
  assert.deepEqual(ownErrors(project), []);
});

/** The example needs Node's types in its other files, which the fixture does not have. */
function ownErrors(project: FixtureProject): readonly string[] {
  return project.typeErrors().filter((error) => /message|room|user/.test(error.split("\n", 1)[0] ?? ""));
}
