/** To whoever runs the old version, or waits in a mailbox, a new name is another message. */
import type { ProjectFacts } from "../facts.ts";
import { type Broken, brokenMessages } from "../messages/broken-messages.ts";
import { messagePath } from "../messages/changed-messages.ts";
import { messageFinding, sendersText, stepText, versionOf } from "../messages/finding.ts";
import { drop, keepHandler } from "../messages/fixes.ts";
import type { Finding, Rule } from "../rule.ts";
import { lostText, reason } from "./message-handler-removed.ts";

export const messageTagRenamed: Rule = {
  id: "message-tag-renamed",
  severity: "error",
  group: "messages",
  description:
    "A message of the released version is gone, and a new one takes and gives the same: messages under the old name may still come.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const broken of brokenMessages(project, "message-tag-renamed"))
      yield messageFinding(project, broken, `${text(broken)}${sendersText(project, broken)} ${todo(broken)}`, [
        ...keepHandler(project, broken),
        ...drop(project, broken, reason(broken), "up"),
      ]);
  },
};

function text(broken: Broken): string {
  const { modules, messages, exposure } = broken;
  const [message] = messages;
  const [{ module }] = modules;
  const now = message.became === null ? "" : messagePath(message.became);
  const what = `\`${messagePath(message)}\` of \`${module.id}\` is gone since ${versionOf(broken)}, and \`${now}\` takes and gives the same: messages under the old name may still come.`;
  return exposure.mixed
    ? `${what} ${lostText(broken)}`
    : `${what} One that waits in a mailbox, or for a timer, when the upgrade comes stops the upgrade: a step can give it other arguments, not another name.`;
}

function todo(broken: Broken): string {
  const [{ name }] = broken.messages;
  const keep = `Keep \`${name}\` for one more version, with the same handler`;
  return broken.exposure.mixed
    ? `${keep}.`
    : `${keep}, or say that it may go: \`messages: { ${name}: drop("why") }\` in ${stepText(broken)}.`;
}
