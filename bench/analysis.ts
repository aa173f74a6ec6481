/**
 * What the analysis costs, as ratios of one run over the chat example: a first check, a check after an edit, and TypeScript's own check of
 * the same project. `npm run bench -- analysis` prints it.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openWorkspace } from "../server/src/workspace.ts";
import { median, row, table } from "./measure.ts";

const root = fileURLToPath(new URL("../examples/chat", import.meta.url));
const room = join(root, "src/room.actor.ts");
const text = readFileSync(room, "utf8");
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

const compiler = await median(3, () => void execFileSync(process.execPath, [tsc, "--noEmit", "-p", root]));
const begin = performance.now();
const workspace = openWorkspace(root);
workspace.analyzer.analyze();
const first = performance.now() - begin;
let edits = 0;
const edit = await median(9, () => {
  edits += 1;
  workspace.setOverlay(room, text.replace("posted: number;", `posted: number; readonly extra${edits}: string;`));
  workspace.analyzer.invalidate([room]);
  workspace.analyzer.analyze();
});

table("analysis of examples/chat", [
  row("first check, TypeScript loaded", first / compiler, "times a run of tsc over the same project"),
  row("edit of an actor to verdict", compiler / edit, "times faster than a run of tsc"),
  row("edit of an actor to verdict", edit, "milliseconds"),
]);
