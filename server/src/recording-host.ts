/**
 * A host that remembers what it was asked and what it answered, by content: the id of a blob, or a hash where there is none. Whoever gives
 * the same answers gives the same analysis.
 */
import { hash as digest } from "node:crypto";
import type { SourceHost } from "./analysis/source-host.ts";

/** A host of which some files have ids, which stand for their contents. */
export interface IdentifiedHost extends SourceHost {
  /** Undefined where the file has no id, or is not there. */
  idOf(path: string): string | undefined;
}

type Question = "text" | "file" | "folder" | "entries" | "real";
/** What was asked of which path, and the answer. */
export type RecordedAnswer = readonly [question: Question, path: string, answer: string];

export class RecordingHost implements SourceHost {
  readonly #host: IdentifiedHost;
  readonly #answers = new Map<string, RecordedAnswer>();

  constructor(host: IdentifiedHost) {
    this.#host = host;
  }

  get answers(): readonly RecordedAnswer[] {
    return [...this.#answers.values()];
  }

  readFile(path: string): string | undefined {
    this.#record("text", path);
    return this.#host.readFile(path);
  }

  fileExists(path: string): boolean {
    this.#record("file", path);
    return this.#host.fileExists(path);
  }

  directoryExists(path: string): boolean {
    this.#record("folder", path);
    return this.#host.directoryExists(path);
  }

  readDirectory(path: string): ReturnType<SourceHost["readDirectory"]> {
    this.#record("entries", path);
    return this.#host.readDirectory(path);
  }

  realpath(path: string): string {
    this.#record("real", path);
    return this.#host.realpath(path);
  }

  #record(question: Question, path: string): void {
    const key = `${question} ${path}`;
    if (!this.#answers.has(key)) this.#answers.set(key, [question, path, answerOf(this.#host, question, path)]);
  }
}

export function givesSame(host: IdentifiedHost, answers: readonly RecordedAnswer[]): boolean {
  return answers.every(([question, path, answer]) => answerOf(host, question, path) === answer);
}

function answerOf(host: IdentifiedHost, question: Question, path: string): string {
  if (question === "file") return String(host.fileExists(path));
  if (question === "folder") return String(host.directoryExists(path));
  if (question === "real") return host.realpath(path);
  if (question === "entries") {
    // What else lies there, nobody reads.
    const entries = host.readDirectory(path).filter(({ name, directory }) => directory || /\.([cm]?[jt]sx?|json)$/.test(name));
    const lines = entries.map(({ name, directory }) => `${name} ${directory}`);
    return digest("md5", lines.toSorted().join("\n"));
  }
  const id = host.idOf(path);
  if (id !== undefined) return id;
  const text = host.readFile(path);
  return text === undefined ? "none" : digest("md5", text);
}
