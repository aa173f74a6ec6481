/**
 * Packages and modules of Node for code that the code server runs. They are imported before evaluation, since CommonJS code cannot wait,
 * and ESM-only packages cannot be required on every supported Node. `instar` itself is always the copy that runs here: two copies would
 * not know each other's processes.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import * as instar from "../index.ts";
import type { ImportEdge } from "./built-file.ts";
import { DevError } from "./dev-error.ts";

export interface PackageLoader {
  /** Imports what a file needs. A static import that fails rejects, a dynamic one fails when it is reached. */
  prepare(file: string, edges: readonly ImportEdge[]): Promise<void>;
  /** What `require` returns for a package that was prepared; for one that was not, what Node's own `require` finds. */
  require(file: string, specifier: string): unknown;
}

export function createPackageLoader(): PackageLoader {
  /** By importing folder and specifier: that is what a package's resolution depends on. */
  const loaded = new Map<string, { readonly exports: unknown } | { readonly failure: Error }>();
  const keyOf = (file: string, specifier: string): string => `${dirname(file)}\0${specifier}`;

  async function load(file: string, edge: ImportEdge): Promise<void> {
    const key = keyOf(file, edge.specifier);
    const known = loaded.get(key);
    if (known !== undefined && "exports" in known) return;
    try {
      const own = ownModules[edge.specifier];
      const namespace = own === undefined ? await importFrom(file, edge.specifier) : await own();
      loaded.set(key, { exports: asCommonJs(namespace) });
    } catch (cause) {
      const failure = loadError(file, edge.specifier, cause);
      if (!edge.dynamic) throw failure;
      loaded.set(key, { failure });
    }
  }

  return {
    async prepare(file, edges) {
      await Promise.all(edges.filter((edge) => edge.target === null).map((edge) => load(file, edge)));
    },
    require(file, specifier) {
      const found = loaded.get(keyOf(file, specifier));
      if (found === undefined) return createRequire(file)(specifier) as unknown;
      if ("failure" in found) throw found.failure;
      return found.exports;
    },
  };
}

/** The other two are loaded only where an application asks for them. */
const ownModules: Readonly<Record<string, () => Promise<object> | object>> = {
  instar: () => instar,
  "instar/dev": () => import("./index.ts"),
  "instar/testing": () => import("../testing.ts"),
};

function loadError(file: string, specifier: string, cause: unknown): DevError {
  const what = `the package "${specifier}", which ${file} imports,`;
  const about = { place: { file, line: 1, column: 1 }, cause };
  const { code, message } = (cause ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (unresolved.some((one) => one === code)) {
    const text = `${what} cannot be found: ${String(message)} Install it in the project, or correct the name.`;
    return new DevError("INSTAR_UNRESOLVED_IMPORT", text, about);
  }
  const thrown = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new DevError(
    "INSTAR_EVALUATION_FAILED",
    `${what} threw while it was loaded: ${thrown}. Its stack is in the error's cause.`,
    about,
  );
}

/** How Node's loaders say that there is no such module. */
const unresolved = [
  "ERR_INVALID_MODULE_SPECIFIER",
  "ERR_INVALID_PACKAGE_CONFIG",
  "ERR_INVALID_PACKAGE_TARGET",
  "ERR_MODULE_NOT_FOUND",
  "ERR_PACKAGE_IMPORT_NOT_DEFINED",
  "ERR_PACKAGE_PATH_NOT_EXPORTED",
  "ERR_UNKNOWN_BUILTIN_MODULE",
  "ERR_UNSUPPORTED_DIR_IMPORT",
  "MODULE_NOT_FOUND",
];

/**
 * As if the file itself said `import(specifier)`: the nearest `node_modules` of the file counts, with the conditions of an import. The
 * script's name is what Node's loader resolves from.
 */
function importFrom(file: string, specifier: string): Promise<object> {
  // Node 20 says that this is experimental, each time in the application's output; later versions have it as it is.
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {};
  try {
    const script = new vm.Script("(specifier) => import(specifier)", {
      filename: pathToFileURL(join(dirname(file), "instar-import.js")).href,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    return (script.runInThisContext() as (specifier: string) => Promise<object>)(specifier);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * A namespace as esbuild's output expects it: marked as an ES module, with live getters. For CommonJS packages the keys of the default
 * export are added where Node's lexer did not see them as names.
 */
function asCommonJs(namespace: object): object {
  const exports = Object.create(null) as Record<string, unknown>;
  Object.defineProperty(exports, "__esModule", { value: true });
  for (const name of Object.keys(namespace)) {
    // Node passes on what a transpiler wrote into a CommonJS package.
    if (name === "__esModule") continue;
    Object.defineProperty(exports, name, { enumerable: true, get: () => (namespace as Record<string, unknown>)[name] });
  }
  const fallback: unknown = (namespace as { default?: unknown }).default;
  if ((typeof fallback === "object" || typeof fallback === "function") && fallback !== null) {
    for (const name of Object.keys(fallback)) {
      if (name in exports) continue;
      Object.defineProperty(exports, name, { enumerable: true, get: () => (fallback as Record<string, unknown>)[name] });
    }
  }
  return exports;
}
