/**
 * Which actors load a file when they are loaded, so that it is replaced with them: by the imports that say where they lead. What no actor
 * loads, such as tests and scripts, is never replaced.
 */
import type { ModuleFacts, ProjectFacts } from "./facts.ts";
import { folderOf, joinPath } from "./paths.ts";

/** The ids of the actors that load a file, by id; an actor loads its own. */
export function loadedBy(project: ProjectFacts, file: string): readonly string[] {
  const { actors, importers } = graphOf(project);
  const own = actors.get(file);
  if (own !== undefined) return [own.module.id];
  const found = new Set<string>();
  const reached = new Set([file]);
  for (const each of reached) {
    for (const importer of importers.get(each) ?? []) {
      const actor = actors.get(importer);
      if (actor === undefined) reached.add(importer);
      else found.add(actor.module.id);
    }
  }
  return [...found].toSorted();
}

interface Graph {
  /** By file. */
  readonly actors: ReadonlyMap<string, ModuleFacts>;
  readonly importers: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Several rules ask during one check. */
const graphs = new WeakMap<ProjectFacts, Graph>();

function graphOf(project: ProjectFacts): Graph {
  const known = graphs.get(project);
  if (known !== undefined) return known;
  const actors = new Map(project.modules.map((facts) => [facts.module.file, facts]));
  const importers = new Map<string, Set<string>>();
  const reached = new Set(actors.keys());
  for (const file of reached) {
    for (const specifier of actors.get(file)?.source.imports ?? project.bodies.of("imports", file)) {
      for (const target of targetsOf(file, specifier)) {
        const known = importers.get(target) ?? new Set();
        importers.set(target, known.add(file));
        // An actor is replaced by itself.
        if (!actors.has(target)) reached.add(target);
      }
    }
  }
  const graph = { actors, importers };
  graphs.set(project, graph);
  return graph;
}

/** The files that a relative specifier may mean; those that do not exist import nothing. */
export function targetsOf(from: string, specifier: string): readonly string[] {
  if (!/^\.\.?(\/|$)/.test(specifier)) return [];
  const parts: string[] = [];
  for (const part of joinPath(folderOf(from), specifier).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  const path = parts.join("/");
  const [, stem = path, extension] = /^(.*?)(\.[cm]?[jt]sx?)?$/.exec(path) ?? [];
  if (extension === undefined) return [`${path}.ts`, `${path}.tsx`, `${path}/index.ts`, `${path}/index.tsx`];
  return extension.includes("t")
    ? [path]
    : [extension.replace("j", "t"), ...(extension === ".js" ? [".tsx"] : [])].map((each) => stem + each);
}
