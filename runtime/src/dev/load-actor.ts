/**
 * `buildActor` and `loadActor`: one actor module as it is on disk, built in one process and evaluated in another, for tools that run its
 * steps without an application. The two are apart because a process that must not start others cannot run esbuild.
 */
import { TraceMap, originalPositionFor } from "@jridgewell/trace-mapping";
import { copyState } from "../copy-state.ts";
import type { ActorDefinition } from "../definition.ts";
import { moduleOf } from "../handle.ts";
import { createBuilder } from "./builder.ts";
import type { Code, Layer } from "./built-file.ts";
import type { Place } from "./dev-error.ts";
import { evaluateActor, sourceMaps } from "./evaluate-actor.ts";

/** An actor module with everything that it imports from the project: plain data. */
export interface BuiltActor {
  readonly root: string;
  readonly file: string;
  readonly layer: Layer;
  /** By hash. */
  readonly codes: Readonly<Record<string, Code>>;
}

export interface LoadedActor {
  readonly definition: Pick<ActorDefinition, "vsn" | "codeChange" | "misfit">;
  /** As a step gets the state: new wherever that is possible. */
  copy(state: unknown): unknown;
  /** Where an error was created, as far as that was in code of the project. */
  placeOf(error: unknown): Place | null;
  /**
   * Where functions stand in their sources, in the order in which they were asked for; null for what no source of the project has. Functions
   * with the same text are told apart by their order.
   */
  placesOf(functions: readonly Function[]): readonly (Place | null)[];
}

/** @throws DevError with the place of the first fault. */
export async function buildActor(root: string, file: string): Promise<BuiltActor> {
  const builder = createBuilder(root);
  const files = [...(await builder.build([file])).files.values()];
  const codes = Object.fromEntries(files.map(({ hash }) => [hash, builder.codeOf(hash) ?? { code: "", map: "" }]));
  return { root, file, layer: { roots: [file], files }, codes };
}

/** Evaluates it in this process. @throws DevError, also where the file's default export is no actor. */
export async function loadActor({ root, file, layer, codes }: BuiltActor): Promise<LoadedActor> {
  const handle = await evaluateActor(root, file, layer, codes);
  return {
    definition: moduleOf(handle).current.definition as ActorDefinition,
    copy: copyState,
    placeOf: (error) => sourceMaps().placeOf(error),
    placesOf: (functions) => {
      // Its own file first: that is where steps usually stand.
      const own = layer.files.filter((built) => built.file === file);
      const all = [...new Set([...own, ...layer.files])].flatMap(({ hash }) => codes[hash] ?? []);
      const from = new Map<string, number>();
      return functions.map((each) => findPlace(Function.prototype.toString.call(each), all, from));
    },
  };
}

/** @param from by text: where to go on looking, since several functions may be written alike. */
function findPlace(text: string, codes: readonly Code[], from: Map<string, number>): Place | null {
  for (const { code, map } of codes) {
    const first = code.indexOf(text);
    if (first < 0 || map === "") continue;
    const next = code.indexOf(text, from.get(text) ?? 0);
    const at = next < 0 ? first : next;
    from.set(text, at + 1);
    const before = code.slice(0, at).split("\n");
    const found = originalPositionFor(new TraceMap(map), { line: before.length, column: before.at(-1)?.length ?? 0 });
    return found.source === null ? null : { file: found.source, line: found.line, column: found.column + 1 };
  }
  return null;
}
