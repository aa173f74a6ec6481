/** `evaluateActor`: a built actor module as a handle of its own in this process, without a dev runtime around it. Each call makes new instances. */
import type { Handle } from "../handle.ts";
import type { Code, Layer } from "./built-file.ts";
import { createCodeServer } from "./code-server.ts";
import { DevError } from "./dev-error.ts";
import { createPackageLoader } from "./package-loader.ts";
import { installSourceMaps, type SourceMaps } from "./source-maps.ts";

/** @throws DevError what evaluating throws, and `INSTAR_KIND_CHANGED` where the file's default export is no actor. */
export async function evaluateActor(root: string, file: string, layer: Layer, codes: Readonly<Record<string, Code>>): Promise<Handle> {
  const server = createCodeServer({ root, packages: createPackageLoader(), maps: sourceMaps() });
  const prepared = await server.prepare({ layers: [layer], codes, shapes: {} });
  prepared.commit();
  prepared.settle();
  const found = [...server.modules.values()].find((record) => record.file === file);
  if (found !== undefined) return found.handle;
  throw new DevError("INSTAR_KIND_CHANGED", `the default export of ${file} is no actor(…), so none of its processes can be started.`, {
    place: { file, line: 1, column: 1 },
  });
}

/** One for all modules: it takes over how stacks are printed. */
export function sourceMaps(): SourceMaps {
  return (maps ??= installSourceMaps());
}

let maps: SourceMaps | null = null;
