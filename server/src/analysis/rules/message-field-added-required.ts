/** What the new handler relies on, no message of the old version has. */
import type { ProjectFacts } from "../facts.ts";
import { type Broken, brokenMessages } from "../messages/broken-messages.ts";
import { meetingText, messageFinding, partsText, sendersText, stepText, subjectOf, versionOf } from "../messages/finding.ts";
import { makeOptional, translate } from "../messages/fixes.ts";
import type { Finding, Rule } from "../rule.ts";

export const messageFieldAddedRequired: Rule = {
  id: "message-field-added-required",
  severity: "error",
  group: "messages",
  description: "A message has an argument or a field that has to be there, and that messages of the released version do not have.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const broken of brokenMessages(project, "message-field-added-required"))
      yield messageFinding(project, broken, `${text(broken)} ${meetingText(broken)}${sendersText(project, broken)} ${todo(broken)}`, [
        ...translate(project, broken),
        ...makeOptional(project, broken),
      ]);
  },
};

function text(broken: Broken): string {
  return `${subjectOf(broken)} asks for more than in ${versionOf(broken)}: ${partsText(broken)}.`;
}

function todo(broken: Broken): string {
  const optional = "Make it optional, and let the handler say what it is where it is missing";
  return broken.exposure.mixed
    ? `${optional}, until no process of ${versionOf(broken)} is left.`
    : `Translate what is queued, by \`messages\` in ${stepText(broken)}; or make it optional.`;
}
