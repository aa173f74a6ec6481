/**
 * Stack traces in TypeScript. Node maps only what it loaded itself, so scripts of the code server are mapped here, by script URL together
 * with its `?v=`: two versions of one file are alive at the same time. Maps are kept as text and decoded when a trace is printed.
 */
import { TraceMap, originalPositionFor } from "@jridgewell/trace-mapping";
import type { Place } from "./dev-error.ts";

export interface SourceMaps {
  add(url: string, map: string): void;
  delete(url: string): void;
  /** Where an error was created, as far as that was in code of the project. */
  placeOf(error: unknown): Place | null;
  readonly size: number;
}

/** Takes over `Error.prepareStackTrace`. An application that sets its own gets the generated code's lines. */
export function installSourceMaps(): SourceMaps {
  const maps = new Map<string, string | TraceMap>();
  const places = new WeakMap<object, Place>();

  const positionOf = (url: string | null | undefined, line: number | null, column: number | null): Place | null => {
    const map = url === null || url === undefined ? undefined : maps.get(url);
    if (map === undefined || line === null || column === null) return null;
    const decoded = typeof map === "string" ? new TraceMap(map) : map;
    maps.set(url as string, decoded);
    const found = originalPositionFor(decoded, { line, column: column - 1 });
    if (found.source === null) return null;
    return { file: found.source, line: found.line, column: found.column + 1 };
  };

  Error.prepareStackTrace = (error, sites) => {
    let first: Place | null = null;
    const frames = sites.map((site) => {
      const url = site.getScriptNameOrSourceURL();
      const place = positionOf(url, site.getLineNumber(), site.getColumnNumber());
      // The frame as V8 prints it; Node's types do not say that it can.
      const printable: { toString(): string } = site;
      const text = printable.toString();
      if (place === null) return `\n    at ${text}`;
      first ??= place;
      const generated = `${url}:${site.getLineNumber()}:${site.getColumnNumber()}`;
      return `\n    at ${text.replace(generated, () => `${place.file}:${place.line}:${place.column}`)}`;
    });
    if (first !== null) places.set(error, first);
    return header(error) + frames.join("");
  };

  return {
    add(url, map) {
      if (map !== "") maps.set(url, map);
    },
    delete(url) {
      maps.delete(url);
    },
    placeOf(error) {
      if (typeof error !== "object" || error === null) return null;
      // Formatting happens when the stack is first read.
      void (error as { stack?: unknown }).stack;
      return places.get(error) ?? null;
    },
    get size() {
      return maps.size;
    },
  };
}

function header(error: Error): string {
  try {
    return String(error);
  } catch {
    return "Error";
  }
}
