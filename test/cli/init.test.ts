/** `instar init` on projects as they are found in the world: what it adds, that it adds nothing twice, and what it says where it cannot. */
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { PassThrough } from "node:stream";
import { test, type TestContext } from "node:test";
import { askEach } from "../../server/src/cli/ask-each.ts";
import { counter } from "../support/counter.ts";
import { inRepository } from "../support/git-project.ts";
import { runCli } from "../support/run-cli.ts";
import { type TemporaryProject, temporaryProject } from "../support/temporary-project.ts";

const file = "src/counter.actor.ts";
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** As `npm init` leaves it. */
const plain = (t: TestContext): TemporaryProject =>
  temporaryProject(t, {
    "package.json": json({
      name: "plain",
      version: "1.0.0",
      scripts: { test: "node --test" },
      license: "ISC",
      dependencies: { instar: "^0.1.0" },
    }),
    "package-lock.json": json({ name: "plain", lockfileVersion: 3, packages: {} }),
    [file]: counter,
  });

const monorepo = (t: TestContext): TemporaryProject =>
  temporaryProject(t, {
    "package.json": '{\n    "private": true,\n    "workspaces": ["packages/*"]\n}\n',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "packages/rooms/package.json": json({ name: "rooms", dependencies: { instar: "^0.1.0" } }),
    [`packages/rooms/${file}`]: counter,
    "packages/halls/package.json": json({ name: "halls", dependencies: { instar: "^0.1.0" } }),
    [`packages/halls/${file}`]: counter,
  });

const extensions = `{
\t// What we all use.
\t"recommendations": [
\t\t"dbaeumer.vscode-eslint", /* for the style */
\t\t"github.vscode-github-actions",
\t],
\t"unwantedRecommendations": [],
}
`.replaceAll("\n", "\r\n");

const grown = (t: TestContext): TemporaryProject =>
  temporaryProject(t, {
    "package.json": `{\n\t"name": "grown",\n\t"scripts": { "lint": "eslint ." },\n\t"instar": { "preset": "rolling" }\n}\n`,
    "yarn.lock": "# yarn lockfile v1\n",
    ".github/workflows/test.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: yarn test\n",
    ".vscode/extensions.json": extensions,
    ".vscode/settings.json": '{\n  // Ours.\n  "editor.tabSize": 2,\n}\n',
    [file]: counter,
  });

const init = (project: TemporaryProject, ...args: string[]) => runCli(["init", ...args], { cwd: project.root });

for (const [name, make] of Object.entries({ plain, monorepo, grown })) {
  test(`a ${name} project: what is added is added once, and the check runs with it`, async (t) => {
    const project = make(t);
    const before = project.everything();
    const first = await init(project, "--yes");
    assert.equal(first.code, 0, first.stderr);
    const after = project.everything();
    for (const [path, text] of Object.entries(before))
      if (!/package\.json|extensions\.json/.test(path)) assert.equal(after[path], text, path);
    const second = await init(project, "--yes");
    assert.match(second.stdout, /is there already\. Nothing was written\./);
    assert.deepEqual(project.everything(), after);
    const check = await runCli(["check"], { cwd: project.root });
    assert.match(check.stdout, name === "monorepo" ? /in 2 actor modules/ : /in 1 actor module/);
    assert.equal(check.code, 0, check.stdout + check.stderr);
  });
}

test("a plain project gets a configuration, scripts, a workflow and a recommendation", async (t) => {
  const project = plain(t);
  await init(project, "--yes");
  assert.equal(JSON.parse(project.read("instar.config.json")).preset, "recommended");
  assert.deepEqual(JSON.parse(project.read("package.json")).scripts, {
    test: "node --test",
    "instar:check": "instar check",
    "instar:release": "instar release",
  });
  assert.match(
    project.read(".github/workflows/instar.yml"),
    /cache: npm\n {6}- run: npm ci\n[^]* {8}run: npx instar check --format github .*\n[^]* {8}run: npx instar prove\n$/,
  );
  assert.deepEqual(JSON.parse(project.read(".vscode/extensions.json")), { recommendations: ["instar.instar-vscode"] });
});

test("a package of a monorepo runs where it lies, with the repository's package manager", async (t) => {
  const project = inRepository(monorepo(t));
  project.git("init", "-q");
  const { code } = await runCli(["-C", "packages/rooms", "init", "--yes"], { cwd: project.root });
  assert.equal(code, 0);
  const workflow = project.read(".github/workflows/instar.yml");
  assert.match(workflow, /working-directory: "packages\/rooms"/);
  assert.match(workflow, /pnpm\/action-setup[^]*pnpm install --frozen-lockfile\n[^]*run: pnpm exec instar check/);
  assert.ok("packages/rooms/instar.config.json" in project.everything());
});

