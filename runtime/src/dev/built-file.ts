/** What the builder hands to the code server: plain data that crosses the process boundary, so this leaf has types alone. */

/** One source file, transformed. */
export interface BuiltFile {
  /** Absolute path. */
  readonly file: string;
  /** The module id by its path or its source map, as it was when it was built: what is kept is known by it, whatever lies there by now. */
  readonly id: string;
  /** Of the source text and of how it was transformed: the same hash means the same code. */
  readonly hash: string;
  readonly imports: readonly ImportEdge[];
}

export interface ImportEdge {
  readonly specifier: string;
  /** Absolute path of a file of the project; null for a package or a module of Node, which the child resolves. */
  readonly target: string | null;
  /** A dynamic import may fail when it is reached, a static one fails the build. */
  readonly dynamic: boolean;
  /**
   * Whether the importer uses the default export alone. Where that is an actor's handle, which never changes, the importer does not need
   * to be evaluated again when the actor's module changes.
   */
  readonly defaultOnly: boolean;
}

/** CommonJS, and its source map as JSON with one source: the file's absolute path. */
export interface Code {
  readonly code: string;
  readonly map: string;
}

/**
 * A consistent set of files: at most one text for each. An upgrade from disk is one layer; a downgrade has one for each module whose kept
 * files contradict another's.
 */
export interface Layer {
  /** The files whose modules are to be brought up to date: the entry and actor modules. */
  readonly roots: readonly string[];
  readonly files: readonly BuiltFile[];
}

/** By file of an actor: versions whose steps up write to nothing of the state. */
export type ReadOnlySteps = Readonly<Record<string, readonly number[]>>;

/** Shape hashes by file, where an analysis supplied them. */
export type ShapeHashes = Readonly<Record<string, string>>;

export interface LoadRequest {
  readonly layers: readonly Layer[];
  /** By hash: those that the code server does not hold already. */
  readonly codes: Readonly<Record<string, Code>>;
  readonly shapes: ShapeHashes;
}
