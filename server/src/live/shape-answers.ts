/** What a dev runtime asks of the analysis, answered on the thread that asks. Opens the project with the first question. */
import type { ShapePort } from "../../../runtime/src/dev/index.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";

/** @param root the project root, absolute. */
export function createShapeAnswers(root: string): ShapePort {
  let opened: Workspace | undefined;
  const open = (): Workspace => {
    if (opened === undefined) opened = openWorkspace(root);
    else opened.refresh();
    return opened;
  };
  return {
    async describe(modules, sources = {}) {
      const files = modules.map(({ file }) => slashed(file));
      const workspace = open();
      // Laid over the disk for this one question; most often it says the same.
      const others = Object.entries(sources).filter(([file, text]) => workspace.readFile(file) !== text.replace(/^\uFEFF/, ""));
      for (const [file, text] of others) workspace.setOverlay(file, text);
      try {
        const known = new Set(modules.map(({ id }) => id));
        const found = workspace.analyzer.analyze(files)?.modules ?? [];
        return Object.fromEntries(found.flatMap(({ id, shape }) => (shape === null || !known.has(id) ? [] : [[id, { hash: shape }]])));
      } finally {
        for (const [file] of others) workspace.setOverlay(file, undefined);
      }
    },
    async look(asked) {
      const { analyzer } = opened ?? open();
      return Object.fromEntries(
        asked.flatMap(({ module, vsn, shape }) => {
          const declaration = analyzer.declaration(module, vsn, shape);
          return declaration === undefined ? [] : [[shape, { validator: analyzer.validator(shape)?.source ?? null, declaration }]];
        }),
      );
    },
    async compare(changes) {
      const { analyzer } = opened ?? open();
      const pairs = changes.flatMap(({ from, to }) => (from === null || from === to ? [] : [[from, to] as const, [to, from] as const]));
      const shapes = new Set(changes.flatMap(({ from, to }) => (from === null ? [to] : [from, to])));
      return {
        compatible: pairs.filter(([from, to]) => analyzer.compatible(from, to) === "compatible").map((pair) => pair.join(" ")),
        readOnlySteps: Object.fromEntries(
          changes.flatMap(({ from, source = null }) =>
            from === null || source === null ? [] : [[source, analyzer.readOnlySteps(slashed(source), from)]],
          ),
        ),
        drafts: changes.flatMap(({ module, vsn, from }) => {
          const released = analyzer.releasedShape(module, vsn);
          // What is not known is no reason to take a longer way.
          return from !== null && released !== null && analyzer.compatible(from, released) === "incompatible" ? [module] : [];
        }),
        validators: Object.fromEntries(
          [...shapes].flatMap((shape) => {
            const source = analyzer.validator(shape)?.source;
            return source === undefined ? [] : [[shape, source]];
          }),
        ),
      };
    },
  };
}

/** As the analysis writes paths. */
function slashed(file: string): string {
  return file.replaceAll("\\", "/");
}
