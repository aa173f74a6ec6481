/** A handler that does not come back to its mailbox: nothing reaches its process any more, an upgrade least of all. */
import type { Endless } from "../bodies/loops.ts";
import type { ModuleFacts, ProjectFacts } from "../facts.ts";
import type { Finding, Fix, Rule } from "../rule.ts";

export const handlerNeverReturns: Rule = {
  id: "handler-never-returns",
  severity: "error",
  group: "upgradable",
  description: "A handler, or what it starts, runs on for ever, so that the process or a part of it can never be upgraded.",
  *check({ modules, bodies }: ProjectFacts): Iterable<Finding> {
    const found = bodies.all("loops");
    if (found.length === 0) return;
    const byFile = new Map(modules.map((facts) => [facts.module.file, facts]));
    for (const { file, facts } of found) {
      const module = byFile.get(file);
      if (module !== undefined) for (const endless of facts) yield finding(endless, module);
    }
  },
};

function finding(endless: Endless, { module }: ModuleFacts): Finding {
  const { range, round } = endless;
  return {
    rule: handlerNeverReturns.id,
    severity: endless.waitedFor && endless.kind !== "unwritten" ? "error" : "warning",
    module: module.id,
    file: module.file,
    range,
    message: messageOf(endless),
    related: [],
    fixes: round === null ? [] : [selfMessage(module.file, endless.handler, round)],
  };
}

function messageOf(endless: Endless): string {
  const { handler, through, waitedFor } = endless;
  const [section, ...rest] = handler;
  const name = handler.join(".");
  const where = through === null || through === "" || endless.kind === "recursion" ? "" : ` in \`${through}\``;
  if (!waitedFor) {
    return (
      `${whatOf(endless)}${where}, and \`${name}\` does not wait for it. It goes on in the code and with the state of the version that began it, beside every version that comes after, and keeps that code in memory. ` +
      "Do one round for each message that the process sends to itself, by `self.sendAfter` or `self.pid.cast`, or let a process of its own do it."
    );
  }
  if (section === "codeChange") {
    return (
      `${whatOf(endless)}${where}, so \`${name}\` never returns. Steps run while all processes of the module stand still, and nothing else in the program runs either: the upgrade would never end. ` +
      "Give the loop a way to end."
    );
  }
  if (section === "init") {
    return (
      `${whatOf(endless)}${where}, so \`init\` never returns. Who starts the process waits for ever, and the process never handles a message. ` +
      "Return the first state, and do one round for each message that the process sends to itself: `self<Protocol>().sendAfter(0, …)` in `init` begins."
    );
  }
  const others = endless.awaits
    ? "Every message after this one waits in the mailbox"
    : "Nothing else in the program runs, not even the timer that would end it";
  return (
    `${whatOf(endless)}${where}, so \`${name}\` never returns. ${others}, and an upgrade, which has to wait for the handler, gives up or has to kill the process with its state. ` +
    `Do one round for each message, and let the handler end by sending ${rest.length === 1 && section === "infos" ? "the next one" : "one"} to its own process: \`self.sendAfter(0, …)\`, or \`self.pid.cast(…)\`.`
  );
}

function whatOf({ kind, text }: Endless): string {
  const [short = ""] = text.split("\n");
  return whats[kind](`\`${short}\``);
}

const whats: Readonly<Record<Endless["kind"], (text: string) => string>> = {
  forever: () => "Nothing ends this loop",
  unchanged: (text) => `Nothing in this loop changes what ${text} says, so once it has begun nothing ends it`,
  unwritten: (text) =>
    `Nothing in this loop changes what ${text} says, and nothing else runs meanwhile that could: unless there is more behind these fields than data, nothing ends it`,
  recursion: (text) => `${text} waits for itself each time that it runs`,
  iteration: (text) => `${text} never runs out, and nothing ends this loop`,
  promise: () => "Nobody can settle this promise",
};

function selfMessage(file: string, handler: readonly string[], round: NonNullable<Endless["round"]>): Fix {
  return {
    title: `Make each round of the loop a message \`${handler.at(-1)}\` of its own`,
    preferred: true,
    questions: [],
    edits: () => round.map((edit) => ({ file, ...edit })),
  };
}
