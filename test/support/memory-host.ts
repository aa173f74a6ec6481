/** Files in memory as the analysis sees them. */
import type { SourceHost } from "../../server/src/analysis/analyze.ts";

export function memoryHost(files: Record<string, string>): SourceHost {
  const folders = () =>
    new Set(Object.keys(files).flatMap((file) => file.split("/").map((_, index, parts) => parts.slice(0, index).join("/"))));
  return {
    readFile: (path) => files[path],
    fileExists: (path) => path in files,
    directoryExists: (path) => folders().has(path),
    readDirectory: (path) => {
      const below = Object.keys(files).filter((file) => file.startsWith(`${path}/`));
      const names = new Map(
        below.map((file) => [file.slice(path.length + 1).split("/")[0] ?? "", file.slice(path.length + 1).includes("/")]),
      );
      return [...names].map(([name, directory]) => ({ name, directory }));
    },
    realpath: (path) => path,
  };
}
