/** The steps of a project's modules with what they do, for the rules about them. */
import type { BodyFact } from "./bodies/collectors.ts";
import type { ModuleFacts, ProjectFacts } from "./facts.ts";
import { modulesWith } from "./of-modules.ts";
import type { ProtocolShapes } from "./protocol-shapes.ts";

export type StepFunction = BodyFact<"steps">;

export interface ModuleStep {
  readonly facts: ModuleFacts;
  readonly step: StepFunction;
}

export function* moduleSteps({ modules, bodies }: Pick<ProjectFacts, "modules" | "bodies">): Iterable<ModuleStep> {
  for (const facts of modulesWith(modules, writesSteps)) {
    for (const step of bodies.of("steps", facts.module.file)) yield { facts, step };
  }
}

function writesSteps({ source }: ModuleFacts): boolean {
  return source.codeChange === "written";
}

/** The versions whose states a step takes and gives; undefined for messages, and where its key is no version. */
export function versionsOf({
  from,
  part,
}: Pick<StepFunction, "from" | "part">): { readonly taken: number; readonly given: number } | undefined {
  if (from === null || part === "messages") return undefined;
  return part === "up" ? { taken: from, given: from + 1 } : { taken: from + 1, given: from };
}

/** What a version of the module looks like: the current one, or one that is released. */
export function shapesAt({ source, snapshots, baseline }: ModuleFacts, vsn: number): ProtocolShapes | undefined {
  if (vsn === source.vsn) return source.protocol;
  if (vsn === baseline?.vsn) return baseline.shapes;
  const parsed = snapshots.find((snapshot) => snapshot.vsn === vsn)?.parsed;
  return parsed?.kind === "ok" ? parsed.shapes : undefined;
}

/** `codeChange[1].up`, or with it the functions on the way to what it does. */
export function wayText(name: string, through: readonly string[]): string {
  return through.length === 0 ? `\`${name}\`` : `\`${name}\`, by way of ${through.map((each) => `\`${each}\``).join(" and ")},`;
}
