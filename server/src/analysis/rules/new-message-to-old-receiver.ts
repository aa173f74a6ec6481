/** A message that only the new version knows reaches the old one where both run, or on the way back. */
import type { ProjectFacts } from "../facts.ts";
import { type Broken, brokenMessages } from "../messages/broken-messages.ts";
import { messagePath } from "../messages/changed-messages.ts";
import { messageFinding, sendersText, stepText, versionOf } from "../messages/finding.ts";
import { drop } from "../messages/fixes.ts";
import type { Finding, Rule } from "../rule.ts";

export const newMessageToOldReceiver: Rule = {
  id: "new-message-to-old-receiver",
  severity: "error",
  group: "messages",
  description: "A message is sent that the released version of its receiver does not know.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const broken of brokenMessages(project, "new-message-to-old-receiver"))
      yield messageFinding(
        project,
        broken,
        `${text(broken)}${sendersText(project, broken)} ${todo(broken)}`,
        drop(project, broken, `${versionOf(broken)} does not know it`, "down"),
      );
  },
};

function text(broken: Broken): string {
  const { messages, modules, exposure } = broken;
  const [message] = messages;
  const [{ module }] = modules;
  const version = versionOf(broken);
  const what = `\`${messagePath(message)}\` is sent to \`${module.id}\`, and ${version} of it does not know this message.`;
  if (!exposure.mixed) return `${what} A rollback is refused while one waits in a mailbox or for a timer, since it would be lost.`;
  const lost = message.section === "calls" ? "its callers are rejected with INSTAR_MESSAGE_UNKNOWN" : "it is lost there";
  return `${what} While both versions run, ${lost}.`;
}

function todo(broken: Broken): string {
  const [{ name }] = broken.messages;
  return broken.exposure.mixed
    ? "Release the handler first, and what sends the message when no process of the old version is left."
    : `Where it may be lost, say so: \`messages: { ${name}: { down: drop("why") } }\` in ${stepText(broken)}.`;
}
