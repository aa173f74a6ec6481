/** Messages are passed as they are, so a function or an instance in one takes its version along to whoever gets it. */
import type { Finding, Rule, Severity } from "../rule.ts";
import { type Held, heldBy, heldInMessages } from "../held-values.ts";
import type { KeptSort } from "../kept-values.ts";
import { typeText } from "../type-text.ts";

export const functionInMessage: Rule = {
  id: "function-in-message",
  severity: "warning",
  group: "old-code",
  description:
    "A message or a reply carries a function, an instance of a class, or something that is still running: code of the version that sent it.",
  presets: { rolling: "error" },
  *check({ modules }): Iterable<Finding> {
    for (const held of heldInMessages(modules, ...sorts)) yield finding(held);
  },
};

const sorts = ["function", "classInstance", "privateFields", "pending", "abort", "handle"] as const satisfies readonly KeptSort[];

function finding(held: Held): Finding {
  const { path, shape, sort } = held;
  return {
    rule: functionInMessage.id,
    severity: severityOf(sort),
    ...heldBy(held),
    message: `${sentence(path, typeText(shape), sort)} ${adviceOf(sort)}`,
    related: [],
    fixes: [],
  };
}

/** What is of no version itself is nothing to worry about as long as all runs in one process. */
function severityOf(sort: KeptSort): Severity {
  return sort === "handle" || sort === "abort" ? "info" : functionInMessage.severity;
}

function sentence(path: string, type: string, sort: KeptSort): string {
  switch (sort) {
    case "function":
      return (
        `\`${path}\` is a function (\`${type}\`) in a message. Within one process it arrives as it is: whoever gets it runs code of the version that sent it, ` +
        `also where the message waited while both sides were upgraded; and to another process it cannot be sent at all.`
      );
    case "classInstance":
    case "privateFields":
      return (
        `\`${path}\` is an instance of the class \`${type}\` in a message. It arrives as it was made: where the class was upgraded while the message waited, it has the old version's methods and is no longer ` +
        `\`instanceof ${type}\`; and another process would get an object without methods.`
      );
    case "pending":
      return (
        `\`${path}\` is something that is still to come, in a message. The version that sent it goes on with it, and what it gives is of that version, ` +
        `whatever whoever waits for it has become meanwhile.`
      );
    default:
      return `\`${path}\` (\`${type}\`) belongs to this process of the operating system. Within it, it can be sent; to another process it cannot.`;
  }
}

function adviceOf(sort: KeptSort): string {
  switch (sort) {
    case "function":
      return "Send data that says what to do, or the pid of whom to ask, or a reference by mfa(…).";
    case "classInstance":
    case "privateFields":
      return "Send plain data, and let functions take it.";
    case "pending":
      return "Send the result when it is there, or reply later, by `from`.";
    default:
      return "Give it an actor of its own, and send that actor's pid.";
  }
}
