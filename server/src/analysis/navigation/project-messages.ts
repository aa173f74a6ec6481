/** What a project knows of messages, for whoever looks for the places that name one. */
import type { Send } from "../bodies/sends.ts";
import type { ModuleFacts } from "../facts.ts";
import type { MessagePlace } from "./message-places.ts";

export interface ProjectMessages {
  readonly root: string;
  /** The actor modules as of the last analysis. */
  readonly modules: readonly ModuleFacts[];
  /** Whether a file may name a message so, by its text. */
  mayName(file: string, name: string): boolean;
  /** The files that may, sorted. */
  filesNaming(name: string): readonly string[];
  /** Those among them that have the name between quotes, and may send it. */
  filesSending(name: string): readonly string[];
  /** Those that speak of messages, and may import a file by its name. */
  filesImporting(file: string): readonly string[];
  /** What a file sends, by the names that are written out. It needs the compiler. */
  sendsIn(file: string): readonly Send[];
  /** Where these files, as they are now, name messages so. It needs the compiler. */
  places(files: readonly string[], name: string): readonly MessagePlace[];
}