test("what is there stays as it is written: configuration, comments, indentation, line ends", async (t) => {
  const project = grown(t);
  await init(project, "--yes");
  const after = project.everything();
  assert.equal(after["instar.config.json"], undefined);
  assert.equal(
    after[".vscode/extensions.json"],
    extensions.replace('"github.vscode-github-actions",', '"github.vscode-github-actions",\r\n\t\t"instar.instar-vscode",'),
  );
  assert.match(
    after["package.json"] ?? "",
    /^\{\n\t"name": "grown",\n\t"scripts": \{\n\t\t"lint": "eslint \.",[^]*\n\t\},\n\t"instar": \{ "preset": "rolling" \}\n\}\n$/,
  );
  assert.match(after[".github/workflows/instar.yml"] ?? "", /yarn install --immutable\n[^]* {8}run: yarn instar check/);
});

test("who checks already, or wants none of it, is left alone", async (t) => {
  const project = temporaryProject(t, {
    "package.json": json({ name: "done", scripts: { ci: "tsc && instar check", rel: "instar release" } }),
    "instar.config.json": "{}",
    ".github/workflows/all.yaml": "on: push\njobs: { all: { runs-on: x, steps: [{ run: npm run instar:check }] } }\n",
    ".vscode/extensions.json": '{ "unwantedRecommendations": ["Instar.instar-vscode"] }',
  });
  const before = project.everything();
  assert.match((await init(project, "--yes")).stdout, /Nothing was written/);
  assert.deepEqual(project.everything(), before);
});

test("another CI service is named, and its file is left to a person", async (t) => {
  const project = temporaryProject(t, { ".gitlab-ci.yml": "test:\n  script: npm test\n" });
  assert.match((await init(project, "--yes")).stdout, /In \.gitlab-ci\.yml, let a job run: npx instar check/);
  assert.deepEqual(
    Object.keys(project.everything()).filter((name) => name.startsWith(".github")),
    [],
  );
});

const refused: [name: string, files: Record<string, string | null>, code: number, said: RegExp][] = [
  ["no terminal to ask in", {}, 2, /no terminal to ask in\. Add everything with --yes:\n {2}a configuration/],
  ["no package.json", { "package.json": null }, 2, /No project here/],
  ["a configuration without a package.json", { "package.json": null, "instar.config.json": "{}" }, 2, /no package\.json in .*npm init/],
  [
    "a broken package.json",
    { "package.json": '{ "name": "x",\n  scripts: {} }' },
    2,
    /package\.json:2:3 It cannot be read as JSON: .* Nothing was written/,
  ],
  ["scripts that are none", { "package.json": '{\n  "scripts": []\n}' }, 2, /package\.json:2:3 "scripts" is not an object/],
  ["a wrong configuration", { "instar.config.json": '{ "preset": "x" }' }, 2, /instar\.config\.json:1:13 "preset" cannot be "x"/],
  [
    "broken recommendations",
    { ".vscode/extensions.json": '{ "recommendations": "a" }' },
    2,
    /extensions\.json:1:3 "recommendations" is not a list/,
  ],
];

for (const [name, files, code, said] of refused) {
  test(`nothing is written with ${name}`, async (t) => {
    const project = temporaryProject(t, files);
    const before = project.everything();
    const result = await init(project, ...(name.startsWith("no terminal") ? [] : ["--yes"]));
    assert.match(result.stderr, said);
    assert.doesNotMatch(result.stderr, /should not have happened/);
    assert.equal(result.code, code);
    assert.deepEqual(project.everything(), before);
  });
}

test(
  "a folder that cannot be written to: all or nothing",
  { skip: process.getuid?.() === 0 ? "root may write anywhere" : false },
  async (t) => {
    const project = plain(t);
    const before = project.everything();
    chmodSync(project.root, 0o555);
    t.after(() => chmodSync(project.root, 0o755));
    const { code, stderr } = await init(project, "--yes");
    assert.match(stderr, /No file was changed|Nothing was written/);
    assert.equal(code, 1);
    assert.deepEqual(project.everything(), before);
  },
);

test("a place that something else has: all or nothing", async (t) => {
  const project = plain(t);
  project.write({ ".github": "a file where a folder should be" });
  const before = project.everything();
  const { code, stderr } = await init(project, "--yes");
  assert.match(stderr, /Could not write: .* No file was changed/);
  assert.equal(code, 1);
  assert.deepEqual(project.everything(), before);
});

test("each thing is asked for: an empty answer is a yes, and the end of the input takes everything back", async () => {
  const ask = async (typed: string) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    input.end(typed);
    const taken = await askEach([{ title: "one" }, { title: "two" }, { title: "three" }], input, output);
    return [taken.map(({ title }) => title).join(), String(output.read())] as const;
  };
  assert.deepEqual(await ask("y\nn\n\n"), ["one,three", "Add one? [Y/n] Add two? [Y/n] Add three? [Y/n] "]);
  assert.equal((await ask("Yes\nnever\nY\n"))[0], "one,three");
  assert.equal((await ask("y\ny\n"))[0], "");
});
