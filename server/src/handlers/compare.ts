/** Two versions of a module side by side: its snapshots, what the configuration compares with, and the source as it is now, as a snapshot would say it. */
import { existsSync } from "node:fs";
import type { ActorModule } from "../analysis/model.ts";
import { snapshotFile } from "../analysis/snapshots.ts";
import { documentOf } from "../documents/document.ts";
import type { Project, Projects } from "../projects.ts";
import type { ComparedVersion, Comparison } from "../protocol.ts";
import { type OpenDocuments, toUri } from "../to-lsp.ts";
import { documentUri, type ReadOnlyDocument, type ReadOnlyDocuments } from "./read-only-documents.ts";

export interface CompareParams {
  readonly root?: string;
  readonly module: string;
  readonly left: ComparedVersion;
  readonly right: ComparedVersion;
}

export interface Compare {
  versions(params: CompareParams): Promise<Comparison>;
  /** What an editor asks for by its URI alone. */
  remake(query: unknown, uri: string): Promise<ReadOnlyDocument>;
  /** A project was analyzed: what is shown of it follows. */
  follow(project: Project): Promise<void>;
  closed(uri: string): void;
}

interface Source {
  readonly root: string;
  readonly module: string;
  readonly version: "source" | "baseline";
}

export function createCompare(projects: () => Promise<Projects>, open: OpenDocuments, documents: ReadOnlyDocuments): Compare {
  /** What is shown of sources, by URI. */
  const shown = new Map<string, Source>();

  async function find(root: string | undefined, id: string): Promise<{ project: Project; module: ActorModule | undefined } | undefined> {
    const candidates = (await projects()).all.filter((project) => root === undefined || project.root === root);
    for (const project of candidates) {
      const module = (await project.current())?.modules.find((each) => each.id === id);
      if (module !== undefined) return { project, module };
    }
    // A module that is gone has its releases still.
    return candidates[0] === undefined ? undefined : { project: candidates[0], module: undefined };
  }

  function side(
    project: Project,
    module: ActorModule | undefined,
    id: string,
    version: ComparedVersion,
  ): { uri: string; label: string } | { problem: string } {
    if (typeof version === "number") {
      const file = snapshotFile(project.root, id, version);
      if (existsSync(file)) return { uri: toUri(file, open), label: `v${version}` };
      return {
        problem: `${id} has no snapshot of version ${version} in .instar/releases. Write it with "Instar: Write Release Snapshots" while the source is at that version.`,
      };
    }
    if (module === undefined)
      return {
        problem: `${id} is no actor module of ${project.root} any more, so there is no source to compare. Its releases can be compared with each other.`,
      };
    const source = { root: project.root, module: id, version } as const;
    const uri = documentUri(
      "instar-release",
      `${id}/${version === "source" ? "source" : (module.baseline?.name ?? "baseline")}.d.ts`,
      source,
    );
    if (version === "source") {
      const draft = module.vsn === null ? "no literal vsn" : `v${module.vsn}${module.released ? "" : " draft"}`;
      return { uri, label: `source (${draft})` };
    }
    if (module.baseline === null)
      return {
        problem: `${id} was never released, so there is nothing to compare its source with. Write its first snapshot with "Instar: Write Release Snapshots".`,
      };
    const { vsn, name, source: kind, file } = module.baseline;
    return kind === "snapshot" ? { uri: toUri(file, open), label: `v${vsn}` } : { uri, label: `${name} (v${vsn})` };
  }

  async function textOf({ root, module: id, version }: Source): Promise<string | null> {
    const project = (await projects()).byRoot(root);
    if (project === undefined) return null;
    const read = async (full: boolean): Promise<string | undefined> => {
      const module = (await project.current(full))?.modules.find((each) => each.id === id);
      if (module === undefined) return undefined;
      const { analyzer } = project.workspace;
      const text = version === "source" ? analyzer.snapshot(module)?.text : analyzer.baselineSnapshot(module);
      // The first line of a snapshot says that it was written by a release, which this was not.
      const where =
        version === "source"
          ? `as its source is now, version ${module.vsn}`
          : `at ${module.baseline?.name}, version ${module.baseline?.vsn}`;
      return text?.replace(/^.*/, () => `// ${id} ${where}.`);
    };
    // What the last run left knows no texts.
    return (await read(false)) ?? (await read(true)) ?? null;
  }

  async function documentFor(source: Source): Promise<ReadOnlyDocument | null> {
    const text = await textOf(source);
    return text === null ? null : { text, links: [], headings: [] };
  }

  return {
    async versions({ root, module: id, left, right }) {
      const found = await find(root, id);
      if (found === undefined) return { problem: "There is no project with actors here." };
      const [one, other] = [left, right].map((version) => side(found.project, found.module, id, version)) as [
        ReturnType<typeof side>,
        ReturnType<typeof side>,
      ];
      if ("problem" in one) return one;
      if ("problem" in other) return other;
      const name = id.slice(id.lastIndexOf("/") + 1);
      return { left: one.uri, right: other.uri, title: `${name}: ${one.label} ↔ ${other.label}` };
    },
    async remake(query, uri) {
      const source = query as Source;
      shown.set(uri, source);
      const unread = `${source.module} cannot be read well enough to say its shapes. Correct what Instar finds in it; this follows.`;
      return (await documentFor(source)) ?? documentOf([[`// ${unread}`]]);
    },
    async follow(project) {
      for (const [uri, source] of shown) {
        if (source.root !== project.root) continue;
        const document = await documentFor(source);
        // In the middle of an edit, what was there last says more than nothing.
        if (document !== null) documents.put(uri, document);
      }
    },
    closed(uri) {
      for (const known of shown.keys())
        if (decodeURIComponent(known) === decodeURIComponent(uri)) {
          shown.delete(known);
          documents.forget(known);
        }
    },
  };
}
