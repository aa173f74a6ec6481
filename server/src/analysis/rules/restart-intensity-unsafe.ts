/** A restart intensity that does not do what it is for: it lets a crash loop run for ever, or gives up at once. */
import { isAside } from "../aside.ts";
import type { Intensity, SupervisorCall } from "../bodies/supervisors.ts";
import type { ProjectFacts } from "../facts.ts";
import type { Finding, Fix, Rule, Severity } from "../rule.ts";

export const restartIntensityUnsafe: Rule = {
  id: "restart-intensity-unsafe",
  severity: "warning",
  group: "supervision",
  description: "A supervisor's restart intensity lets a child crash for ever, gives up at the first crash, or is none.",
  *check({ root, bodies }: ProjectFacts): Iterable<Finding> {
    for (const { file, facts } of bodies.all("supervisors")) {
      // A test may want one that gives up at once.
      if (isAside(root, file)) continue;
      for (const call of facts) {
        const { intensity } = call;
        const problem = intensity === null || intensity === undefined ? null : problemOf(intensity, call);
        if (problem === null) continue;
        yield {
          rule: restartIntensityUnsafe.id,
          module: null,
          file,
          related: [],
          ...problem,
          fixes: problem.fixes.map(({ title, preferred, edit }) => ({
            title,
            preferred,
            questions: [],
            edits: () => [{ file, ...edit }],
          })),
        };
      }
    }
  },
};

interface Problem {
  readonly severity: Severity;
  readonly range: Finding["range"];
  readonly message: string;
  readonly fixes: readonly (Pick<Fix, "title" | "preferred"> & {
    readonly edit: { readonly range: Finding["range"]; readonly newText: string };
  })[];
}

/**
 * How many restarts a second somebody may mean to allow: instances of one specification are many, and crash for reasons of their own. A
 * child that fails whenever it is given something to do crashes as often as something comes.
 */
const often = { few: 10, many: 100 };

function problemOf(intensity: Intensity, { strategy, children, open }: SupervisorCall): Problem | null {
  const [restarts, within] = [intensity.restarts.value, intensity.within.value];
  if (restarts !== null && (restarts < 0 || !Number.isInteger(restarts))) {
    return invalid(intensity.restarts.range, `\`restarts\` is ${restarts}, but it is a whole number from 0`, intensity);
  }
  if (within !== null && !(within > 0))
    return invalid(intensity.within.range, `\`within\` is ${within}, but it is milliseconds above 0`, intensity);
  if (!open && children.length > 0 && children.every(({ restart }) => restart === "temporary")) return null;
  if (restarts === 0) {
    return {
      severity: "warning",
      range: intensity.restarts.range,
      message:
        "With `restarts: 0` the first crash of any child ends the supervisor, with all its other children and their states; it restarts nobody. One bad message after an upgrade is enough. " +
        "Allow a few restarts, such as `{ restarts: 3, within: 5000 }`; where a crash is meant to end all of them, make the children `temporary` and `significant`, or accept this with a reason.",
      fixes: [pair(intensity, false)],
    };
  }
  if (restarts === null || within === null) return null;
  const rate = (restarts * 1000) / within;
  if (rate <= (strategy?.value === "simple_one_for_one" ? often.many : often.few)) return null;
  const inSeconds = within <= 300 && Number.isInteger(within) && restarts / within <= often.few;
  return {
    severity: "warning",
    range: intensity.range,
    message:
      `A child may crash ${timesOf(restarts)} in ${within} milliseconds, and again in the next ones, for ever: up to ${readable(rate)} crashes a second end nothing. ` +
      "A version that fails at every message is restarted over and over, each time without its state, and nobody is told. " +
      (inSeconds
        ? `\`within\` is in milliseconds, unlike in OTP: did you mean \`within: ${within * 1000}\`?`
        : "Allow no more than a few restarts in some seconds, such as `{ restarts: 3, within: 5000 }`, so that the next supervisor can do something about it."),
    fixes: inSeconds
      ? [
          {
            title: `Make it ${within === 1 ? "a second" : `${within} seconds`}`,
            preferred: true,
            edit: { range: intensity.within.range, newText: String(within * 1000) },
          },
        ]
      : [pair(intensity, false)],
  };
}

/** The runtime refuses it when the module is loaded. */
function invalid(range: Finding["range"], why: string, intensity: Intensity): Problem {
  return {
    severity: "error",
    range,
    message: `${why}. The module does not load: it fails with INSTAR_BAD_DEFINITION, and so does an upgrade to it. Write a pair such as \`{ restarts: 3, within: 5000 }\`.`,
    fixes: [pair(intensity, true)],
  };
}

function pair({ range }: Intensity, preferred: boolean): Problem["fixes"][number] {
  return { title: "Allow 3 restarts within 5 seconds", preferred, edit: { range, newText: "{ restarts: 3, within: 5000 }" } };
}

function timesOf(restarts: number): string {
  return restarts === 1 ? "once" : restarts > 1e6 ? "any number of times" : `${restarts} times`;
}

function readable(rate: number): string {
  return rate >= 1e6 ? "any number of" : String(Math.round(rate));
}
