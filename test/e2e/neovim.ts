/** The language server with a second real client: Neovim's. Where this passes, any editor that speaks LSP is served. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What every script saw. */
interface Seen {
  readonly steps: readonly string[];
  readonly failed?: string;
  /** How the server ended after it was told to. */
  readonly exit?: { readonly code: number; readonly signal: number };
}

/** What `neovim.lua` saw. */
export interface NeovimResult extends Seen {
  /** Findings of the rule before the edit. */
  readonly before: number;
  readonly diagnostics: readonly { readonly message: string; readonly severity: number; readonly line: number }[];
  /** The menu of code actions. */
  readonly actions: readonly string[];
}

/** What `neovim-messages.lua` saw. */
export interface NeovimMessages extends Seen {
  readonly definition: string;
  readonly references: readonly string[];
  readonly symbols: readonly string[];
  readonly found: readonly string[];
}

/** What `neovim-hover.lua` saw. */
export interface NeovimHover extends Seen {
  readonly hover: string;
}

interface Opened {
  readonly root: string;
  readonly file: string;
}

export interface NeovimEdit extends Opened {
  /** The line under which `typed` is added, and the rule that has to find it. */
  readonly after: string;
  readonly typed: string;
  readonly rule: string;
  /** A part of the quick fix's title. */
  readonly action: string;
}

/** Makes the edit in Neovim, takes the quick fix and writes the file. `folder` is for temporary files. */
export function editInNeovim(neovim: string, edit: NeovimEdit, folder: string): Promise<NeovimResult> {
  return runInNeovim(neovim, "neovim.lua", edit, folder, {
    INSTAR_AFTER: edit.after,
    INSTAR_TYPED: edit.typed,
    INSTAR_RULE: edit.rule,
    INSTAR_ACTION: edit.action,
  });
}

/** Follows a message of the chat, and gives it another name. */
export function messagesInNeovim(neovim: string, opened: Opened, folder: string): Promise<NeovimMessages> {
  return runInNeovim(neovim, "neovim-messages.lua", opened, folder);
}

/** What is said of a field of the state. */
export function hoverInNeovim(neovim: string, opened: Opened, folder: string): Promise<NeovimHover> {
  return runInNeovim(neovim, "neovim-hover.lua", opened, folder);
}

async function runInNeovim<Result extends Seen>(
  neovim: string,
  script: string,
  { root, file }: Opened,
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const scripts = fileURLToPath(new URL(".", import.meta.url));
  const result = join(folder, "neovim.json");
  const env = {
    ...process.env,
    INSTAR_SCRIPTS: scripts,
    INSTAR_RESULT: result,
    INSTAR_NODE: process.execPath,
    INSTAR_SERVER: fileURLToPath(new URL("../../server/bin/instar-language-server.mjs", import.meta.url)),
    INSTAR_ROOT: root,
    INSTAR_FILE: file,
    ...more,
  };
  const child = spawn(neovim, ["--headless", "--clean", "-n", "-S", join(scripts, script)], { env, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((resolve) => child.once("exit", resolve));
  const text = await readFile(result, "utf8").catch(() => undefined);
  if (text === undefined) throw new Error(`Neovim ended with ${String(code)} and no result.\n${errors}`);
  const seen = JSON.parse(text) as Result;
  if (seen.failed !== undefined) throw new Error(`${seen.failed}; before that: ${seen.steps.join(", ")}.\n${errors}`);
  return seen;
}
