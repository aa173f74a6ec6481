/** What is shipped: the bundles load and answer, and the packaged extension holds what it needs and nothing else. Needs `npm run build`. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import {
  createProtocolConnection,
  type InitializeResult,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { repository, temporaryProject } from "./support/temporary-project.ts";

/** In bytes. The first one is read by every window in which a TypeScript file is opened. */
const budgets = { main: 16_000, extension: 600_000, server: 9_000_000 };

for (const [bundle, budget] of Object.entries(budgets))
  test(`the bundle ${bundle} stays below ${budget} bytes`, () => {
    assert.ok(statSync(join(repository, `dist/${bundle}.cjs`)).size < budget);
  });

for (const bundle of ["main", "extension"])
  test(`the bundle ${bundle} loads with nothing but VS Code's own module`, (context) => {
    const require = createRequire(import.meta.url);
    const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
    const { _load: load } = loader;
    const outside: string[] = [];
    loader._load = (request, ...rest) => {
      if (request === "vscode") return vscodeStandIn();
      if (!request.startsWith("node:") && !Module.builtinModules.includes(request) && !request.endsWith(`${bundle}.cjs`))
        outside.push(request);
      return load(request, ...rest);
    };
    context.after(() => (loader._load = load));
    const extension = require(join(repository, `dist/${bundle}.cjs`)) as object;
    assert.deepEqual(Object.keys(extension).toSorted(), ["activate", "deactivate"]);
    assert.deepEqual(outside, []);
  });

for (const [name, ...command] of [
  ["the server in the extension", "dist/server.cjs"],
  ["the server on the command line", "server/bin/instar-language-server.mjs"],
] as const)
  test(`${name} answers, loads the analysis, and ends when it is told to`, async (context) => {
    const project = temporaryProject(context, { "src/a.ts": "export {};\n" });
    const server = spawn(process.execPath, [join(repository, ...command), "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
    context.after(() => server.kill());
    const ended = once(server, "exit");
    const client = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
    client.listen();
    const { capabilities } = await client.sendRequest<InitializeResult>("initialize", {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: [{ uri: `file://${project.root}`, name: "temporary" }],
      capabilities: {},
    });
    assert.ok(capabilities.codeActionProvider);
    assert.ok(capabilities.codeLensProvider);
    await client.sendNotification("initialized", {});
    // Waits for the analysis to be loaded.
    assert.deepEqual(await client.sendRequest("instar/modules", {}), []);
    await client.sendRequest("shutdown");
    await client.sendNotification("exit");
    assert.deepEqual(await ended, [0, null]);
    client.dispose();
  });

test("without a transport the server says how it is started", async () => {
  const server: ChildProcess = spawn(process.execPath, [join(repository, "dist/server.cjs")], { stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  server.stderr?.on("data", (data: Buffer) => (text += data.toString()));
  assert.deepEqual(await once(server, "close"), [2, null]);
  assert.match(text, /--stdio/);
});

test("the packaged extension holds what it needs and nothing else", () => {
  const patterns = readFileSync(join(repository, ".vscodeignore"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  // Everything is left out first, so what ships is what is named after it.
  assert.equal(patterns.shift(), "**");
  const shipped = patterns.flatMap((pattern) => {
    assert.ok(pattern.startsWith("!"), pattern);
    return expand(pattern.slice(1));
  });
  const expected = [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "client/icons/instar.png",
    "client/icons/instar.svg",
    ...["change", "fix", "open", "run", "upgrade"].map((step) => `client/walkthrough/${step}.svg`),
    "dist/dashboard.css",
    "dist/dashboard.js",
    "dist/extension.cjs",
    "dist/main.cjs",
    "dist/server.cjs",
    ...["examples/chat/", "examples/chat/src/"].flatMap(filesIn),
    "package.json",
    "schemas/instar.config.schema.json",
    "schemas/package.schema.json",
    "snippets/typescript.json",
    "syntaxes/instar-plan.tmLanguage.json",
    "syntaxes/instar-state.tmLanguage.json",
    "syntaxes/instar.code-change.tmLanguage.json",
    "syntaxes/instar.injection.tmLanguage.json",
  ];
  // The build leaves this folder empty, and `npm run packages` fills it.
  const packages = shipped.filter((file) => file.startsWith("dist/packages/"));
  assert.deepEqual(shipped.filter((file) => !packages.includes(file)).toSorted(), expected.toSorted());
  for (const file of named()) assert.ok(shipped.includes(file), `package.json names ${file}, which does not ship`);
});

/** Not the hidden ones, which whoever tried the example left. */
function filesIn(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map(({ name }) => folder + name);
}

/** The files that the manifest refers to. */
function named(): string[] {
  const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
    main: string;
    icon: string;
    contributes: {
      grammars: { path: string }[];
      viewsContainers: { activitybar: { icon: string }[] };
      views: Record<string, { icon: string }[]>;
      snippets: { path: string }[];
      walkthroughs: { steps: { media: { svg: string } }[] }[];
    };
  };
  const { grammars, viewsContainers, views, snippets, walkthroughs } = manifest.contributes;
  return [
    manifest.main,
    manifest.icon,
    ...[...grammars, ...snippets].map(({ path }) => path),
    ...walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg)),
    ...viewsContainers.activitybar.map(({ icon }) => icon),
    ...Object.values(views).flatMap((list) => list.map(({ icon }) => icon)),
  ].map((path) => path.replace(/^\.\//, ""));
}

/** A star stands for a part of one name, at the end of a path. */
function expand(pattern: string): string[] {
  const slash = pattern.lastIndexOf("/");
  const folder = pattern.slice(0, slash + 1);
  const name = new RegExp(
    `^${pattern
      .slice(slash + 1)
      .replaceAll(".", "\\.")
      .replaceAll("*", ".*")}$`,
  );
  return readdirSync(join(repository, folder))
    .filter((file) => name.test(file) && statSync(join(repository, folder, file)).isFile())
    .map((file) => folder + file);
}

/** Classes that the client library extends while it is loaded; everything else is only touched by `activate`. */
function vscodeStandIn(): unknown {
  return new Proxy(
    {},
    {
      get: (_, name) => (name === "__esModule" ? true : new Proxy(class {}, { get: (target, key) => Reflect.get(target, key) ?? 0 })),
    },
  );
}
