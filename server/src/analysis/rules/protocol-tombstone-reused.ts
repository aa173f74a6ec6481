/** A name that meant something else finds what it meant in the mailboxes of an upgrade that skips the versions in between. */
import type { ProjectFacts } from "../facts.ts";
import { type Broken, brokenMessages } from "../messages/broken-messages.ts";
import { messagePath } from "../messages/changed-messages.ts";
import { messageFinding, messageText, sendersText } from "../messages/finding.ts";
import type { Finding, Rule } from "../rule.ts";
import { typeText } from "../type-text.ts";
import { counterexample } from "../witness.ts";

export const protocolTombstoneReused: Rule = {
  id: "protocol-tombstone-reused",
  severity: "error",
  group: "messages",
  description: "A message that was removed in an earlier version comes back with other arguments or another answer.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const broken of brokenMessages(project, "protocol-tombstone-reused"))
      yield messageFinding(project, broken, `${text(broken)}${sendersText(project, broken)} ${todo(broken)}`, []);
  },
};

function text({ messages: [message], modules: [{ module, baseline }], exposure }: Broken): string {
  const { name, old, now, vsn } = message;
  const example = old === null || now === null ? null : counterexample(old.args, now.args);
  const such = example === null ? "" : `, such as \`${messageText(name, example)}\``;
  const was = old === null ? "" : `, \`${name}(${typeText(old.args).slice(1, -1)})\``;
  const what = `\`${messagePath(message)}\` of \`${module.id}\` is not what it was in version ${vsn}${was}, and was gone in version ${baseline?.vsn ?? 0}.`;
  return exposure.mixed
    ? `${what} Code of version ${vsn} that still runs sends it${such}.`
    : `${what} An upgrade from version ${vsn} hands over what is queued${such}, as if it were the new message.`;
}

function todo({ messages: [{ name, vsn }] }: Broken): string {
  return `Give the new message another name, or drop the old one: \`messages: { ${name}: drop("why") }\` in \`codeChange[${vsn}]\`; or say that version ${vsn} is not upgraded from any more.`;
}
