/** A caller that was written for the one version gets the answer of the other. */
import type { ProjectFacts } from "../facts.ts";
import { type Broken, brokenMessages } from "../messages/broken-messages.ts";
import { messageFinding, partsText, subjectOf, versionOf } from "../messages/finding.ts";
import type { Finding, Rule } from "../rule.ts";
import { counterexample, valueText } from "../witness.ts";

export const replyTypeChanged: Rule = {
  id: "reply-type-changed",
  severity: "warning",
  group: "messages",
  description: "A call is answered with something that callers of the released version do not expect.",
  *check(project: ProjectFacts): Iterable<Finding> {
    for (const broken of brokenMessages(project, "reply-type-changed"))
      yield messageFinding(project, broken, `${text(broken)} ${todo(broken)}`, []);
  },
};

function text(broken: Broken): string {
  const { direction, exposure, messages } = broken;
  const [{ old, now, senders }] = messages;
  const version = versionOf(broken);
  const [given, expected] = direction === "backward" ? [now?.reply, old?.reply] : [old?.reply, now?.reply];
  const example = given && expected ? counterexample(given, expected) : null;
  const such = example === null ? "" : `, such as \`${valueText(example)}\``;
  const what =
    direction === "backward"
      ? `${subjectOf(broken)} is answered with something that callers of ${version} do not expect: ${partsText(broken)}.`
      : `${subjectOf(broken)} is answered with more than in ${version}: ${partsText(broken)}.`;
  const who = exposure.mixed
    ? direction === "backward"
      ? `While both versions run, callers of ${version} get the new answer${such}.`
      : `While both versions run, the new code calls processes of ${version}, and gets their answer${such}.`
    : `Who calls from inside of a process has the answer before the upgrade; who called from outside and runs on with code of ${version} gets the new one${such}.`;
  const ignored =
    senders.known.length > 0 && senders.known.every((each) => each.ignored) ? " The callers in the workspace do not look at it." : "";
  return `${what} ${who}${ignored}`;
}

function todo(broken: Broken): string {
  return broken.direction === "backward"
    ? "Only add to answers; for another one, add another call, and keep this one until nobody calls it any more."
    : `Do not rely on what is new in it until no process of ${versionOf(broken)} is left.`;
}
