/** A project's files as TypeScript programs over a `SourceHost`. What was parsed is kept between programs: work follows what changed. */
import type { SourceHost } from "./source-host.ts";
import type { ConfigProblem } from "./facts.ts";
import { folderOf, isBelow, joinPath, nameOf } from "./paths.ts";
import { isSource } from "./project-files.ts";
import { runtimeDeclarations, runtimePackage } from "./runtime-names.ts";
import { RuntimeFolders } from "./runtime-folders.ts";
import { rangeIn } from "./source-place.ts";
import type { Range } from "./span.ts";
import { libFolder, libText, ts } from "./typescript.ts";

export interface CheckedProgram {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
}

export class ProjectProgram {
  readonly #host: SourceHost;
  readonly #root: string;
  readonly #sources = new Map<string, ts.SourceFile>();
  #options: { readonly options: ts.CompilerOptions; readonly problem: ConfigProblem | null } | undefined;
  #resolution: ts.ModuleResolutionCache | undefined;
  #state: (CheckedProgram & { readonly roots: readonly string[] }) | undefined;
  #previous: ts.Program | undefined;
  readonly #runtimeFolders: RuntimeFolders;
  /** By file, what its imports lead to, and where they were looked for in vain. */
  readonly #reached = new Map<string, Set<string>>();

  constructor(host: SourceHost, root: string) {
    this.#host = host;
    this.#root = root;
    this.#runtimeFolders = new RuntimeFolders(host);
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

  options(): { readonly options: ts.CompilerOptions; readonly problem: ConfigProblem | null } {
    return (this.#options ??= this.#readOptions());
  }

  /** These files and what they reach. */
  program(roots: readonly string[]): CheckedProgram {
    const known = this.#state;
    if (known !== undefined && known.roots.length === roots.length && known.roots.every((root, index) => root === roots[index]))
      return known;
    const { options } = this.options();
    const program = ts.createProgram({
      rootNames: [...roots],
      options,
      host: this.#compilerHost(options),
      ...(this.#previous === undefined ? {} : { oldProgram: this.#previous }),
    });
    this.#previous = program;
    this.#state = { program, checker: program.getTypeChecker(), roots };
    return this.#state;
  }

  /** The files of the project that a file's types may come from, and where others were looked for in vain. */
  reachedFrom(file: string): ReadonlySet<string> {
    const found = new Set([file]);
    for (const each of found) for (const next of this.#reached.get(each) ?? []) if (!next.includes("/node_modules/")) found.add(next);
    return found;
  }

  isRuntime(file: string): boolean {
    return file === standIn || this.#runtimeFolders.has(file);
  }

  /** Whether types declared there are opaque: they come from a package, not from the project. */
  isExternal(file: string): boolean {
    return file.includes("/node_modules/") || isBelow(file, libFolder) || this.isRuntime(file);
  }

  #forgetStructure(): void {
    this.#previous = undefined;
    this.#state = undefined;
    this.#resolution = undefined;
    this.#reached.clear();
    this.#runtimeFolders.forget();
  }

  #readOptions(): { readonly options: ts.CompilerOptions; readonly problem: ConfigProblem | null } {
    let problem: ConfigProblem | null = null;
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
    if (configFile === undefined) return { options: { ...defaults(), ...forced }, problem };
    const read = ts.readConfigFile(configFile, (file) => this.#host.readFile(file));
    if (read.error !== undefined) {
      const text = ts.flattenDiagnosticMessageText(read.error.messageText, " ");
      problem = { file: configFile, text, range: this.#rangeOf(configFile, read.error) };
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
    return {
      options: { ...(read.config === undefined ? defaults() : {}), ...options, ...(configFilePath ? { configFilePath } : {}), ...forced },
      problem,
    };
  }

  #rangeOf(file: string, error: ts.Diagnostic): Range {
    const source = ts.parseJsonText(file, this.#host.readFile(file) ?? "");
    const start = Math.min(error.start ?? 0, source.text.length);
    return rangeIn(source, start, Math.min(start + (error.length ?? 1), source.text.length));
  }

  #source(file: string, settings: ts.ScriptTarget | ts.CreateSourceFileOptions = ts.ScriptTarget.ESNext): ts.SourceFile | undefined {
    const known = this.#sources.get(file);
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
          const reached = this.#reached.get(containingFile) ?? new Set();
          this.#reached.set(containingFile, reached);
          const mode = ts.getModeForUsageLocation(containing, literal, resolveOptions);
          const found = ts.resolveModuleName(literal.text, containingFile, resolveOptions, resolutionHost, cache, redirect, mode);
          const { failedLookupLocations = [] } = found as typeof found & { readonly failedLookupLocations?: readonly string[] };
          for (const each of failedLookupLocations) reached.add(each);
          if (found.resolvedModule !== undefined) reached.add(found.resolvedModule.resolvedFileName);
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
