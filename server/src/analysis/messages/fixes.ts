/** What can be done about messages of two versions: keep a handler, or say in the step what becomes of those that are queued. */
import type { MessageWish, ModuleFacts, ProjectFacts } from "../facts.ts";
import { missingStep } from "../migration/missing-step.ts";
import type { FileEdit, Fix } from "../rule.ts";
import type { Broken, BrokenMessage } from "./broken-messages.ts";

/** Translates what is queued, in both directions. Where both versions run, that helps nobody who goes on sending. */
export function translate(project: ProjectFacts, broken: Broken): readonly Fix[] {
  const { messages, exposure } = broken;
  if (exposure.mixed || !messages.every(isOpen)) return [];
  const [first, ...others] = messages;
  const what = others.length === 0 ? first.name : `${messages.length} messages`;
  return [stepFix(project, broken, `Translate ${what} in codeChange`, true, (name) => ({ name }))];
}

/** @param way on which there is nobody to take it. */
export function drop(project: ProjectFacts, broken: Broken, why: string, way: "up" | "down" | "both"): readonly Fix[] {
  const { messages, exposure } = broken;
  if (exposure.mixed || !messages.every(isOpen)) return [];
  const [{ name }] = messages;
  return [stepFix(project, broken, `Drop ${name} where it is queued`, false, (each) => ({ name: each, drop: why, way }))];
}

/** Brings the message back. */
export function keepHandler(project: ProjectFacts, { messages: [message] }: Broken): readonly Fix[] {
  const { facts, section, name, became } = message;
  if (!facts.source.written) return [];
  const like = became?.as === "renamed" ? became.name : undefined;
  return [
    {
      title: like === undefined ? `Keep a handler for ${name}` : `Keep ${name} with the handler of ${like}`,
      // What becomes of a message that nobody is to send any more is for a person to say; under two names it is the same message.
      preferred: like !== undefined,
      questions: [],
      edits: () => project.writer.handler(facts, project, section, name, like),
    },
  ];
}

function stepFix(project: ProjectFacts, { messages }: Broken, title: string, preferred: boolean, wish: (name: string) => MessageWish): Fix {
  const modules = new Map<ModuleFacts, Set<string>>();
  for (const { facts, name } of messages) modules.set(facts, (modules.get(facts) ?? new Set()).add(name));
  return {
    title,
    preferred,
    questions: [],
    edits: (answers): readonly FileEdit[] =>
      [...modules].flatMap(([facts, names]) => project.writer.messages(facts, project, [...names].map(wish), answers)),
  };
}

/** Whether there is a place for it in a step, and nobody has said anything of it yet. */
function isOpen({ facts, translation }: BrokenMessage): boolean {
  const { source, baseline } = facts;
  if (translation !== "none") return false;
  return missingStep(facts) !== null || source.steps.some(({ from, written }) => from === baseline?.vsn && written);
}
