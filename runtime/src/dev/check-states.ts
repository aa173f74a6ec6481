/** Whether live states are what the types of their versions say. Steps that cast and handlers that write to old objects make others of them. */
import type { LiveState } from "../internal.ts";
import type { LiveCheck } from "./child-protocol.ts";
import { compileValidator, type Validate, type ValidatorSources } from "./validators.ts";

/** More than anybody reads. */
const most = 100;

/** @param modules ids; a module without processes is among the answers, too. */
export function checkStates(states: readonly LiveState[], modules: readonly string[], sources: ValidatorSources): LiveCheck[] {
  const compiled = new Map<string, Validate>();
  return modules.map((id) => {
    const own = states.filter(({ module }) => module === id);
    const checked = own.flatMap(({ pid, name, shape, state }) => {
      const validate = shape === null ? undefined : validatorOf(shape);
      return validate === undefined ? [] : [{ pid, name, message: problemOf(validate, state) }];
    });
    const drifted = checked.flatMap(({ message, ...process }) => (message === null ? [] : [{ ...process, message }]));
    return { id, checked: checked.length, unchecked: own.length - checked.length, drifted: drifted.slice(0, most), drifts: drifted.length };
  });

  function validatorOf(shape: string): Validate | undefined {
    const source = Object.hasOwn(sources, shape) ? sources[shape] : undefined;
    if (source === undefined) return undefined;
    const known = compiled.get(shape) ?? compileValidator(shape, source);
    compiled.set(shape, known);
    return known;
  }
}

/** A state may hold objects that fail when they are looked at; that must not fail the check of the others. */
function problemOf(validate: Validate, state: unknown): string | null {
  try {
    return validate(state);
  } catch (error) {
    return `State: cannot be looked at: ${String(error)}`;
  }
}
