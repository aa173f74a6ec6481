/**
 * Real types taken as states: every type that a package exports is read as if the package were the project, written as a snapshot, read
 * back, compared with itself and checked by its own validator. What says nothing is counted by its cause.
 */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { createShapeReader } from "../../server/src/analysis/extract-shape.ts";
import { parseSnapshot } from "../../server/src/analysis/parse-snapshot.ts";
import { children, type Shape, shapeHash } from "../../server/src/analysis/shape.ts";
import { snapshotText } from "../../server/src/analysis/snapshot-text.ts";
import { libFolder, libText, ts } from "../../server/src/analysis/typescript.ts";
import { validatorSource } from "../../server/src/analysis/validator.ts";
import { compareShapes } from "../../server/src/analysis/compare.ts";

export interface PackageReport {
  readonly package: string;
  readonly types: number;
  /** Nodes of shapes, and those of them that say nothing, by why. */
  readonly nodes: number;
  readonly unknowns: Readonly<Record<string, number>>;
  readonly slowest: { readonly type: string; readonly ms: number };
  readonly ms: number;
  /** What went wrong; nothing should. */
  readonly problems: readonly string[];
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Packages that have declarations of their own, by the size of these. */
export function typedPackages(): readonly string[] {
  const folder = `${root}node_modules`;
  const names = readdirSync(folder).flatMap((name) =>
    name.startsWith("@") ? readdirSync(`${folder}/${name}`).map((each) => `${name}/${each}`) : name.startsWith(".") ? [] : [name],
  );
  return names.filter((name) => entryOf(name) !== undefined);
}

/** @param most how many of its types, spread evenly over all of them. */
export function readPackage(name: string, most = Infinity): PackageReport {
  const begun = performance.now();
  const entry = entryOf(name);
  const problems: string[] = [];
  const unknowns: Record<string, number> = {};
  const report = { package: name, types: 0, nodes: 0, unknowns, slowest: { type: "", ms: 0 }, ms: 0, problems };
  if (entry === undefined) return report;
  const options: ts.CompilerOptions = {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: name === "@types/node" ? [] : ["node"],
    skipLibCheck: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options, true);
  const { getSourceFile, readFile, fileExists } = host;
  Object.assign(host, {
    getDefaultLibLocation: () => libFolder,
    getDefaultLibFileName: (each: ts.CompilerOptions) => `${libFolder}/${ts.getDefaultLibFileName(each)}`,
    getSourceFile: (file: string, ...rest: [ts.ScriptTarget]) => {
      const text = libText(file);
      return text === undefined ? getSourceFile.call(host, file, ...rest) : ts.createSourceFile(file, text, ...rest, true);
    },
    readFile: (file: string) => libText(file) ?? readFile.call(host, file),
    fileExists: (file: string) => libText(file) !== undefined || fileExists.call(host, file),
    getCurrentDirectory: () => root,
  });
  const program = ts.createProgram({ rootNames: [entry], options, host });
  const checker = program.getTypeChecker();
  const reader = createShapeReader({
    checker,
    exact: false,
    isRuntime: () => false,
    isExternal: (file) => file.startsWith(libFolder),
    moduleOf: (file) => file.replace(/^.*\/node_modules\//, ""),
  });
  const source = program.getSourceFile(entry);
  const all = source === undefined ? [] : exportedTypes(source, checker);
  for (const [type, at] of all.filter((_, index) => index % Math.max(1, Math.ceil(all.length / most)) === 0)) {
    const start = performance.now();
    report.types += 1;

    try {
      const shape = reader.read(type);
      for (const each of nodesOf(shape)) {
        report.nodes += 1;
        if (each.kind === "primitive" && each.type === "unknown")
          unknowns[each.why ?? "written so"] = (unknowns[each.why ?? "written so"] ?? 0) + 1;
      }
      problems.push(...problemsWith(shape).map((problem) => `${at}: ${problem}`));
    } catch (error) {
      problems.push(`${at}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    const ms = performance.now() - start;
    if (ms > report.slowest.ms) report.slowest = { type: at, ms };
  }
  return { ...report, ms: performance.now() - begun };
}

function problemsWith(shape: Shape): readonly string[] {
  const problems: string[] = [];
  const text = snapshotText("m", 1, { name: "P", state: shape, calls: [], casts: [], infos: [] });
  const parsed = parseSnapshot(text, "m", 1);
  if (parsed.kind !== "ok") return [`its snapshot does not parse: ${parsed.kind}`];
  const unresolved = nodesOf(shape).some((each) => each.kind === "primitive" && each.why === "unresolved");
  if (!unresolved && shapeHash(parsed.shapes.state) !== shapeHash(shape)) problems.push("its snapshot reads back as another shape");
  const { up, down, changes } = compareShapes(parsed.shapes.state, shape);
  if (!unresolved && (up !== "compatible" || down !== "compatible" || changes.length > 0))
    problems.push(`it is not compatible with itself: ${up}, ${down}, ${changes[0]?.path}`);
  const validate = vm.runInThisContext(validatorSource(shape).source) as (value: unknown) => string | null;
  validate({});
  return problems;
}

function exportedTypes(source: ts.SourceFile, checker: ts.TypeChecker): readonly (readonly [ts.Type, string])[] {
  const module = checker.getSymbolAtLocation(source);
  const seen = new Set<ts.Type>();
  const found: [ts.Type, string][] = [];
  const visit = (symbol: ts.Symbol, at: string): void => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (target.flags & ts.SymbolFlags.Type) {
      const type = checker.getDeclaredTypeOfSymbol(target);
      if (!seen.has(type)) found.push([type, at]);
      seen.add(type);
    }
    if (at.split(".").length < 3 && target.flags & ts.SymbolFlags.Module)
      for (const each of checker.getExportsOfModule(target)) visit(each, `${at}.${each.name}`);
  };
  const globals = checker.getSymbolsInScope(source, ts.SymbolFlags.Type | ts.SymbolFlags.Module);
  const own = module === undefined ? globals.filter((each) => isBelow(each, source)) : checker.getExportsOfModule(module);
  for (const symbol of own) visit(symbol, symbol.name);
  return found;
}

function isBelow(symbol: ts.Symbol, source: ts.SourceFile): boolean {
  const folder = source.fileName.slice(0, source.fileName.lastIndexOf("/"));
  return symbol.declarations?.some((each) => each.getSourceFile().fileName.startsWith(folder)) === true;
}

function nodesOf(rootShape: Shape): readonly Shape[] {
  const seen = new Set<Shape>([rootShape]);
  for (const shape of seen) for (const child of children(shape)) seen.add(child);
  return [...seen];
}

/** The package's declaration file, if it has one. */
function entryOf(name: string): string | undefined {
  const folder = `${root}node_modules/${name}`;
  const manifest = `${folder}/package.json`;
  if (!existsSync(manifest)) return undefined;
  const json = JSON.parse(readFileSync(manifest, "utf8")) as { types?: string; typings?: string; main?: string; exports?: unknown };
  const inExports = /"types":"([^"]+\.d\.[cm]?ts)"/.exec(JSON.stringify(json.exports ?? null))?.[1];
  const candidates = [json.types, json.typings, inExports, "index.d.ts", json.main?.replace(/\.([cm]?)js$/, ".d.$1ts")];
  return candidates
    .filter((each) => each !== undefined)
    .flatMap((each) => [each, `${each}.d.ts`, `${each}/index.d.ts`])
    .map((each) => `${folder}/${each.replace(/^\.\//, "")}`)
    .find((file) => /\.d\.[cm]?ts$/.test(file) && existsSync(file) && statSync(file).isFile());
}
