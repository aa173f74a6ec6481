/**
 * What Node has loaded for a program: its entry's imports, directly or not, that lie in the project. Each is imported once more, which gives
 * the instance that Node has already.
 */
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { isHandle } from "../internal.ts";
import type { BuiltFile } from "./built-file.ts";
import type { Builder } from "./builder.ts";
import type { NativeFile } from "./code-server.ts";
import { DevError } from "./dev-error.ts";

/**
 * The actor and supervisor modules among them, and what those import; what is imported comes first. The entry itself is left out, since it
 * is still being evaluated, and so is what only dynamic imports reach, since it may not have been loaded.
 *
 * @throws DevError where a file cannot be built
 */
export async function readNativeGraph(root: string, entry: string, builder: Builder): Promise<NativeFile[]> {
  const namespaces = new Map<string, object>();
  for (const file of await staticImports(root, entry)) namespaces.set(file, await importNative(file));
  const actors = [...namespaces].filter(([, namespace]) => hasHandle(namespace)).map(([file]) => file);
  const { files } = await builder.build(actors);
  const ordered = importedFirst(actors, files).filter(({ file }) => namespaces.has(file));
  return await Promise.all(
    ordered.map(async (built) => ({
      built,
      namespace: namespaces.get(built.file) as object,
      text: await readFile(built.file, "utf8"),
    })),
  );
}

/** By a bundle that is thrown away: unlike the code server's own form, it may have a top-level await, which entries often do. */
async function staticImports(root: string, entry: string): Promise<string[]> {
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "silent",
  }).catch((cause: unknown) => {
    throw new DevError("INSTAR_BUILD_FAILED", `the imports of ${entry} cannot be followed: ${(cause as Error).message}`, { cause });
  });
  const { inputs } = result.metafile;
  const start = Object.keys(inputs).find((path) => resolve(root, path) === entry);
  const found = new Set<string>();
  const waiting = start === undefined ? [] : [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const { path: imported, kind, external } of inputs[path]?.imports ?? []) {
      const isStatic = kind === "import-statement" || kind === "require-call";
      if (!isStatic || external === true || imported === start || found.has(imported)) continue;
      found.add(imported);
      waiting.push(imported);
    }
  }
  return [...found].map((path) => resolve(root, path));
}

async function importNative(file: string): Promise<object> {
  // As esbuild has it; Node would want an import attribute.
  if (extname(file) === ".json") return { default: JSON.parse(await readFile(file, "utf8")) as unknown };
  return (await import(pathToFileURL(file).href)) as object;
}

function hasHandle(namespace: object): boolean {
  const { default: exported } = namespace as { readonly default?: unknown };
  return isHandle(exported) || isHandle((exported as { readonly default?: unknown } | null | undefined)?.default);
}

function importedFirst(starts: readonly string[], files: ReadonlyMap<string, BuiltFile>): BuiltFile[] {
  const ordered = new Set<BuiltFile>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    const built = files.get(file);
    if (built === undefined || seen.has(file)) return;
    seen.add(file);
    for (const { target } of built.imports) if (target !== null) visit(target);
    ordered.add(built);
  };
  for (const file of starts) visit(file);
  return [...ordered];
}
