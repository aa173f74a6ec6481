/**
 * The checks of new states, as the application's process has them: compiled from the text that the analysis generates for a shape, once for
 * each shape. Only text that came over the parent's channel is compiled.
 */
import type { ModuleChange } from "../module-change.ts";
import { runScript } from "./run-script.ts";

/** Text by shape hash. Its value is `(state) => string | null`. */
export type ValidatorSources = Readonly<Record<string, string>>;

export type Validate = (state: unknown) => string | null;

export interface Validators {
  /** Takes what an upgrade brings, and forgets what it has no more use for. */
  use(sources: ValidatorSources): void;
  /** For the new version of a module and, for the way back, the present one; absent where the shape is not known, or no check of it came. */
  between(change: Pick<ModuleChange, "module" | "to">): Pick<ModuleChange, "validate" | "validateBack">;
}

export function compileValidator(shape: string, source: string): Validate {
  return runScript(source, `instar:validator/${shape}`) as Validate;
}

export function createValidators(): Validators {
  let sources: ValidatorSources = {};
  const compiled = new Map<string, Validate>();
  return {
    use(next) {
      for (const shape of compiled.keys()) if (next[shape] !== sources[shape]) compiled.delete(shape);
      sources = next;
    },
    between({ module, to }) {
      const validate = validatorOf(to.shape);
      const validateBack = validatorOf(module.current.shape);
      return { ...(validate && { validate }), ...(validateBack && { validateBack }) };
    },
  };

  function validatorOf(shape: string | null): Validate | undefined {
    const source = shape === null || !Object.hasOwn(sources, shape) ? undefined : sources[shape];
    if (shape === null || source === undefined) return undefined;
    const known = compiled.get(shape) ?? compileValidator(shape, source);
    compiled.set(shape, known);
    return known;
  }
}
