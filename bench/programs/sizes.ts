/** How much of each operation a run does: the same for all programs, and less where the bench is to be quick. */
import { quick } from "./program.ts";

export const calls = quick ? 100_000 : 300_000;
export const starts = quick ? 20_000 : 50_000;
/** Idle processes of which the memory is measured. */
export const population = 50_000;
