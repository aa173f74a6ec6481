/** The project as one TypeScript program over a `SourceHost`, kept between analyses: work follows what changed. */
import type { SourceHost } from "./analyze.ts";
import { folderOf, isBelow, joinPath, nameOf, withoutExtension } from "./paths.ts";
import type { ConfigProblem } from "./facts.ts";
import { mentionsActor } from "./find.ts";
import { runtimeDeclarations, runtimePackage } from "./runtime-names.ts";
import { rangeIn } from "./source-place.ts";
import type { Range } from "./span.ts";
import { libFolder, libText, ts } from "./typescript.ts";

export interface ProgramState {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  /** Files that may be actor modules, by their text. */
  readonly candidates: readonly string[];
  /** What is wrong with the configuration, where something is. */
  readonly configProblem: ConfigProblem | null;
}

export class ProjectProgram {
  readonly #host: SourceHost;
  readonly #root: string;
  readonly #sources = new Map<string, ts.SourceFile>();
  #files: readonly string[] | undefined;
  #options: ts.CompilerOptions | undefined;
  #resolution: ts.ModuleResolutionCache | undefined;
  #configProblem: ConfigProblem | null = null;
  #state: ProgramState | undefined;
  #previous: ts.Program | undefined;
  readonly #runtimeFolders = new Map<string, boolean>();

  constructor(host: SourceHost, root: string) {
    this.#host = host;
    this.#root = root;
  }

