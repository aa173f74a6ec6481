/** A call waits for an answer and a cast does not, so the one is not understood where the other is expected. */
import type { ProjectFacts } from "../facts.ts";
import { type Broken, brokenMessages } from "../messages/broken-messages.ts";
import { messagePath } from "../messages/changed-messages.ts";
import { messageFinding, sendersText, stepText, versionOf } from "../messages/finding.ts";
import { drop, keepHandler } from "../messages/fixes.ts";
import type { Finding, Rule } from "../rule.ts";
import { lostText } from "./message-handler-removed.ts";

export const deliveryKindChanged: Rule = {
  id: "delivery-kind-changed",
  severity: "error",
  group: "messages",
  description: "A call became a cast or an info, or the reverse, and messages of the old kind may still come.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const broken of brokenMessages(project, "delivery-kind-changed"))
      yield messageFinding(project, broken, `${text(broken)}${sendersText(project, broken)} ${todo(broken)}`, [
        ...drop(project, broken, `it is ${kindOf(broken)}`, "both"),
        ...keepHandler(project, broken),
      ]);
  },
};

function text(broken: Broken): string {
  const { modules, messages, exposure } = broken;
  const [message] = messages;
  const [{ module }] = modules;
  const now = message.became === null ? "" : messagePath(message.became);
  const what = `\`${messagePath(message)}\` of \`${module.id}\` became \`${now}\` since ${versionOf(broken)}, and messages of the old kind may still come.`;
  return exposure.mixed
    ? `${what} ${lostText(broken)}`
    : `${what} One that waits in a mailbox, or for a timer, when the upgrade comes stops the upgrade: a step can give it other arguments, and it stays what it is.`;
}

function todo(broken: Broken): string {
  const [{ name, section }] = broken.messages;
  const keep = `Keep \`${name}\` among the \`${section}\` for one more version, beside the new one`;
  return broken.exposure.mixed
    ? `${keep}.`
    : `${keep}, or say that it may go: \`messages: { ${name}: { up: drop("why"), down: drop("why") } }\` in ${stepText(broken)}.`;
}

/** What both versions say of what the other one has queued. */
function kindOf({ messages: [{ section, became }] }: Broken): string {
  return `a ${section.slice(0, -1)} in one version and a ${became?.section.slice(0, -1) ?? "message"} in the other`;
}
