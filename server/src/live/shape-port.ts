/**
 * What a dev runtime asks of the analysis (`ShapePort`): the shapes of states as the sources are on disk now. The analysis is loaded with
 * the first question, so that it never stands between a developer and the start of the application.
 */
import type { ModuleShape, ShapePort } from "../../../runtime/src/dev/index.ts";
import type { Workspace } from "../workspace.ts";

/** @param root the project root, absolute. */
export function createShapePort(root: string): ShapePort {
  let opened: Workspace | undefined;
  const open = async (): Promise<Workspace> => {
    if (opened !== undefined) {
      opened.refresh();
      return opened;
    }
    const { openWorkspace } = await import("../workspace.ts");
    opened ??= openWorkspace(root);
    return opened;
  };
  return {
    async describe(modules) {
      const workspace = await open();
      const files = modules.map(({ file }) => file.replaceAll("\\", "/"));
      const analyzed = workspace.analyzer.analyze(files);
      const shapes: Record<string, ModuleShape> = {};
      for (const module of analyzed?.modules ?? []) {
        if (module.shape !== null) shapes[module.id] = { hash: module.shape, released: module.released };
      }
      return Object.fromEntries(Object.entries(shapes).filter(([id]) => modules.some((module) => module.id === id)));
    },
    validator: (shape) => opened?.analyzer.validator(shape)?.source ?? null,
    compatible: (from, to) => (from === to ? "compatible" : (opened?.analyzer.compatible(from, to) ?? "unknown")),
  };
}
