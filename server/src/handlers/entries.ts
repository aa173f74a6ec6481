/** Finds the entry modules that `instar dev` can run: files whose default export is a call of `supervisor` from `instar`. */
import { readdirSync, readFileSync } from "node:fs";

const skipped = new Set(["node_modules", "dist", "out", "build", "coverage", "test", "tests"]);

/**
 * The entry modules of one project, as paths from its root. It looks at the text alone, which is enough for a choice that a person makes;
 * the dev runtime itself judges what it is given.
 */
export function entryModules(root: string): string[] {
  const found: string[] = [];
  const walk = (folder: string, depth: number) => {
    let entries;
    try {
      entries = readdirSync(`${root}/${folder}`, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth > 0 && !entry.name.startsWith(".") && !skipped.has(entry.name)) walk(path, depth - 1);
      } else if (
        /\.[cm]?tsx?$/.test(entry.name) &&
        !/\.(test|spec|d)\.[cm]?tsx?$/.test(entry.name) &&
        exportsSupervisor(`${root}/${path}`)
      ) {
        found.push(path);
      }
    }
  };
  walk("", 8);
  return found.toSorted();
}

function exportsSupervisor(file: string): boolean {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return false;
  }
  const imported = /import\s*\{[^}]*?\bsupervisor\b(?:\s+as\s+(\w+))?[^}]*\}\s*from\s*["']instar["']/.exec(text);
  if (imported === null) return false;
  const callee = imported[1] ?? "supervisor";
  if (new RegExp(`export\\s+default\\s+${callee}\\s*\\(`).test(text)) return true;
  const exported = /export\s+default\s+(\w+)\s*;?/.exec(text)?.[1];
  return exported !== undefined && new RegExp(`\\b(?:const|let|var)\\s+${exported}\\b[^=;]*=\\s*${callee}\\s*\\(`).test(text);
}
