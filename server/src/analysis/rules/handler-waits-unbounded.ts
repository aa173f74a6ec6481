/** A handler that waits without a time limit: as long as it does, its process takes no message and no upgrade. */
import type { Wait } from "../bodies/waits.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

export const handlerWaitsUnbounded: Rule = {
  id: "handler-waits-unbounded",
  severity: "warning",
  group: "upgradable",
  description: "A handler waits without a time limit for what may never come, and an upgrade has to wait with it.",
  *check({ modules, bodies }: ProjectFacts): Iterable<Finding> {
    const found = bodies.all("waits");
    if (found.length === 0) return;
    const byFile = new Map(modules.map((facts) => [facts.module.file, facts]));
    for (const { file, facts } of found) {
      const module = byFile.get(file);
      if (module !== undefined) for (const wait of facts) yield finding(wait, module);
    }
  },
};

function finding({ kind, range, text, handler, through, limited }: Wait, { module }: ModuleFacts): Finding {
  const { file, id } = module;
  const where = through === null || through === "" ? "" : ` in \`${through}\``;
  return {
    rule: handlerWaitsUnbounded.id,
    severity: handlerWaitsUnbounded.severity,
    module: id,
    file,
    range,
    message:
      `\`${handler.join(".")}\` waits for \`${text}\`${where} without a time limit. ${whys[kind]} ` +
      `Meanwhile the process takes no message, and an upgrade, which has to wait for the handler, is given up after 5 seconds. ${remedies[kind]}`,
    related: [],
    fixes:
      limited === null
        ? []
        : [
            {
              title: kind === "call" ? "Wait 5 seconds, as calls do" : "Give up after 5 seconds",
              // What then becomes of the handler, which fails, is for somebody to say.
              preferred: false,
              questions: [],
              edits: () => limited.map((edit) => ({ file, ...edit })),
            },
          ],
  };
}

const whys: Readonly<Record<Wait["kind"], string>> = {
  request: "Where the other side takes the request and does not answer, Node gives up after 5 minutes.",
  event: "Where the event does not come, it waits for ever.",
  call: "Where the other process does not reply, it waits for ever.",
};

const remedies: Readonly<Record<Wait["kind"], string>> = {
  request:
    "Give it a signal that ends it in time, `signal: AbortSignal.timeout(5000)`, or let a process of its own ask and cast the answer.",
  event:
    "Give it a time limit, `signal: AbortSignal.timeout(5000)` where it takes one, or let the event send a message to the process: `pid.cast(…)`.",
  call: "Leave the limit at the 5 seconds that calls have, or give back what is missing later: cast, and take the answer as a message.",
};
