/** Whether a file belongs to the runtime's package, wherever it is installed. */
import type { SourceHost } from "./source-host.ts";
import { folderOf, joinPath } from "./paths.ts";
import { runtimePackage } from "./runtime-names.ts";

export class RuntimeFolders {
  readonly #host: SourceHost;
  readonly #known = new Map<string, boolean>();

  constructor(host: SourceHost) {
    this.#host = host;
  }

  has(file: string): boolean {
    const folder = folderOf(file);
    const known = this.#known.get(folder);
    if (known !== undefined) return known;
    const text = this.#host.readFile(joinPath(folder, "package.json"));
    const own = text === undefined ? undefined : packageName(text);
    const answer = own === undefined ? folder !== "/" && this.has(folder) : own === runtimePackage;
    this.#known.set(folder, answer);
    return answer;
  }

  forget(): void {
    this.#known.clear();
  }
}

function packageName(text: string): string | undefined {
  try {
    const { name } = JSON.parse(text) as { name?: unknown };
    return typeof name === "string" ? name : "";
  } catch {
    return "";
  }
}
