/** What the extension's manifest promises: names, settings that a workspace cannot misuse, and no command without a place where it makes sense. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repository } from "./support/temporary-project.ts";

interface Setting {
  readonly scope?: string;
  readonly default?: unknown;
}

const { contributes, capabilities, extensionKind, activationEvents } = JSON.parse(
  readFileSync(join(repository, "package.json"), "utf8"),
) as {
  contributes: {
    commands: { command: string; category?: string }[];
    keybindings: { command: string; when?: string }[];
    configuration: { properties: Record<string, Setting> };
  };
  capabilities: {
    untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] };
    virtualWorkspaces: { supported: boolean; description: string };
  };
  extensionKind: string[];
  activationEvents: string[];
};
const settings = Object.entries(contributes.configuration.properties);

test("commands are Instar's, and shortcuts say where they hold", () => {
  for (const { command, category } of contributes.commands) assert.equal(category, "Instar", command);
  for (const { command, when } of contributes.keybindings) assert.match(when ?? "", /instar:hasActors/, command);
});

test("settings that name programs are the machine's, not a workspace's", () => {
  const programs = settings.filter(([name]) => /path|program|executable|command|runtime/i.test(name));
  for (const [name, { scope }] of programs) assert.match(scope ?? "", /^machine/, name);
});

test("what a setting would let a workspace run is off, and out of reach of a workspace that is not trusted", () => {
  const [[name, setting] = [], ...others] = settings.filter(([each]) => /upgrade/i.test(each));
  assert.deepEqual(others, []);
  assert.equal(setting?.default, false);
  assert.deepEqual(capabilities.untrustedWorkspaces.restrictedConfigurations, [name]);
  assert.equal(capabilities.untrustedWorkspaces.supported, "limited");
});

test("it is loaded where there are files that VS Code can find: it looks for no folders", () => {
  const looked = activationEvents.flatMap((event) => /^workspaceContains:(.*)$/.exec(event)?.[1] ?? []);
  assert.ok(looked.length > 0);
  for (const glob of looked) assert.match(glob, /(\.\w+|\/\*\*)$/, glob);
});

test("every context key that a menu, a view or a shortcut goes by is set by the extension", () => {
  const used = new Set(Array.from(JSON.stringify({ contributes, activationEvents }).matchAll(/instar:\w+/g), ([key]) => key));
  const folder = join(repository, "client/src");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const set = sources.flatMap((file) =>
    Array.from(
      readFileSync(join(folder, file), "utf8").matchAll(/"setContext",[^;]*/g),
      ([call]) => call.match(/instar:\w+/g) ?? [],
    ).flat(),
  );
  assert.deepEqual([...new Set(set)].toSorted(), [...used].toSorted());
});

test("it runs where the files are: on the remote, and not on file systems that are none", () => {
  assert.deepEqual(extensionKind, ["workspace"]);
  assert.equal(capabilities.virtualWorkspaces.supported, false);
  assert.match(capabilities.virtualWorkspaces.description, /from the disk/);
});
