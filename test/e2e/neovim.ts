/** The language server with a second real client: Neovim's. Where this passes, any editor that speaks LSP is served. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What `neovim.lua` saw. */
export interface NeovimResult {
  /** Findings of the rule before the edit. */
  readonly before: number;
  readonly diagnostics: readonly { readonly message: string; readonly severity: number; readonly line: number }[];
  /** The menu of code actions. */
  readonly actions: readonly string[];
  readonly steps: readonly string[];
  readonly failed?: string;
  /** How the server ended after it was told to. */
  readonly exit?: { readonly code: number; readonly signal: number };
}

export interface NeovimEdit {
  readonly root: string;
  readonly file: string;
  /** The line under which `typed` is added, and the rule that has to find it. */
  readonly after: string;
  readonly typed: string;
  readonly rule: string;
  /** A part of the quick fix's title. */
  readonly action: string;
}

/** Makes the edit in Neovim, takes the quick fix and writes the file. `folder` is for temporary files. */
export async function editInNeovim(neovim: string, edit: NeovimEdit, folder: string): Promise<NeovimResult> {
  const result = join(folder, "neovim.json");
  const env = {
    ...process.env,
    INSTAR_RESULT: result,
    INSTAR_NODE: process.execPath,
    INSTAR_SERVER: fileURLToPath(new URL("../../server/bin/instar-language-server.mjs", import.meta.url)),
    INSTAR_ROOT: edit.root,
    INSTAR_FILE: edit.file,
    INSTAR_AFTER: edit.after,
    INSTAR_TYPED: edit.typed,
    INSTAR_RULE: edit.rule,
    INSTAR_ACTION: edit.action,
  };
  const script = fileURLToPath(new URL("neovim.lua", import.meta.url));
  const child = spawn(neovim, ["--headless", "--clean", "-n", "-S", script], { env, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((resolve) => child.once("exit", resolve));
  const text = await readFile(result, "utf8").catch(() => undefined);
  if (text === undefined) throw new Error(`Neovim ended with ${String(code)} and no result.\n${errors}`);
  const seen: NeovimResult = JSON.parse(text);
  if (seen.failed !== undefined) throw new Error(`${seen.failed}; before that: ${seen.steps.join(", ")}.\n${errors}`);
  return seen;
}
