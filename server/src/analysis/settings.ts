/** What the compiler's options mean for the analysis. */
import type { ConfigProblem } from "./facts.ts";

export interface Settings {
  /** `exactOptionalPropertyTypes`. */
  readonly exact: boolean;
  /** Whether names of the platform are what they usually are, and relative imports what they look like. */
  readonly names: boolean;
  /** Whether packages are found in `node_modules` and nowhere else. */
  readonly packages: boolean;
  /** Whether relative imports have to say the extension. */
  readonly extensions: boolean;
  /** What is wrong with the configuration, where something is. */
  readonly problem: ConfigProblem | null;
}
