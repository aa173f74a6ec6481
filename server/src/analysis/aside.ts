/** Which files of a project stand beside the program that runs: tests, scripts and the like. What they start ends with them. */
import { relativeTo } from "./paths.ts";

export function isAside(root: string, file: string): boolean {
  const path = relativeTo(root, file);
  return folders.test(path) || /\.(?:test|spec|bench)\.[cm]?tsx?$/.test(path);
}

const folders = /(?:^|\/)(?:tests?|__tests__|specs?|e2e|scripts?|tools?|bench(?:es|marks?)?|examples?|fixtures)\//i;
