/**
 * The builder: turns the sources that an entry reaches into CommonJS, one file at a time, and says who imports whom. Runs in the parent,
 * so that the application's process spends nothing on it. A file is transformed again only when its text has changed.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname, relative } from "node:path";
import { type Loader, type Message, type TransformOptions, transform, version as esbuildVersion } from "esbuild";
import type { BuiltFile, Code, ImportEdge } from "./built-file.ts";
import { DevError } from "./dev-error.ts";
import { moduleId } from "./module-id.ts";
import { type Resolver, createResolver, extensions } from "./resolve.ts";

/** A whole crawl: every file that can be reached from the entries by imports that exist at run time. */
export interface Build {
  readonly files: ReadonlyMap<string, BuiltFile>;
  /** By file: the text that was built, whatever is on disk by now. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface Builder {
  /**
   * Builds from what is on disk now. The crawl does not go on into files of `boundary`.
   *
   * @throws DevError with the place of the first fault; `INSTAR_BUILD_FAILED`, `INSTAR_TOP_LEVEL_AWAIT` or `INSTAR_UNRESOLVED_IMPORT`.
   */
  build(entries: readonly string[], boundary?: ReadonlySet<string>): Promise<Build>;
  /** The code behind a hash of the last builds. */
  codeOf(hash: string): Code | undefined;
}

export function createBuilder(root: string): Builder {
  const resolver = createResolver(root);
  const transformed = new Map<string, Transformed>();

  async function load(file: string): Promise<Transformed> {
    const source = await readSource(file);
    const hash = hashOf(relative(root, file), source, resolver);
    const known = transformed.get(file);
    if (known?.hash === hash) return known;
    const made = { hash, source, ...(await transformFile(file, source, resolver)) };
    transformed.set(file, made);
    return made;
  }

  return {
    async build(entries, boundary = new Set()) {
      const files = new Map<string, BuiltFile>();
      const sources = new Map<string, string>();
      const seen = new Set(entries);
      let wave = [...entries];
      while (wave.length > 0) {
        const loaded = await Promise.all(wave.map(async (file) => ({ file, made: await load(file) })));
        wave = [];
        for (const { file, made } of loaded) {
          // Resolved at each build and not cached: a file that another import now finds may be new.
          const imports = made.requires.map((found) => resolveEdge(resolver, file, made.source, found));
          files.set(file, { file, id: moduleId(root, file), hash: made.hash, imports });
          sources.set(file, made.source);
          for (const { target } of imports) {
            if (target === null || seen.has(target) || boundary.has(target)) continue;
            seen.add(target);
            wave.push(target);
          }
        }
      }
      if (boundary.size === 0) for (const file of transformed.keys()) if (!files.has(file)) transformed.delete(file);
      return { files, sources };
    },
    codeOf(hash) {
      for (const made of transformed.values()) if (made.hash === hash) return { code: made.code, map: made.map };
      return undefined;
    },
  };
}

interface Transformed extends Code {
  readonly hash: string;
  readonly source: string;
  readonly requires: readonly FoundRequire[];
}

interface FoundRequire {
  readonly specifier: string;
  readonly dynamic: boolean;
  readonly defaultOnly: boolean;
}

async function readSource(file: string): Promise<string> {
  if (!extensions.some((extension) => extension === extname(file))) {
    throw new DevError("INSTAR_BUILD_FAILED", `the code server cannot load ${file}; it loads ${extensions.join(", ")}.`, {
      place: { file, line: 1, column: 1 },
    });
  }
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new DevError("INSTAR_BUILD_FAILED", `cannot read ${file}: ${(cause as Error).message}`, {
      place: { file, line: 1, column: 1 },
      cause,
    });
  }
}

/** The path counts relative to the root, so that kept builds survive when the project moves. */
function hashOf(path: string, source: string, resolver: Resolver): string {
  const how = `${esbuildVersion}\0${formatVersion}\0${resolver.tsconfigRaw ?? ""}`;
  return createHash("sha256").update(`${how}\0${path}\0${source}`).digest("hex").slice(0, 32);
}

/** Raised when the options below change, so that kept builds of before are not mixed with new ones. */
const formatVersion = 1;

async function transformFile(file: string, source: string, resolver: Resolver): Promise<Code & { requires: FoundRequire[] }> {
  const options: TransformOptions = {
    loader: loaderOf(file),
    format: "cjs",
    platform: "node",
    target: "node20",
    charset: "utf8",
    // `import.meta` does not exist in a script; the code server passes an object of this name.
    define: { "import.meta": "__meta" },
    // A dynamic import becomes our `require`, so that old code imports the neighbours of its own version.
    supported: { "dynamic-import": false },
    sourcemap: "external",
    sourcefile: file,
    logLevel: "silent",
    ...(resolver.tsconfigRaw === null ? {} : { tsconfigRaw: resolver.tsconfigRaw }),
  };
  try {
    const { code, map } = await transform(source, options);
    return { code, map: withSource(map, file), requires: findRequires(code) };
  } catch (cause) {
    throw buildError(file, cause);
  }
}

