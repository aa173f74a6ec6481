/** Whoever still has the old message in its mailbox cannot be upgraded, and whoever still sends it is not understood. */
import type { ProjectFacts } from "../facts.ts";
import { type Broken, brokenMessages } from "../messages/broken-messages.ts";
import { messagePath } from "../messages/changed-messages.ts";
import { isInfo, messageFinding, newVersionOf, sendersText, stepText, versionOf } from "../messages/finding.ts";
import { drop, keepHandler } from "../messages/fixes.ts";
import type { Finding, Rule } from "../rule.ts";

export const messageHandlerRemoved: Rule = {
  id: "message-handler-removed",
  severity: "error",
  group: "messages",
  description: "A message of the released version has no handler any more, and may still come.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const broken of brokenMessages(project, "message-handler-removed"))
      yield messageFinding(project, broken, `${text(broken)}${sendersText(project, broken)} ${todo(broken)}`, [
        ...drop(project, broken, reason(broken), "up"),
        ...keepHandler(project, broken),
      ]);
  },
};

function text(broken: Broken): string {
  const { modules, messages, exposure } = broken;
  const [message] = messages;
  const [{ module }] = modules;
  const translated = message.translation === "function" ? " The step gives it new arguments, but nothing handles them." : "";
  const what = `\`${messagePath(message)}\` of \`${module.id}\` is gone since ${versionOf(broken)}, and messages of that name may still come.`;
  if (exposure.mixed) return `${what} ${lostText(broken)}${translated}`;
  const where = isInfo(broken) ? "One that a timer is still to send" : "One that waits in a mailbox";
  return `${what} ${where} when the upgrade comes stops the upgrade, since it would be lost.${translated}`;
}

/** What becomes of a message that nobody handles. */
export function lostText(broken: Broken): string {
  const [{ section }] = broken.messages;
  const sent = `While both versions run, processes of ${versionOf(broken)} go on sending it`;
  return section === "calls" ? `${sent}, and are rejected with INSTAR_MESSAGE_UNKNOWN.` : `${sent}, and the new code drops it.`;
}

function todo(broken: Broken): string {
  const [{ name }] = broken.messages;
  const keep = "Keep a handler for one more version";
  return broken.exposure.mixed
    ? `${keep}.`
    : `${keep}, or say that it may go: \`messages: { ${name}: drop("why") }\` in ${stepText(broken)}.`;
}

/** Why a message of the old version is dropped. */
export function reason({ modules: [facts] }: Broken): string {
  return `${newVersionOf(facts)} does not know it`;
}
