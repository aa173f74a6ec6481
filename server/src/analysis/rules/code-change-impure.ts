/** A step that looks at the world gives another state each time it runs, and it runs more than once. */
import type { Bodies } from "../bodies/bodies.ts";
import type { BodyFact } from "../bodies/collectors.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import { moduleSteps, type StepFunction, wayText } from "../module-steps.ts";
import { resolveSource } from "../resolve-source.ts";
import type { FileEdit, Finding, Fix, Rule, Severity } from "../rule.ts";
import type { Location } from "../span.ts";

type Effect = StepFunction["effects"][number];
type OutsideCall = StepFunction["calls"][number];

export const codeChangeImpure: Rule = {
  id: "code-change-impure",
  severity: "error",
  group: "code-change",
  description: "A step of `codeChange` depends on more than the state that it is given, or does more than to make another.",
  proof: true,
  *check({ modules, bodies }: ProjectFacts): Iterable<Finding> {
    // What two steps reach is one place to mend.
    const seen = new Set<string>();
    for (const { facts, step } of moduleSteps({ modules, bodies })) {
      for (const effect of step.effects) {
        const key = keyOf({ file: facts.module.file, range: effect.range });
        if (seen.has(key)) continue;
        seen.add(key);
        yield finding(facts, step, effect, effect.through, { file: facts.module.file, range: effect.range }, null);
      }
      for (const call of step.calls) {
        const found = effectBehind(bodies, facts.module.file, call);
        const key = keyOf({ file: facts.module.file, range: call.range });
        if (found === undefined || seen.has(key)) continue;
        seen.add(key);
        const { effect, file, way } = found;
        yield finding(
          facts,
          step,
          effect,
          [...call.through, ...way],
          { file: facts.module.file, range: call.range },
          { file, range: effect.range },
        );
      }
    }
  },
};

function keyOf({ file, range: { start } }: Location): string {
  return `${file}:${start.line}:${start.column}`;
}

/** What a function of another file does, or one that it calls; the worst of it. */
function effectBehind(
  bodies: Bodies,
  file: string,
  call: OutsideCall,
  seen = new Set<string>(),
): { readonly effect: Effect; readonly file: string; readonly way: readonly string[] } | undefined {
  const asked = `${file} ${call.from} ${call.name}`;
  if (seen.has(asked)) return undefined;
  seen.add(asked);
  const target = resolveSource(file, call.from, (each) => bodies.of("exportedFunctions", each).length > 0);
  if (target === undefined) return undefined;
  const way = [call.name === "default" ? "the default export" : call.name];
  let print: { readonly effect: Effect; readonly file: string; readonly way: readonly string[] } | undefined;
  for (const found of bodies.of("exportedFunctions", target)) {
    if (found.name !== call.name && found.name !== "*") continue;
    for (const effect of found.effects) {
      const here = { effect, file: target, way: [...way, ...effect.through] };
      if (severityOf(effect) === "error") return here;
      print ??= here;
    }
    for (const next of nextCalls(found, call)) {
      const behind = effectBehind(bodies, target, next, seen);
      if (behind === undefined) continue;
      const here = { ...behind, way: found.passedOn === null ? [...way, ...next.through, ...behind.way] : behind.way };
      if (severityOf(behind.effect) === "error") return here;
      print ??= here;
    }
  }
  return print;
}

function nextCalls({ passedOn, calls }: BodyFact<"exportedFunctions">, call: OutsideCall): readonly OutsideCall[] {
  if (passedOn === null) return calls;
  return [{ ...call, from: passedOn.from, name: passedOn.name === "*" ? call.name : passedOn.name }];
}

function severityOf({ kind }: Effect): Severity {
  return kind === "print" || kind === "container" ? "warning" : "error";
}

function finding(
  { module }: ModuleFacts,
  step: StepFunction,
  effect: Effect,
  through: readonly string[],
  place: Location,
  behind: Location | null,
): Finding {
  const { doing, why } = words[effect.kind](`\`${effect.text}\``);
  return {
    rule: codeChangeImpure.id,
    // What happens to messages is not checked against another run.
    severity: step.part === "messages" ? "warning" : severityOf(effect),
    module: module.id,
    ...place,
    message: `${wayText(step.name, through)} ${doing}. ${why} ${advice(effect)}`,
    related: behind === null ? [] : [{ ...behind, message: `\`${effect.text}\` is here.` }],
    fixes: behind === null ? fixes(module.file, step, effect) : [],
  };
}

const again =
  "A step runs again in rehearsals, and when an upgrade is tried once more or taken back, and gives another state each time: what was checked is not what is kept.";

/** What a step does, and why that matters. */
const words: Readonly<Record<Effect["kind"], (text: string) => { readonly doing: string; readonly why: string }>> = {
  time: (text) => ({ doing: `asks for the time by ${text}`, why: again }),
  chance: (text) => ({ doing: `takes what chance gives by ${text}`, why: again }),
  environment: (text) => ({
    doing: `depends on the process that it runs in by ${text}`,
    why: "The same state becomes another one elsewhere, so what was checked here says nothing of that.",
  }),
  world: (text) => ({
    doing: `does more than to make a state: ${text}`,
    why: "A step also runs in rehearsals, and in upgrades that are taken back; what it has done outside of the state stays done.",
  }),
  print: (text) => ({ doing: `prints by ${text}`, why: "It prints once for each process and for each run, rehearsals included." }),
  variable: (text) => ({
    doing: `uses the variable ${text}, which changes while the program runs`,
    why: `A step runs in the new code, whose ${text} has nothing of what the old code's had, and rehearsals change it too.`,
  }),
  container: (text) => ({
    doing: `uses ${text}, into which the module writes while the program runs`,
    why: `A step runs in the new code, whose ${text} has nothing in it of what the old code has put there. Not certain: if it only keeps what would come out anyway, nothing is wrong.`,
  }),
};

function advice({ kind, fromExtra }: Effect): string {
  if (kind === "print") return "Print in a handler, after the upgrade.";
  if (kind === "world") return "Do that in a handler, after the upgrade; what it needs to know comes with the upgrade as `extra`.";
  if (kind === "variable" || kind === "container") return "Keep it in the state, or write a constant.";
  return `Let it come with the upgrade as \`extra\`, ${fromExtra === null ? "write a constant" : "begin with a constant"}, or leave it to the first message.`;
}

function fixes(file: string, { extra }: StepFunction, { through, fromExtra, range }: Effect): readonly Fix[] {
  if (extra === null || fromExtra === null || through.length > 0) return [];
  const edits: readonly FileEdit[] = [
    ...(extra.edit === null ? [] : [{ file, ...extra.edit }]),
    { file, range, newText: fromExtra.replace("(extra as", `(${extra.name} as`) },
  ];
  return [{ title: "Take the time from the upgrade's extra", preferred: false, questions: [], edits: () => edits }];
}
