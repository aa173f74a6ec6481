/**
 * What the extension costs, `npm run bench:extension`: the sizes of its bundles, and how long a window waits for it. Each start is one of a
 * fresh Node.js over a stand-in for VS Code, since what VS Code itself does in the meantime is not the extension's.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const repository = fileURLToPath(new URL("..", import.meta.url));
const starts = 15;

/** Everything of VS Code exists, does nothing, and answers with nothing. */
const program = String.raw`
const { Module } = require("node:module");
const { performance } = require("node:perf_hooks");
const anything = new Proxy(class {}, {
  get: (target, key) => (typeof key === "symbol" || key === "then" ? undefined : key === "prototype" ? target.prototype : anything),
  apply: () => anything,
  construct: () => anything,
});
const answers = { textDocuments: [], workspaceFolders: undefined, findFiles: async () => [] };
const workspace = new Proxy(answers, { get: (_, key) => (key in answers ? answers[key] : anything) });
const vscode = new Proxy({}, {
  get: (_, key) => (key === "workspace" ? workspace : anything),
  // What imports it as a module takes over what it has.
  ownKeys: () => ["workspace", "window", "commands", "languages", "debug", "tasks", "l10n", "Disposable", "EventEmitter", "Uri", "DebugConfigurationProviderTriggerKind"],
  getOwnPropertyDescriptor: (_, key) => ({ configurable: true, enumerable: true, get: () => vscode[key] }),
});
const load = Module._load;
Module._load = (request, ...rest) => (request === "vscode" ? vscode : load(request, ...rest));
const context = { subscriptions: [], extension: { packageJSON: { contributes: { commands: [], views: {} } } } };
const [, bundle, activates] = process.argv;
const start = performance.now();
const extension = require(bundle);
if (activates === "true") extension.activate(context);
process.stdout.write(String(performance.now() - start), () => process.exit(0));
`;

const temporary = mkdtempSync(join(tmpdir(), "instar-bench-"));
try {
  const nothing = join(temporary, "nothing.cjs");
  writeFileSync(nothing, "exports.activate = () => {};\n");
  const bundle = (name: string): string => join(repository, `dist/${name}.cjs`);

  console.log("| bundle | KB | compressed |\n| --- | ---: | ---: |");
  for (const name of ["main", "extension", "server"]) {
    const compressed = gzipSync(readFileSync(bundle(name))).length;
    console.log(`| ${name} | ${kilobytes(statSync(bundle(name)).size)} | ${kilobytes(compressed)} |`);
  }

  const floor = median(nothing, true);
  console.log("\n| start | ms | ratio |\n| --- | ---: | ---: |");
  console.log(`| an extension that does nothing | ${floor.toFixed(1)} | 1 |`);
  for (const [label, name, activates] of [
    ["main, loaded and activated: wherever a TypeScript file is opened", "main", true],
    ["extension, loaded: where there are actors, before the server is started", "extension", false],
  ] as const) {
    const time = median(bundle(name), activates);
    console.log(`| ${label} | ${time.toFixed(1)} | ${(time / floor).toFixed(1)} |`);
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

/** Milliseconds from the first byte that is read of the bundle. */
function median(bundle: string, activates: boolean): number {
  const run = (): string => execFileSync(process.execPath, ["-e", program, bundle, String(activates)], { encoding: "utf8" });
  const times = Array.from({ length: starts }, () => Number(run()));
  return times.toSorted((one, other) => one - other)[Math.floor(starts / 2)]!;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0);
}
