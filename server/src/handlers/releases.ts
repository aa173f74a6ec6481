/** The snapshots of a project over time, for the view *Releases*: when each was committed, and what the state was, in one line. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Projects } from "../projects.ts";
import type { ModuleReleases, ReleaseSummary } from "../protocol.ts";

export async function releases(projects: Projects): Promise<ModuleReleases[]> {
  return (await Promise.all(projects.all.map(({ root }) => releasesOf(root)))).flat();
}

interface Snapshot {
  /** When the file was written last; what follows is of that time. */
  readonly modified: number;
  readonly state: string;
  /** When it was committed, ISO 8601; null where nobody knows of a commit yet. */
  date: string | null;
}

/** By path: a file that did not change is not read again, and git is not asked about it again. */
const known = new Map<string, Snapshot>();

async function releasesOf(root: string): Promise<ModuleReleases[]> {
  const files = snapshotFiles(`${root}/.instar/releases`, "");
  for (const { file } of files) look(file);
  if (files.some(({ file }) => known.get(file)?.date === null)) {
    for (const [file, date] of await committed(root)) {
      const snapshot = known.get(file);
      if (snapshot !== undefined) snapshot.date = date;
    }
  }
  const modules = new Map<string, ReleaseSummary[]>();
  for (const { file, module, vsn } of files) modules.set(module, [...(modules.get(module) ?? []), ...summaryOf(file, vsn)]);
  return [...modules].map(([module, own]) => ({ root, module, releases: own.toSorted((a, b) => b.vsn - a.vsn) }));
}

function summaryOf(file: string, vsn: number): ReleaseSummary[] {
  const snapshot = known.get(file);
  if (snapshot === undefined) return [];
  const { date, modified, state } = snapshot;
  return [{ vsn, uri: pathToFileURL(file).href, date: date ?? new Date(modified).toISOString(), committed: date !== null, state }];
}

/** A file that goes while it is looked at is none. */
function look(file: string): void {
  try {
    const modified = statSync(file).mtimeMs;
    if (known.get(file)?.modified !== modified) known.set(file, { modified, state: stateText(readFileSync(file, "utf8")), date: null });
  } catch {
    known.delete(file);
  }
}

function snapshotFiles(folder: string, module: string): { readonly file: string; readonly module: string; readonly vsn: number }[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const { name } = entry;
    if (entry.isDirectory()) return snapshotFiles(`${folder}/${name}`, module === "" ? name : `${module}/${name}`);
    const vsn = /^(\d+)\.d\.ts$/.exec(name)?.[1];
    return vsn === undefined || module === "" ? [] : [{ file: `${folder}/${name}`, module, vsn: Number(vsn) }];
  });
}

/** The state's fields in one line. Snapshots are written by us, one field a line, so their text says it. */
function stateText(snapshot: string): string {
  const text = snapshot.replaceAll("\r\n", "\n");
  const alias = /^export type State = (.*);$/m.exec(text)?.[1];
  if (alias !== undefined) return alias;
  const body = /^export interface State \{\n(.*?)\n?^\}/ms.exec(text)?.[1];
  if (body === undefined) return "";
  return body
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.endsWith(";") && !line.startsWith("*"))
    .map((line) => line.slice(0, -1).replace(/^readonly /, ""))
    .join(", ");
}

/** The time of the last commit that wrote each snapshot, by path. Without git, or outside of a repository, there is none. */
async function committed(root: string): Promise<Map<string, string>> {
  const dates = new Map<string, string>();
  try {
    const args = [
      "-c",
      "core.quotePath=false",
      "log",
      "--format=%x00%cI",
      "--name-only",
      "--relative",
      "--diff-filter=AMR",
      "--",
      ".instar/releases",
    ];
    const { stdout } = await promisify(execFile)("git", ["-C", root, ...args], {
      maxBuffer: 2 ** 28,
      windowsHide: true,
      env: { ...process.env, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" },
    });
    // The newest commit comes first.
    for (const commit of stdout.split("\0").slice(1)) {
      const [date = "", ...files] = commit.split("\n").filter((line) => line !== "");
      for (const file of files) if (!dates.has(`${root}/${file}`)) dates.set(`${root}/${file}`, date);
    }
  } catch {
    // The time of the file is good enough then.
  }
  return dates;
}
