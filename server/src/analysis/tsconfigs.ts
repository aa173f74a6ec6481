/**
 * Which `tsconfig.json` a file is read with: the nearest, or of those that it only refers to the one that takes the file in. And which
 * source a built file comes from, since that is what people edit.
 */
import type { ConfigProblem } from "./facts.ts";
import { folderOf, isBelow, joinPath } from "./paths.ts";
import type { RealPaths } from "./real-paths.ts";
import { rangeIn } from "./source-place.ts";
import type { SourceHost } from "./source-host.ts";
import type { Range } from "./span.ts";
import { ts } from "./typescript.ts";

export interface TsConfig {
  /** Null where there is none, and strict defaults are assumed. */
  readonly file: string | null;
  readonly options: ts.CompilerOptions;
  readonly problem: ConfigProblem | null;
}

interface ReadConfig extends TsConfig {
  readonly file: string;
  /** The configurations that it refers to. */
  readonly references: readonly string[];
  /** Whether it takes in no files itself. */
  readonly solution: boolean;
  takesIn(file: string): boolean;
}

export class TsConfigs {
  readonly #host: SourceHost;
  readonly #real: RealPaths;
  readonly #nearest = new Map<string, string | undefined>();
  readonly #read = new Map<string, ReadConfig>();
  readonly #none: TsConfig = { file: null, options: { ...defaults(), ...forced }, problem: null };

  constructor(host: SourceHost, real: RealPaths) {
    this.#host = host;
    this.#real = real;
  }

  of(file: string): TsConfig {
    const nearest = this.#nearestTo(folderOf(file));
    if (nearest === undefined) return this.#none;
    const config = this.#config(nearest);
    if (!config.solution) return config;
    return this.#referred(config).find((each) => each.takesIn(file)) ?? config;
  }

