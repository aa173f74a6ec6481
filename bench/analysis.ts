/**
 * What the analysis costs beside the compilers and TypeScript's own language service, over 1,000 actor modules that import 300 shared ones:
 * `npm run bench:analysis`, after `npm run build`. Ratios of one run on one machine; figures of an edit are from the client's side of the
 * protocol. `-- --quick` takes a small workspace and one run of each.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type EditorBench, openInstar, openTsserver } from "./editor.ts";
import { type BenchWorkspace, generateWorkspace } from "./generate-workspace.ts";
import { buildWithoutRules } from "./without-rules.ts";
import { openWorkspace } from "../server/src/workspace.ts";

const quick = process.argv.includes("--quick");
const [actors, shared, runs] = quick ? [60, 20, 1] : [1000, 300, 3];
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const cli = at("../server/dist/cli.js");
const server = at("../server/dist/main.js");
if (!existsSync(cli)) throw new Error("The bench measures what is built: run `npm run build` first.");
if (!existsSync(at("typescript/node_modules/typescript"))) {
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: at("typescript"),
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("`npm ci` failed in bench/typescript, so there is nothing to compare with.");
}
const tsc6 = at("typescript/node_modules/typescript/bin/tsc");
const tsserver = at("typescript/node_modules/typescript/bin/tsserver");
const tsc7 = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

console.log(
  `analysis of ${actors} actor modules and ${shared} shared ones, Node ${process.versions.node}, ${cpus().length} processors (${cpus()[0]?.model ?? "unknown"})`,
);
const workspace = generateWorkspace(at("dist/workspace"), actors, shared, cli);
const { root } = workspace;
const bare = await buildWithoutRules(at("dist/without-rules"));

const project = ["--noEmit", "-p", root];
const incremental = [...project, "--incremental", "--tsBuildInfoFile", join(root, "node_modules/.cache/tsbuildinfo")];
const cold = () => rmSync(join(root, ".instar/cache"), { recursive: true, force: true });
const check = () => run(cli, "check", "--project", root);
const times = {
  six: best(() => run(tsc6, ...project)),
  seven: best(() => run(tsc7, ...project)),
  sevenAgain: best(
    () => run(tsc7, ...incremental),
    () => run(tsc7, ...incremental),
  ),
  cold: best(check, cold),
  bare: best(() => run(bare, "check", "--project", root), cold),
  warm: best(check, check),
};
const ours = await measureEditor(() => openInstar(server, root), workspace, cold);
const theirs = await measureEditor(
  async () => openTsserver(tsserver),
  workspace,
  () => {},
);

line("cold, all verdicts", times.cold, [
  ["tsc 6", times.six],
  ["tsc 7", times.seven],
]);
console.log(
  `  ${"cold without rules".padEnd(52)} ${times.bare.toFixed(0).padStart(8)} ms  with all rules ${(times.cold / times.bare).toFixed(2)} of it`,
);
line("warm, nothing changed", times.warm, [
  ["tsc 6", times.six],
  ["tsc 7 incremental", times.sevenAgain],
]);
line("cold, first verdict of the open document", ours.first, [["tsserver", theirs.first]]);
line("edit of an actor's state", ours.state, [["tsserver", theirs.state]]);
line("edit of a body", ours.body, [["tsserver", theirs.body]]);
line("edit of a comment", ours.comment, [["tsserver", theirs.comment]]);
line("the whole project after an edit, its pause included", ours.whole, []);
line(`edit of a shared record, ${workspace.dependents.length} dependents`, ours.shared, [["tsserver", theirs.shared]]);
line("the same, its shape unchanged", ours.sharedSame, [["tsserver", theirs.sharedSame]]);
if (ours.memory !== null && theirs.memory !== null)
  console.log(
    `  ${"resident memory after these edits".padEnd(52)} ${ours.memory.toFixed(0).padStart(8)} MB  tsserver ${theirs.memory.toFixed(0)} MB, ${(ours.memory / theirs.memory).toFixed(2)} of it`,
  );
const stretch = longestStretch(workspace);
console.log(
  `  ${"longest stretch without yielding".padEnd(52)} ${stretch.cold.toFixed(1).padStart(8)} ms  cold; ${stretch.edit.toFixed(1)} ms after an edit`,
);

function run(program: string, ...args: readonly string[]): void {
  try {
    execFileSync(process.execPath, [program, ...args], { stdio: "ignore" });
  } catch (error) {
    // Findings are no failure.
    if ((error as { status?: number | null }).status !== 1) throw error;
  }
}

/** The best of several runs: whatever else the machine does only ever adds to a time. */
function best(measured: () => void, before: () => void = () => {}): number {
  const durations = Array.from({ length: runs }, () => {
    before();
    const begin = performance.now();
    measured();
    return performance.now() - begin;
  });
  return Math.min(...durations);
}

