/** The analysis with the compiler at hand. Whoever must start fast takes `analyzer.ts` and loads the compiler when it is asked for. */
import { type Analyzer, type AnalyzerOptions, createLateAnalyzer } from "./analyzer.ts";
import { compiler } from "./compiler.ts";
import type { SourceHost } from "./source-host.ts";

export type { Analyzer, AnalyzerOptions } from "./analyzer.ts";
export type { SourceHost } from "./source-host.ts";

export function createAnalyzer(host: SourceHost, options: AnalyzerOptions): Analyzer {
  return createLateAnalyzer(host, options, () => compiler);
}
