/** The version of this program, read from its manifest when asked for. */
import { readFileSync } from "node:fs";

export function version(): string {
  // Two folders up from the sources, one from the bundle.
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as { name?: string; version?: string };
      if (manifest.name === "instar-language-server" && manifest.version !== undefined) return manifest.version;
    } catch {
      // Not there: the other place has it.
    }
  }
  return "unknown";
}