  invalidate(files: readonly string[]): void {
    for (const file of files) {
      const name = nameOf(file);
      if (/^(package|[jt]sconfig.*)\.json$/.test(name) || name === "node_modules") {
        // How modules resolve may be different now, so nothing that depends on it can be kept.
        this.#sources.clear();
        this.#options = undefined;
        this.#forgetStructure();
      } else if (isSource(name)) {
        const known = this.#sources.delete(file);
        if (!known || !this.#host.fileExists(file)) this.#forgetStructure();
        this.#state = undefined;
      } else if (this.#host.directoryExists(file)) {
        this.#forgetStructure();
      }
    }
  }

  get(): ProgramState {
    if (this.#state !== undefined) return this.#state;
    const options = (this.#options ??= this.#readOptions());
    const files = (this.#files ??= this.#listFiles());
    const candidates = this.#candidates(files);
    const program = ts.createProgram({
      rootNames: [...candidates],
      options,
      host: this.#compilerHost(options),
      ...(this.#previous === undefined ? {} : { oldProgram: this.#previous }),
    });
    this.#previous = program;
    this.#state = { program, checker: program.getTypeChecker(), candidates, configProblem: this.#configProblem };
    return this.#state;
  }

  /** Whether a declaration file belongs to the runtime's package, wherever it is installed. */
  isRuntime(file: string): boolean {
    if (file === standIn) return true;
    const folder = folderOf(file);
    const known = this.#runtimeFolders.get(folder);
    if (known !== undefined) return known;
    const text = this.#host.readFile(joinPath(folder, "package.json"));
    const own = text === undefined ? undefined : packageName(text);
    const answer = own === undefined ? folder !== "/" && this.isRuntime(folder) : own === runtimePackage;
    this.#runtimeFolders.set(folder, answer);
    return answer;
  }

  /** Whether types declared there are opaque: they come from a package, not from the project. */
  isExternal(file: string): boolean {
    return file.includes("/node_modules/") || isBelow(file, libFolder) || this.isRuntime(file);
  }

  #forgetStructure(): void {
    this.#files = undefined;
    this.#previous = undefined;
    this.#state = undefined;
    this.#resolution = undefined;
    this.#runtimeFolders.clear();
  }

  #readOptions(): ts.CompilerOptions {
    this.#configProblem = null;
    const configFile = ts.findConfigFile(this.#root, (file) => this.#host.fileExists(file));
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
    if (configFile === undefined) return { ...defaults(), ...forced };
    const read = ts.readConfigFile(configFile, (file) => this.#host.readFile(file));
    if (read.error !== undefined) {
      const text = ts.flattenDiagnosticMessageText(read.error.messageText, " ");
      this.#configProblem = { file: configFile, text, range: this.#rangeOf(configFile, read.error) };
    }
    const parseHost: ts.ParseConfigHost = {
      useCaseSensitiveFileNames: true,
      // The analysis lists the project's files itself.
      readDirectory: () => [],
      fileExists: (file) => this.#host.fileExists(file),
      readFile: (file) => this.#host.readFile(file),
    };
    const parsed = ts.parseJsonConfigFileContent(read.config ?? {}, parseHost, folderOf(configFile), {}, configFile);
    const { configFilePath, ...options } = parsed.options;
    return { ...(read.config === undefined ? defaults() : {}), ...options, ...(configFilePath ? { configFilePath } : {}), ...forced };
  }

  #rangeOf(file: string, error: ts.Diagnostic): Range {
    const source = ts.parseJsonText(file, this.#host.readFile(file) ?? "");
    const start = Math.min(error.start ?? 0, source.text.length);
    return rangeIn(source, start, Math.min(start + (error.length ?? 1), source.text.length));
  }

  #listFiles(): readonly string[] {
    const files: string[] = [];
    const visited = new Set<string>();
    const visit = (folder: string): void => {
      const real = this.#host.realpath(folder);
      if (visited.has(real)) return;
      visited.add(real);
      for (const { name, directory } of this.#host.readDirectory(folder)) {
        const path = joinPath(folder, name);
        if (!directory) {
          if (isSource(name) && !/\.d\.[cm]?ts$/.test(name)) files.push(path);
        } else if (!name.startsWith(".") && name !== "node_modules" && name !== "dist") {
          if (!this.#host.fileExists(joinPath(path, "package.json"))) visit(path);
        }
      }
    };
    visit(this.#root);
    return files.toSorted();
  }

  #candidates(files: readonly string[]): readonly string[] {
    const texts = files.map((file) => [file, this.#source(file)?.text ?? ""] as const);
    // Where a file of the project passes such a function on, its importers need not name the package.
    const passedOn = texts.some(([, text]) => text.includes(runtimePackage) && /\bexport\b[^;]*\bfrom\s*["']instar["']/.test(text));
    return texts
      .filter(([, text]) => /\bexport\b|\bdefault\b/.test(text) && (passedOn || text.includes(runtimePackage) || mentionsActor(text)))
      .map(([file]) => file);
  }

  #source(file: string, settings: ts.ScriptTarget | ts.CreateSourceFileOptions = ts.ScriptTarget.ESNext): ts.SourceFile | undefined {
    const known = this.#sources.get(file);
    // A source that was read for the filter lacks the module format that the program asks for.
    if (known !== undefined && (typeof settings === "number" || known.impliedNodeFormat === settings.impliedNodeFormat)) return known;
    const text = file === standIn ? runtimeDeclarations : this.#host.readFile(file);
    if (text === undefined) return undefined;
    const source = ts.createSourceFile(file, text, settings, true);
    this.#sources.set(file, source);
    return source;
  }

  #compilerHost(options: ts.CompilerOptions): ts.CompilerHost {
    const host = this.#host;
    const readFile = (file: string) => (file === standIn ? runtimeDeclarations : (libText(file) ?? host.readFile(file)));
    const resolutionHost: ts.ModuleResolutionHost = {
      fileExists: (file) => libText(file) !== undefined || host.fileExists(file),
      readFile,
      directoryExists: (folder) => host.directoryExists(folder),
      realpath: (path) => host.realpath(path),
      getCurrentDirectory: () => this.#root,
      getDirectories: (folder) =>
        host
          .readDirectory(folder)
          .filter(({ directory }) => directory)
          .map(({ name }) => name),
      useCaseSensitiveFileNames: true,
    };
    const cache = (this.#resolution ??= ts.createModuleResolutionCache(this.#root, (name) => name, options));
    return {
      ...resolutionHost,
      getSourceFile: (file, settings) => (isBelow(file, libFolder) ? libSource(file, settings) : this.#source(file, settings)),
      getDefaultLibFileName: (o) => joinPath(libFolder, ts.getDefaultLibFileName(o)),
      getDefaultLibLocation: () => libFolder,
      getCurrentDirectory: () => this.#root,
      getCanonicalFileName: (file) => file,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
      writeFile: () => {},
      resolveModuleNameLiterals: (literals, containingFile, redirect, resolveOptions, containing) =>
        literals.map((literal) => {
          const mode = ts.getModeForUsageLocation(containing, literal, resolveOptions);
          const found = ts.resolveModuleName(literal.text, containingFile, resolveOptions, resolutionHost, cache, redirect, mode);
          const typed = found.resolvedModule !== undefined && /^\.(d\.)?[cm]?tsx?$/.test(found.resolvedModule.extension);
          if (typed || literal.text !== runtimePackage) return found;
          return { resolvedModule: { resolvedFileName: standIn, extension: ".d.ts", isExternalLibraryImport: true } };
        }),
    };
  }
}

/** The path that the stand-in for the runtime's declarations has. */
const standIn = `${libFolder}/${runtimePackage}/index.d.ts`;

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

/** Sources of the standard library, shared by all projects of this process: parsing them costs more than all the rest. */
const libSources = new Map<string, ts.SourceFile>();

function libSource(file: string, settings: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.SourceFile | undefined {
  const text = file === standIn ? runtimeDeclarations : libText(file);
  if (text === undefined) return undefined;
  const target = typeof settings === "number" ? settings : settings.languageVersion;
  const key = `${target} ${typeof settings === "number" ? "" : settings.impliedNodeFormat} ${file}`;
  let source = libSources.get(key);
  if (source === undefined) libSources.set(key, (source = ts.createSourceFile(file, text, settings)));
  return source;
}

function isSource(name: string): boolean {
  return /\.[cm]?tsx?$/.test(name);
}

function packageName(text: string): string | undefined {
  try {
    const { name } = JSON.parse(text) as { name?: unknown };
    return typeof name === "string" ? name : "";
  } catch {
    return "";
  }
}

/** The module id that a file has where it does not pin one. */
export function pathId(root: string, file: string): string {
  return withoutExtension(isBelow(file, root) ? file.slice(root.length + (root.endsWith("/") ? 0 : 1)) : file);
}
