/** Reads the states of many small modules in one analysis, as the product does: source to shape, shape to snapshot, and back. */
import { type Analyzer, createAnalyzer } from "../../server/src/analysis/analyze.ts";
import type { ActorModule } from "../../server/src/analysis/model.ts";
import { parseSnapshot } from "../../server/src/analysis/parse-snapshot.ts";
import type { Shape } from "../../server/src/analysis/shape.ts";
import { memoryHost } from "./memory-host.ts";

export interface SourceText {
  /** Declares `State`. */
  readonly text: string;
  /** Other files, by their path beside it or their absolute path; the project is in `/p`. */
  readonly beside?: Readonly<Record<string, string>>;
}

export interface ReadShape {
  /** What the snapshot says of the state and what it needs; null where there is nothing to write, since a type does not resolve. */
  readonly snapshot: string | null;
  /** The shape as the snapshot reads back. */
  readonly shape: Shape | null;
  /** The hash of the shape as the source has it. */
  readonly hash: string | null;
  readonly module: ActorModule;
}

const strict = { strict: true, target: "es2022", lib: ["es2023"], moduleResolution: "bundler", module: "esnext", types: [] };

/** Each in a folder of its own; two readings of lists of the same length give modules the same names. */
export function readShapes(sources: readonly SourceText[], options: object = {}): readonly ReadShape[] {
  const files: Record<string, string> = { "/p/tsconfig.json": JSON.stringify({ compilerOptions: { ...strict, ...options } }) };
  for (const [index, { text, beside = {} }] of sources.entries()) {
    for (const [name, content] of Object.entries(beside)) files[name.startsWith("/") ? name : `/p/${folderOf(index)}/${name}`] = content;
    files[`/p/${folderOf(index)}/case.ts`] =
      `${text}\nimport { actor } from "instar";\ninterface Case { init(): State }\nexport default actor<Case>({ vsn: 1, init: () => null! });\n`;
  }
  const analyzer: Analyzer = createAnalyzer(memoryHost(files), { root: "/p" });
  const modules = new Map(analyzer.analyze()?.modules.map((module) => [module.id, module]));
  return sources.map((_, index): ReadShape => {
    const module = modules.get(`${folderOf(index)}/case`);
    if (module === undefined) throw new Error(`no module was found in ${sources[index]?.text}`);
    const written = analyzer.snapshot(module);
    if (written === undefined) return { snapshot: null, shape: null, hash: module.shape, module };
    const parsed = parseSnapshot(written.text, module.id, 1);
    if (parsed.kind !== "ok") throw new Error(`the snapshot does not read back:\n${written.text}`);
    const [, state = "", , ...rest] = written.text.trimEnd().split("\n\n");
    return { snapshot: [state, ...rest].join("\n"), shape: parsed.shapes.state, hash: module.shape, module };
  });
}

function folderOf(index: number): string {
  return `case${index}`;
}
