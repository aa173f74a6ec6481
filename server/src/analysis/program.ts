/** A project's files as TypeScript programs over a `SourceHost`. What was parsed is kept between programs: work follows what changed. */
import type { SourceHost } from "./source-host.ts";
import { isBelow, joinPath } from "./paths.ts";
import { changesOptions, isSource } from "./project-files.ts";
import { runtimeDeclarations, runtimePackage } from "./runtime-names.ts";
import { RealPaths } from "./real-paths.ts";
import { RuntimeFolders } from "./runtime-folders.ts";
import { type TsConfig, TsConfigs } from "./tsconfigs.ts";
import { libFolder, libText, ts } from "./typescript.ts";

export interface CheckedProgram {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
}

export class ProjectProgram {
  readonly #host: SourceHost;
  readonly #root: string;
  readonly #sources = new Map<string, ts.SourceFile>();
  readonly #real: RealPaths;
  readonly #configs: TsConfigs;
  readonly #config: () => TsConfig;
  /** By the configuration of the file that imports. */
  readonly #resolution = new Map<string | null, ts.ModuleResolutionCache>();
  #state: (CheckedProgram & { readonly roots: readonly string[] }) | undefined;
  #previous: ts.Program | undefined;
  readonly #runtimeFolders: RuntimeFolders;
  /** By file, what its imports lead to, and where they were looked for in vain. */
  readonly #reached = new Map<string, Set<string>>();

  /** @param config whose options count; that of the root unless given. */
  constructor(host: SourceHost, root: string, { configs, real, config }: Partial<ProgramPlace> = {}) {
    this.#host = host;
    this.#root = root;
    this.#real = real ?? new RealPaths(host, root);
    this.#configs = configs ?? new TsConfigs(host, this.#real);
    this.#config = () => config ?? this.#configs.of(joinPath(root, "index.ts"));
    this.#runtimeFolders = new RuntimeFolders(host);
  }

  invalidate(files: readonly string[]): void {
    for (const file of files) {
      if (changesOptions(file)) {
        // How modules resolve may be different now, so nothing that depends on it can be kept.
        this.#sources.clear();
        this.#configs.forget();
        this.#forgetStructure();
      } else if (isSource(file)) {
        const known = this.#sources.delete(file);
        if (!known || !this.#host.fileExists(file)) this.#forgetStructure();
        this.#state = undefined;
      } else if (this.#host.directoryExists(file)) {
        this.#forgetStructure();
      }
    }
  }

  /** These files and what they reach. */
  program(roots: readonly string[]): CheckedProgram {
    const known = this.#state;
    if (known !== undefined && known.roots.length === roots.length && known.roots.every((root, index) => root === roots[index]))
      return known;
    const { options } = this.#config();
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
    this.#resolution.clear();
    this.#real.forget();
    this.#reached.clear();
    this.#runtimeFolders.forget();
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
      realpath: (path) => this.#real.of(path),
      getCurrentDirectory: () => this.#root,
      getDirectories: (folder) =>
        host
          .readDirectory(folder)
          .filter(({ directory }) => directory)
          .map(({ name }) => name),
      useCaseSensitiveFileNames: true,
    };
    const own = this.#config();
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
      resolveModuleNameLiterals: (literals, containingFile, redirect, _, containing) => {
        // What a name leads to is said by the options of the file that imports it, also where that is a part of another project.
        const config = containingFile.includes("/node_modules/") ? own : this.#configs.of(containingFile);
        const its = config.file === own.file ? options : config.options;
        const cache = this.#resolution.get(config.file) ?? ts.createModuleResolutionCache(this.#root, (name) => name, its);
        this.#resolution.set(config.file, cache);
        const reached = this.#reached.get(containingFile) ?? new Set();
        this.#reached.set(containingFile, reached);
        return literals.map((literal) => {
          const mode = ts.getModeForUsageLocation(containing, literal, its);
          const found = ts.resolveModuleName(literal.text, containingFile, its, resolutionHost, cache, redirect, mode);
          const { failedLookupLocations = [] } = found as typeof found & { readonly failedLookupLocations?: readonly string[] };
          for (const each of failedLookupLocations) reached.add(each);
          const resolved = this.#resolved(found.resolvedModule, failedLookupLocations);
          if (resolved !== undefined) reached.add(resolved.resolvedFileName);
          const typed = resolved !== undefined && /^\.(d\.)?[cm]?tsx?$/.test(resolved.extension);
          if (typed || literal.text !== runtimePackage) return { resolvedModule: resolved };
          return { resolvedModule: { resolvedFileName: standIn, extension: ".d.ts", isExternalLibraryImport: true } };
        });
      },
    };
  }

  /** Where an import really leads: to the sources of what is built of the workspace's own packages, built or not. */
  #resolved(found: ts.ResolvedModuleFull | undefined, failed: readonly string[]): ts.ResolvedModuleFull | undefined {
    const candidates =
      found === undefined ? failed : /\.d\.[cm]?ts$|\.[cm]?js$/.test(found.resolvedFileName) ? [found.resolvedFileName] : [];
    for (const each of candidates) {
      const source = this.#configs.sourceOf(each);
      if (source !== undefined) return { resolvedFileName: source, extension: extensionOf(source), isExternalLibraryImport: false };
    }
    if (found === undefined || found.resolvedFileName.includes("/node_modules/")) return found;
    const real = this.#real.of(found.resolvedFileName);
    return real === found.resolvedFileName ? found : { ...found, resolvedFileName: real };
  }
}

/** What several programs of one project have in common. */
export interface ProgramPlace {
  readonly configs: TsConfigs;
  readonly real: RealPaths;
  readonly config: TsConfig;
}

function extensionOf(file: string): string {
  return /\.[cm]?tsx?$/.exec(file)?.[0] ?? ".ts";
}

/** The path that the stand-in for the runtime's declarations has. */
const standIn = `${libFolder}/${runtimePackage}/index.d.ts`;

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
