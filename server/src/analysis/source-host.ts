/** What the analysis is given to read. */

/** The file system as the analysis sees it: the caller lays open documents over the disk. Paths are absolute, with `/`. */
export interface SourceHost {
  readFile(path: string): string | undefined;
  fileExists(path: string): boolean;
  directoryExists(path: string): boolean;
  readDirectory(path: string): readonly { readonly name: string; readonly directory: boolean }[];
  realpath(path: string): string;
}
