/**
 * What a configuration means for the analysis, where it says so in plain words: the file itself, nothing that it extends or refers to.
 * Everything else the compiler knows, which takes longer to load than most projects take to be read.
 */
import { folderOf, joinPath } from "./paths.ts";
import { mapsRuntime } from "./runtime-names.ts";
import type { Settings } from "./settings.ts";
import type { SourceHost } from "./source-host.ts";

/** Undefined where only the compiler can tell. */
export function plainSettings(host: SourceHost, file: string): Settings | undefined {
  const config = nearest(host, folderOf(file));
  // The defaults that stand in for one.
  if (config === undefined) return { exact: false, names: true, packages: true, extensions: false, problem: null };
  return settingsIn(parsed(host.readFile(config) ?? ""));
}

function nearest(host: SourceHost, folder: string): string | undefined {
  const file = joinPath(folder, "tsconfig.json");
  if (host.fileExists(file)) return file;
  return folder === "/" ? undefined : nearest(host, folderOf(folder));
}

function settingsIn(config: unknown): Settings | undefined {
  if (!isRecord(config) || "extends" in config || "references" in config) return undefined;
  const { compilerOptions: options = {} } = config;
  if (!isRecord(options) || Object.values(options).includes(null)) return undefined;
  const { target, lib, module, moduleResolution, exactOptionalPropertyTypes: exact = false, paths = {}, baseUrl } = options;
  const modern = lib === undefined ? (target === undefined ? false : targets.get(lower(target))) : isModern(lib);
  const extensions =
    moduleResolution === undefined ? (module === undefined ? false : modules.get(lower(module))) : resolutions.get(lower(moduleResolution));
  if (modern === undefined || extensions === undefined || typeof exact !== "boolean" || !isRecord(paths)) return undefined;
  return {
    exact,
    names: modern && options["rootDirs"] === undefined && options["moduleSuffixes"] === undefined,
    packages: baseUrl === undefined && !Object.keys(paths).some(mapsRuntime),
    extensions,
    problem: null,
  };
}

/** Undefined where it is not plain JSON, apart from comments and commas too many. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      const bare = text.replace(/("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*.*?\*\//gs, (_, quoted: string | undefined) => quoted ?? " ");
      return JSON.parse(bare.replace(/("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])/g, (_, quoted: string | undefined) => quoted ?? " "));
    } catch {
      return undefined;
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isModern(lib: unknown): boolean | undefined {
  if (!Array.isArray(lib) || !lib.every((each) => libraries.has(lower(each)))) return undefined;
  return lib.some((each) => libraries.get(lower(each)));
}

function lower(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}

const years = ["es2015", "es2016", "es2017", "es2018", "es2019", "es2020", "es2021", "es2022", "es2023", "es2024", "esnext"];

/** Whether the platform has what the language has had since 2015. */
const targets = new Map([...years.map((year) => [year, true] as const), ["es6", true], ["es5", false]]);
const libraries = new Map([
  ...years.map((year) => [year, true] as const),
  ...["es6", "es7"].map((name) => [name, true] as const),
  ...["es5", "dom", "dom.iterable", "webworker", "scripthost"].map((name) => [name, false] as const),
]);
/** Whether imports say the extension. */
const modules = new Map([
  ...["node16", "node18", "nodenext"].map((name) => [name, true] as const),
  ...["commonjs", "es6", "es2015", "es2020", "es2022", "esnext", "preserve"].map((name) => [name, false] as const),
]);
const resolutions = new Map([
  ["node16", true],
  ["nodenext", true],
  ["bundler", false],
]);
