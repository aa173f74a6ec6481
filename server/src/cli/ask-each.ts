/** Asks a person about one thing after the other. */
import { createInterface } from "node:readline/promises";
import { colors } from "./terminal.ts";

/** @returns those that somebody says yes to. Where the input ends before the last answer, that is none of them. */
export async function askEach<T extends { readonly title: string }>(
  steps: readonly T[],
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<readonly T[]> {
  const terminal = createInterface({ input, output });
  // Lines that come faster than the questions wait here.
  const answers = terminal[Symbol.asyncIterator]();
  const accepted: T[] = [];
  try {
    for (const step of steps) {
      output.write(`Add ${step.title}? ${colors.dim("[Y/n]")} `);
      const { done, value: answer } = await answers.next();
      if (done === true) return [];
      if (/^\s*(y|yes)?\s*$/i.test(answer)) accepted.push(step);
    }
    return accepted;
  } finally {
    terminal.close();
  }
}
