/** `createShapeQuestions`: what an upgrade asks of the analysis. One that fails, or is not there, stands in nobody's way. */
import type { BuiltFile, ShapeHashes } from "./built-file.ts";
import type { LoadedVersion } from "./child-protocol.ts";
import type { LoadedShape, ShapeComparison, ShapeDetails, ShapePort } from "./options.ts";

export type AskedModule = Parameters<ShapePort["describe"]>[0][number];

export interface ShapeQuestions {
  /** @param sources by file: texts that count in place of what is on disk */
  describe(modules: readonly AskedModule[], sources?: Readonly<Record<string, string>>): Promise<ShapeHashes>;
  /** Of the states of modules that change: what needs no step, and what checks the new ones and, in a rehearsal, those that it goes back to. */
  compare(
    loaded: readonly LoadedVersion[],
    next: { readonly hashes: ShapeHashes; readonly files: readonly BuiltFile[]; readonly fromSources: boolean },
  ): Promise<ShapeComparison>;
  look(asked: readonly LoadedShape[]): Promise<Readonly<Record<string, ShapeDetails>>>;
}

export function createShapeQuestions(shapes: ShapePort | null, onWarning: (text: string) => void): ShapeQuestions {
  /** What has been said of an analysis that fails: what fails again and again is said once. */
  const failures = new Set<string>();

  async function answered<T>(ask: () => Promise<T>, failing: string): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      const text = `${failing}: ${(error as Error).message}`;
      if (!failures.has(text)) onWarning(text);
      failures.add(text);
      return null;
    }
  }

  return {
    async describe(modules, sources) {
      if (shapes === null || modules.length === 0) return {};
      const asked = modules.map(({ id, file }) => ({ id, file }));
      const failing = "the shapes of states are unknown, so a changed shape under one vsn goes unseen";
      const described = await answered(() => shapes.describe(asked, sources), failing);
      return Object.fromEntries(
        asked.flatMap(({ id, file }) => {
          const shape = described?.[id];
          return shape === undefined ? [] : [[file, shape.hash]];
        }),
      );
    },
    async compare(loaded, { hashes, files, fromSources }) {
      const nothing: ShapeComparison = { compatible: [], validators: {}, readOnlySteps: {}, drafts: [] };
      const texts = new Map(files.map(({ file, hash }) => [file, hash]));
      const changes = loaded.flatMap(({ id, vsn, file, shape, closure }) => {
        const to = hashes[file];
        const changed = to !== undefined && (to !== shape || texts.get(file) !== closure.find((own) => own.file === file)?.hash);
        return changed ? [{ module: id, vsn, from: shape, to, ...(fromSources && { source: file }) }] : [];
      });
      if (shapes === null || changes.length === 0) return nothing;
      return (await answered(() => shapes.compare(changes), "new states cannot be checked against their types")) ?? nothing;
    },
    async look(asked) {
      if (shapes === null || asked.length === 0) return {};
      return (await answered(() => shapes.look(asked), "live states cannot be checked")) ?? {};
    },
  };
}