function loaderOf(file: string): Loader {
  const extension = extname(file);
  if (extension === ".json" || extension === ".tsx" || extension === ".jsx") return extension.slice(1) as Loader;
  return extension.endsWith("ts") ? "ts" : "js";
}

/** An absolute source, so that traces and debuggers find the file from wherever they are. JSON has no map worth the name. */
function withSource(map: string, file: string): string {
  if (map === "") return "";
  return JSON.stringify({ ...(JSON.parse(map) as object), sources: [file] });
}

/**
 * Reads the imports from esbuild's output, which has one form for each kind: a static import stands at the start of a line, as
 * `var import_x = __toESM(require("./x"))` or inside `__reExport(…)`; what is elsewhere is a dynamic import. What a compiler has turned into
 * CommonJS before looks the same, but for the names: `const x_1 = __importDefault(require("./x"))`.
 */
function findRequires(code: string): FoundRequire[] {
  const found = new Map<string, FoundRequire>();
  // A line may have several dynamic imports.
  for (const match of code.matchAll(/\brequire\(("(?:[^"\\\n]|\\.)*")\)/g)) {
    const [, literal = '""'] = match;
    const before = code.slice(code.lastIndexOf("\n", match.index) + 1, match.index);
    if (/^\s+\.\.\.$/.test(before)) continue; // The annotation for Node's lexer at the end repeats `export *`.
    const specifier = JSON.parse(literal) as string;
    const name = staticImport.exec(before)?.[1];
    const isStatic = name !== undefined || /^(?:__toESM\()?$|^__reExport\(/.test(before);
    const defaultOnly = (name !== undefined && usesDefaultOnly(code, name)) || before === "";
    const earlier = found.get(specifier);
    found.set(specifier, {
      specifier,
      dynamic: !isStatic && (earlier?.dynamic ?? true),
      defaultOnly: defaultOnly && (earlier?.defaultOnly ?? true),
    });
  }
  return [...found.values()];
}

/** Functions that compilers wrap around `require`, and that give the module or an object with the same `default`. */
const interop = String.raw`(?:(?:/\* @__PURE__ \*/ )?(?:[\w$]+\.)?(?:__toESM|__import(?:Default|Star)|_interop\w+)\()?`;
const staticImport = new RegExp(String.raw`^(?:var|const|let) ([\w$]+) = ${interop}$`);

/** A name in a string or comment may look like a use: then a module is evaluated again without need, which does no harm. */
function usesDefaultOnly(code: string, name: string): boolean {
  const escaped = name.replaceAll("$", "\\$");
  const uses = code.matchAll(new RegExp(String.raw`(?<![\w$.])${escaped}(?![\w$])(\.default\b| = ${interop}require\()?`, "g"));
  return [...uses].every((use) => use[1] !== undefined);
}

function resolveEdge(resolver: Resolver, importer: string, source: string, found: FoundRequire): ImportEdge {
  const resolution = resolver.resolve(found.specifier, importer);
  if (resolution.kind === "missing" && !found.dynamic) throw unresolved(importer, source, found.specifier);
  return { ...found, target: resolution.kind === "file" ? resolution.file : null };
}

function unresolved(importer: string, source: string, specifier: string): DevError {
  const index = Math.max(source.indexOf(`"${specifier}"`), source.indexOf(`'${specifier}'`));
  const before = source.slice(0, Math.max(index, 0));
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  return new DevError(
    "INSTAR_UNRESOLVED_IMPORT",
    `the import "${specifier}" leads to no file. Correct the path, or create the file; ${extensions.join(", ")} and index files are tried.`,
    { place: { file: importer, line, column } },
  );
}

function buildError(file: string, cause: unknown): DevError {
  const first = (cause as { errors?: readonly Message[] }).errors?.[0];
  if (first === undefined) return new DevError("INSTAR_BUILD_FAILED", `esbuild failed on ${file}: ${String(cause)}`, { cause });
  const place = { file, line: first.location?.line ?? 1, column: (first.location?.column ?? 0) + 1 };
  if (first.text.startsWith("Top-level await")) {
    return new DevError(
      "INSTAR_TOP_LEVEL_AWAIT",
      "a module of the project awaits at its top level, which the code server cannot load: a version is evaluated in one turn. " +
        "Move the await into a function, for example into an actor's init.",
      { place },
    );
  }
  return new DevError("INSTAR_BUILD_FAILED", `this does not parse: ${first.text}`, { place });
}
