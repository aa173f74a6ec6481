/** What `instar init` and *Initialize in This Project* would add to a project, step by step; where a step has nothing to add, it is left out. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { applyEdits, type JSONPath, modify } from "jsonc-parser";
import { readJson } from "./analysis/read-json.ts";
import { slashed } from "./project-root.ts";
import type { FileChange } from "./write-files.ts";

export interface InitStep {
  /** What a person is asked about. */
  readonly title: string;
  readonly change: FileChange;
}

/** What the extension is called where editors look for it. */
const extension = "instar.instar-vscode";
const schema = "./node_modules/instar-language-server/dist/instar.config.schema.json";

/** A file that a step would add to is not what it should be. The message says where and what. */
export class InitRefused extends Error {}

/** How a path is shown to people. */
type Shown = (file: string) => string;

/** @throws InitRefused where a file that a step would add to cannot be read. */
export function initSteps(root: string, shown: Shown): readonly InitStep[] {
  const top = repositoryOf(root) ?? root;
  try {
    return [configuration(root), scripts(root), workflow(root, top, shown), recommendation(root, top, shown)].filter(
      (step) => step !== undefined,
    );
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const { file, line, column } = error.place;
    throw new InitRefused(`${shown(file)}:${line}:${column} ${error.message} Correct it, and try again. Nothing was written.`);
  }
}

export function isServerInstalled(root: string): boolean {
  return readFileSync(join(root, "package.json"), "utf8").includes('"instar-language-server"');
}

class Unreadable extends Error {
  readonly place: { readonly file: string; readonly line: number; readonly column: number };
  constructor(place: Unreadable["place"], message: string) {
    super(message);
    this.place = place;
  }
}

function configuration(root: string): InitStep | undefined {
  const file = join(root, "instar.config.json");
  const manifest = readIfThere(join(root, "package.json"));
  if (existsSync(file) || (manifest !== undefined && valueAt(manifest.file, manifest.text, ["instar"]) !== undefined)) return undefined;
  const text = `{\n  "$schema": "${schema}",\n  "preset": "recommended"\n}\n`;
  return { title: "a configuration: instar.config.json", change: { file, before: undefined, after: text } };
}

const wanted = { "instar:check": "instar check", "instar:release": "instar release" };

function scripts(root: string): InitStep | undefined {
  const found = readIfThere(join(root, "package.json"));
  if (found === undefined) return undefined;
  const { file, text } = found;
  const present = valueAt(file, text, ["scripts"]) ?? {};
  if (!isRecord(present)) throw unreadable(file, text, ["scripts"], '"scripts" is not an object.');
  const commands = Object.values(present).map(String);
  const missing = Object.entries(wanted).filter(
    ([name, command]) => !(name in present) && !commands.some((each) => each.includes(command)),
  );
  if (missing.length === 0) return undefined;
  const after = missing.reduce((each, [name, command]) => changed(each, ["scripts", name], command), text);
  return { title: `scripts in package.json: ${missing.map(([name]) => name).join(" and ")}`, change: { file, before: text, after } };
}

function workflow(root: string, top: string, shown: Shown): InitStep | undefined {
  const folder = join(top, ".github/workflows");
  const others = existsSync(folder) ? readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)) : [];
  // What runs the check under another name does it as well.
  const runs = /\binstar check\b|\binstar:check\b/;
  if (others.some((name) => runs.test(readFileSync(join(folder, name), "utf8")))) return undefined;
  // Another service's file is for a person to change: its form is that service's.
  if (others.length === 0 && foreignCi.some((name) => existsSync(join(top, name)))) return undefined;
  const file = join(folder, "instar.yml");
  if (existsSync(file)) return undefined;
  return { title: `a CI step: ${shown(file)}`, change: { file, before: undefined, after: workflowText(root, top) } };
}

/** The files of CI services that are not GitHub's. */
export const foreignCi = [
  ".gitlab-ci.yml",
  ".circleci/config.yml",
  "azure-pipelines.yml",
  "bitbucket-pipelines.yml",
  "Jenkinsfile",
  ".travis.yml",
];

function workflowText(root: string, top: string): string {
  const { install, run, cache, lock } = packageManager(root, top);
  // The action takes pnpm's version from there.
  const pinned = [root, top].some((folder) => /"packageManager"\s*:/.test(readIfThere(join(folder, "package.json"))?.text ?? ""));
  const below = fromRoot(top, root);
  return `# Finds what an upgrade of a running system would break.
name: Instar

on:
  pull_request:
  push:
    branches: [main, master]

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 15
${below === "" ? "" : `    defaults:\n      run:\n        working-directory: ${JSON.stringify(below)}\n`}    steps:
      - uses: actions/checkout@v4
        with:
          # With all commits: a branch is compared with the one that it left the target at.
          fetch-depth: 0
          persist-credentials: false
${cache === "pnpm" ? `      - uses: pnpm/action-setup@v4\n${pinned ? "" : "        with:\n          version: latest\n"}` : ""}      - uses: actions/setup-node@v4
        with:
          node-version: 22
${cache === null ? "" : `          cache: ${cache}\n`}${cache === null || lock?.includes("/") !== true ? "" : `          cache-dependency-path: ${JSON.stringify(lock)}\n`}      - run: ${install}
      - name: What an upgrade would break, beside the changed lines
        env:
          # The branch that a pull request is for; nothing after a push, which is compared with the newest snapshots.
          TARGET: \${{ github.base_ref }}
        run: ${run} instar check --format github \${TARGET:+--against "origin/$TARGET" --merge-base}
      - name: The snapshots are those of the sources
        run: ${run} instar release --check
      - name: The steps hold, up and down, on generated states
        run: ${run} instar prove
`;
}