interface EditorTimes {
  readonly first: number;
  readonly state: number;
  readonly body: number;
  readonly comment: number;
  /** Until the whole project was judged as well. */
  readonly whole: number;
  readonly shared: number;
  readonly sharedSame: number;
  readonly memory: number | null;
}

async function measureEditor(
  open: () => Promise<EditorBench>,
  { actor, shared: record, dependents }: BenchWorkspace,
  before: () => void,
): Promise<EditorTimes> {
  const firsts: number[] = [];
  let editor: EditorBench | undefined;
  for (let index = 0; index < runs; index += 1) {
    editor?.close();
    before();
    const begin = performance.now();
    editor = await open();
    await editor.open(actor);
    firsts.push(performance.now() - begin);
    await editor.settled();
  }
  if (editor === undefined) throw new Error("nothing was measured");
  const opened = editor;
  const settled: number[] = [];
  const edits = async (file: string, change: (text: string, index: number) => string, affected?: readonly string[]): Promise<number> => {
    const text = readFileSync(file, "utf8");
    const durations: number[] = [];
    // The first ones warm up.
    for (let index = 0; index < (quick ? 4 : 15); index += 1) {
      const begin = performance.now();
      await opened.edit(file, change(text, index), affected);
      durations.push(performance.now() - begin);
      // Who types does not wait for the rest, but the next edit of the bench does.
      await opened.settled();
      settled.push(performance.now() - begin);
    }
    const sorted = durations.slice(2).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  };
  const state = await edits(actor, (text, index) =>
    text.replace("readonly name: string;", `readonly name: string;\n  readonly extra${index}: number;`),
  );
  const whole = settled.toSorted((a, b) => a - b)[settled.length >> 1] ?? 0;
  const body = await edits(actor, (text, index) => text.replace("let sum = 0;", `let sum = ${index};`));
  const comment = await edits(actor, (text, index) => `// ${index}\n${text}`);
  await opened.open(record);
  await opened.settled();
  // Only what is open has diagnostics of its own in tsserver.
  for (const each of dependents) await opened.open(each);
  await opened.settled();
  const changed = await edits(
    record,
    (text, index) => text.replace("readonly amount: number;", `readonly amount: number;\n  readonly extra${index}?: number;`),
    dependents,
  );
  const same = await edits(record, (text, index) => text.replace("let sum = 0;", `let sum = ${index}; // ${index}`), dependents);
  const memory = opened.memory();
  opened.close();
  return { first: Math.min(...firsts), state, body, comment, whole, shared: changed, sharedSame: same, memory };
}

/** In this process: how long no other work gets its turn, while everything is read for the first time and after an edit. */
function longestStretch({ root: folder, actor }: BenchWorkspace): { readonly cold: number; readonly edit: number } {
  const opened = openWorkspace(folder);
  const longest = (): number => {
    let most = 0;
    const steps = opened.analyzer.steps();
    for (;;) {
      const begin = performance.now();
      const { done } = steps.next();
      most = Math.max(most, performance.now() - begin);
      if (done === true) return most;
    }
  };
  const first = longest();
  const text = readFileSync(actor, "utf8");
  const edits = Array.from({ length: 9 }, (_, index) => {
    opened.setOverlay(actor, text.replace("readonly name: string;", `readonly name: string; readonly extra${index}: number;`));
    return longest();
  });
  return { cold: first, edit: edits.toSorted((a, b) => a - b)[4] ?? 0 };
}

function line(what: string, ours: number, others: readonly (readonly [name: string, time: number])[]): void {
  const figure = ours < 100 ? ours.toFixed(1) : ours.toFixed(0);
  const ratios = others.map(
    ([name, time]) => `${(time / ours).toFixed(1)} times faster than ${name} (${time < 100 ? time.toFixed(1) : time.toFixed(0)} ms)`,
  );
  console.log(`  ${what.padEnd(52)} ${figure.padStart(8)} ms  ${ratios.join(", ")}`);
}
