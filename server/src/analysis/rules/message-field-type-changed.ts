/** One version sends what the other does not expect. */
import type { ProjectFacts } from "../facts.ts";
import { type Broken, brokenMessages } from "../messages/broken-messages.ts";
import { meetingText, messageFinding, partsText, sendersText, stepText, subjectOf, versionOf } from "../messages/finding.ts";
import { translate } from "../messages/fixes.ts";
import type { Finding, Rule } from "../rule.ts";

export const messageFieldTypeChanged: Rule = {
  id: "message-field-type-changed",
  severity: "error",
  group: "messages",
  description: "An argument of a message, or a field in it, has another type, and one version sends what the other does not expect.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const broken of brokenMessages(project, "message-field-type-changed"))
      yield messageFinding(
        project,
        broken,
        `${text(broken)} ${meetingText(broken)}${sendersText(project, broken)} ${todo(broken)}`,
        translate(project, broken),
      );
  },
};

function text(broken: Broken): string {
  const takes = broken.direction === "backward" ? "does not take all that it took" : "takes more than it took";
  return `${subjectOf(broken)} ${takes} in ${versionOf(broken)}: ${partsText(broken)}.`;
}

function todo(broken: Broken): string {
  if (!broken.exposure.mixed) return `Translate what is queued, by \`messages\` in ${stepText(broken)}.`;
  return broken.direction === "backward"
    ? `Take both types until no process of ${versionOf(broken)} is left, or give the message another name.`
    : `Send nothing but what ${versionOf(broken)} takes until no process of it is left, or give the message another name.`;
}