interface PackageManager {
  readonly install: string;
  readonly run: string;
  /** What the action that sets up Node.js can keep; it knows three of them, and wants a lock file. */
  readonly cache: "npm" | "pnpm" | "yarn" | null;
}

const managers: readonly (PackageManager & { readonly lock: string })[] = [
  { lock: "pnpm-lock.yaml", install: "pnpm install --frozen-lockfile", run: "pnpm exec", cache: "pnpm" },
  { lock: "yarn.lock", install: "yarn install --immutable", run: "yarn", cache: "yarn" },
  { lock: "bun.lock", install: "npx bun install --frozen-lockfile", run: "npx", cache: null },
  { lock: "bun.lockb", install: "npx bun install --frozen-lockfile", run: "npx", cache: null },
  { lock: "package-lock.json", install: "npm ci", run: "npx", cache: "npm" },
];

/** Of the nearest lock file, with where that is from the top of the repository. */
function packageManager(root: string, top: string): PackageManager & { readonly lock: string | null } {
  for (const folder of [root, top]) {
    const found = managers.find(({ lock }) => existsSync(join(folder, lock)));
    if (found !== undefined) return { ...found, lock: fromRoot(top, join(folder, found.lock)) };
  }
  return { install: "npm install", run: "npx", cache: null, lock: null };
}

function recommendation(root: string, top: string, shown: Shown): InitStep | undefined {
  // The folder that people open is the one that says something of the editor already.
  const folder = existsSync(join(top, ".vscode")) ? top : root;
  const file = join(folder, ".vscode/extensions.json");
  const found = readIfThere(file);
  const title = `a recommendation of the extension for VS Code: ${shown(file)}`;
  if (found === undefined) return { title, change: { file, before: undefined, after: `{\n  "recommendations": ["${extension}"]\n}\n` } };
  const { text } = found;
  const list = (name: string): readonly unknown[] => {
    const value = valueAt(file, text, [name]) ?? [];
    if (!Array.isArray(value)) throw unreadable(file, text, [name], `"${name}" is not a list.`);
    return value;
  };
  const isThere = (each: unknown): boolean => String(each).toLowerCase() === extension;
  const recommended = list("recommendations");
  // Who does not want it has said so.
  if (recommended.some(isThere) || list("unwantedRecommendations").some(isThere)) return undefined;
  const path =
    recommended.length === 0 && valueAt(file, text, ["recommendations"]) === undefined ? ["recommendations"] : ["recommendations", -1];
  const after = changed(text, path, path.length === 1 ? [extension] : extension);
  return { title, change: { file, before: text, after } };
}

/** As the rest of the text is written. */
function changed(text: string, path: JSONPath, value: unknown): string {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const bare = text.slice(mark.length);
  const indent = /^([ \t]+)\S/m.exec(bare)?.[1] ?? "  ";
  const formattingOptions = {
    insertSpaces: !indent.startsWith("\t"),
    tabSize: indent.startsWith("\t") ? 1 : indent.length,
    eol: bare.includes("\r\n") ? "\r\n" : "\n",
  };
  return mark + applyEdits(bare, modify(bare, path, value, { formattingOptions, isArrayInsertion: path.at(-1) === -1 }));
}

function readIfThere(file: string): { readonly file: string; readonly text: string } | undefined {
  return existsSync(file) ? { file, text: readFileSync(file, "utf8") } : undefined;
}

function valueAt(file: string, text: string, path: readonly string[]): unknown {
  const bare = text.replace(/^\uFEFF/, "");
  const { tree, problem } = readJson(bare, !file.endsWith("package.json"));
  if (problem !== null) throw wrong(file, problem.range.start, problem.text);
  if (tree?.type !== "object") throw wrong(file, { line: 1, column: 1 }, "It does not hold an object.");
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), plain(tree));
}

function plain(node: NonNullable<ReturnType<typeof readJson>["tree"]>): unknown {
  if (node.type === "array") return (node.children ?? []).map(plain);
  if (node.type !== "object") return node.value as unknown;
  return Object.fromEntries(
    (node.children ?? []).flatMap(({ children: [key, value] = [] }) => (key && value ? [[key.value, plain(value)]] : [])),
  );
}

function unreadable(file: string, text: string, [key = ""]: readonly string[], why: string): Unreadable {
  const lines = text.split("\n");
  const line = lines.findIndex((each) => each.includes(`"${key}"`));
  return wrong(file, { line: line + 1, column: (lines[line]?.indexOf(`"${key}"`) ?? 0) + 1 }, why);
}

function wrong(file: string, place: { readonly line: number; readonly column: number }, why: string): Unreadable {
  return new Unreadable({ file, ...place }, why);
}

function fromRoot(root: string, file: string): string {
  return slashed(relative(root, file));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The nearest folder upwards that is a git repository's. */
function repositoryOf(root: string): string | undefined {
  for (let folder = root; ; folder = slashed(dirname(folder))) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (slashed(dirname(folder)) === folder) return undefined;
  }
}
