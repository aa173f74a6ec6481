/** What the old handler reads, no message of the new version has. */
import type { ProjectFacts } from "../facts.ts";
import { type Broken, brokenMessages } from "../messages/broken-messages.ts";
import { meetingText, messageFinding, partsText, sendersText, stepText, subjectOf, versionOf } from "../messages/finding.ts";
import { translate } from "../messages/fixes.ts";
import type { Finding, Rule } from "../rule.ts";

export const messageFieldRemoved: Rule = {
  id: "message-field-removed",
  severity: "info",
  group: "messages",
  description: "A message lacks an argument or a field that the released version reads.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const broken of brokenMessages(project, "message-field-removed"))
      yield messageFinding(
        project,
        broken,
        `${text(broken)} ${meetingText(broken)}${sendersText(project, broken)} ${todo(broken)}`,
        translate(project, broken),
      );
  },
};

function text(broken: Broken): string {
  return `${subjectOf(broken)} lacks what ${versionOf(broken)} reads: ${partsText(broken)}.`;
}

function todo(broken: Broken): string {
  return broken.exposure.mixed
    ? `Go on sending it until no process of ${versionOf(broken)} is left.`
    : `Say what is queued becomes on the way back, by \`messages\` with \`down\` in ${stepText(broken)}.`;
}