  /** The source that a built file is made from, whether or not it was built. */
  sourceOf(built: string): string | undefined {
    const [, stem, kind = ""] = /^(.*?)(?:\.d)?\.([cm]?)[jt]s$/.exec(built) ?? [];
    if (stem === undefined) return undefined;
    const path = this.#real.of(stem);
    const nearest = path.includes("/node_modules/") ? undefined : this.#nearestTo(folderOf(path));
    if (nearest === undefined) return undefined;
    for (const { file, options } of this.#all(this.#config(nearest))) {
      const { declarationDir, outDir, rootDir } = options;
      const from = [declarationDir, outDir].find((folder) => folder !== undefined && isBelow(path, folder));
      if (from === undefined || folderOf(file) === from) continue;
      const roots = rootDir === undefined ? [folderOf(file), joinPath(folderOf(file), "src")] : [rootDir];
      const sources = roots.flatMap((root) =>
        [`.${kind}ts`, ...(kind === "" ? [".tsx"] : [])].map((end) => root + path.slice(from.length) + end),
      );
      const found = sources.find((source) => this.#host.fileExists(source));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  forget(): void {
    this.#nearest.clear();
    this.#read.clear();
  }

  #nearestTo(folder: string): string | undefined {
    if (this.#nearest.has(folder)) return this.#nearest.get(folder);
    const file = joinPath(folder, "tsconfig.json");
    const nearest = this.#host.fileExists(file) ? file : folder === "/" ? undefined : this.#nearestTo(folderOf(folder));
    this.#nearest.set(folder, nearest);
    return nearest;
  }

  #config(file: string): ReadConfig {
    let config = this.#read.get(file);
    if (config === undefined) this.#read.set(file, (config = readConfig(this.#host, file)));
    return config;
  }

  #all(config: ReadConfig): readonly ReadConfig[] {
    return [config, ...this.#referred(config)];
  }

  /** Those that it refers to, directly or not. */
  #referred(config: ReadConfig): readonly ReadConfig[] {
    const found = new Set([config]);
    for (const each of found) for (const file of each.references) if (this.#host.fileExists(file)) found.add(this.#config(file));
    found.delete(config);
    return [...found];
  }
}

const forced: ts.CompilerOptions = {
  // Without it `null` and `undefined` vanish from types, and with them real differences.
  strictNullChecks: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  composite: false,
  incremental: false,
  declaration: false,
  noLib: false,
};

/** What is assumed where a project has no `tsconfig.json`. */
function defaults(): ts.CompilerOptions {
  return {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.esnext.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ["node"],
  };
}

function readConfig(host: SourceHost, file: string): ReadConfig {
  const read = ts.readConfigFile(file, (path) => host.readFile(path));
  const parseHost: ts.ParseConfigHost = {
    useCaseSensitiveFileNames: true,
    // The analysis lists the project's files itself.
    readDirectory: () => [],
    fileExists: (path) => host.fileExists(path),
    readFile: (path) => host.readFile(path),
  };
  const parsed = ts.parseJsonConfigFileContent(read.config ?? {}, parseHost, folderOf(file), {}, file);
  const { configFilePath, ...options } = parsed.options;
  const raw = (parsed.raw ?? {}) as Record<"files" | "include" | "exclude", unknown>;
  const files = texts(raw.files);
  const solution = (parsed.projectReferences ?? []).length > 0 && files?.length === 0 && raw.include === undefined;
  const known = read.config !== undefined && !(solution && Object.keys(options).length === 0);
  const error = read.error ?? parsed.errors.find(({ code }) => baseNotRead.has(code));
  const matches = (patterns: readonly string[]) => {
    const matchers = patterns.map((pattern) => matcher(joined(folderOf(file), pattern)));
    return (path: string) => matchers.some((each) => each.test(path));
  };
  const included = matches(texts(raw.include) ?? (files === undefined ? ["**/*"] : []));
  const excluded = matches([...(texts(raw.exclude) ?? ["node_modules"]), ...(options.outDir === undefined ? [] : [options.outDir])]);
  return {
    file,
    options: { ...(known ? {} : defaults()), ...options, ...(configFilePath ? { configFilePath } : {}), ...forced },
    problem:
      error === undefined
        ? null
        : { file, text: ts.flattenDiagnosticMessageText(error.messageText, " "), range: rangeOfError(host, file, error) },
    references: (parsed.projectReferences ?? []).map(({ path }) => (path.endsWith(".json") ? path : joinPath(path, "tsconfig.json"))),
    solution,
    takesIn: (path) => files?.some((each) => joined(folderOf(file), each) === path) === true || (included(path) && !excluded(path)),
  };
}

/** What it extends is not there, or cannot be read. */
const baseNotRead = new Set([5012, 5083, 6053, 6096]);

function rangeOfError(host: SourceHost, file: string, error: ts.Diagnostic): Range {
  const source = ts.parseJsonText(file, host.readFile(file) ?? "");
  const start = Math.min(error.start ?? 0, source.text.length);
  return rangeIn(source, start, Math.min(start + (error.length ?? 1), source.text.length));
}

function texts(list: unknown): readonly string[] | undefined {
  return Array.isArray(list) ? list.filter((each) => typeof each === "string") : undefined;
}

function joined(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : joinPath(folder, path)).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** A pattern of `include` as TypeScript reads it: without a wildcard or an extension at its end it is a folder. */
function matcher(pattern: string): RegExp {
  const last = pattern.slice(pattern.lastIndexOf("/") + 1);
  const whole = /[*?.]/.test(last) && last !== "**" ? pattern : `${pattern.replace(/\/\*\*$/, "")}/**/*`;
  const parts = whole.split("/").map((part) =>
    part === "**"
      ? undefined
      : part
          .replace(/[.+^${}()|[\]\\]/g, "\\$&")
          .replaceAll("*", "[^/]*")
          .replaceAll("?", "[^/]"),
  );
  const text = parts.map((part, index) => (part === undefined ? "(?:[^/]+/)*" : part + (index < parts.length - 1 ? "/" : ""))).join("");
  return new RegExp(`^${text}$`);
}
