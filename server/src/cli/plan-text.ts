/** The plan of an upgrade as a terminal shows it. */
import type { PlanFacts, Rehearsal } from "../documents/plan-facts.ts";
import { planLines } from "../documents/plan-lines.ts";
import { paint } from "./paint.ts";
import { fromHere } from "./project.ts";

export function planText(facts: PlanFacts, rehearsal?: Rehearsal): string {
  return paint(planLines(facts, { pathOf: fromHere, names: 5 }, rehearsal));
}
