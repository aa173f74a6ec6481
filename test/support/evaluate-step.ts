/** Runs what a fix has written: the steps of an actor module's source. */
import assert from "node:assert/strict";
import { ts } from "../../server/src/analysis/typescript.ts";

export interface Step {
  up(state: unknown): unknown;
  down(state: unknown): unknown;
  readonly messages?: Readonly<Record<string, unknown>>;
}

/** @param text the module; what it imports is not there at run time, but for the runtime's functions. */
export function evaluateStep(text: string, from = 1): Step {
  const { outputText } = ts.transpileModule(text, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
  const exports: { default?: { codeChange?: Record<number, Step> } } = {};
  const runtime = {
    actor: (definition: unknown) => definition,
    drop: (why: string) => ({ drop: why }),
    irreversible: (why: string) => ({ irreversible: why }),
  };
  // oxlint-disable-next-line typescript/no-implied-eval -- What is run here is what the fix under test has just written.
  new Function("exports", "require", outputText)(exports, () => runtime);
  const step = exports.default?.codeChange?.[from];
  assert.ok(step, text);
  return step;
}
