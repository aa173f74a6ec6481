/** What can be done about messages of two versions: keep a handler, or say in the step what becomes of those that are queued. */
import type { MessageWish, ModuleFacts, ProjectFacts } from "../facts.ts";
import { layoutOf } from "../migration/code.ts";
import { missingStep } from "../migration/missing-step.ts";
import { obviousValue } from "../migration/obvious-value.ts";
import type { FileEdit, Fix } from "../rule.ts";
import type { Broken, BrokenMessage } from "./broken-messages.ts";
import { messagePath } from "./changed-messages.ts";

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

/**
 * Lets arguments be missing, and the handler say what they are then: for as long as somebody sends the message without them. Only where
 * both are written out, and the types make the values obvious.
 */
export function makeOptional(project: ProjectFacts, { messages: [message, ...others], record, differences }: Broken): readonly Fix[] {
  const { facts, section, name, now } = message;
  const { file } = facts.module;
  if (others.length > 0 || record !== null || now === null || project.text(file) === undefined) return [];
  const path = messagePath(message);
  const wanted = differences.map((difference) => /^\[(\d+)\]$/.exec(difference.path.slice(path.length))?.[1]);
  const known = project.bodies.of("messageArguments", file).filter((each) => each.section === section && each.message === name);
  const layout = layoutOf(project.text(file) ?? "");
  const edits: FileEdit[] = [];
  const names: string[] = [];
  const open = new Set(now.args.slots.flatMap(({ optional, rest }, index) => (optional || rest ? [index] : [])));
  for (const index of wanted) {
    const argument = known.find((each) => String(each.index) === index);
    const shape = argument === undefined ? undefined : now.args.slots[argument.index]?.shape;
    const value = shape === undefined ? undefined : obviousValue(shape, layout);
    if (argument === undefined || argument.declared === null || value === undefined) return [];
    edits.push({ file, range: argument.declared, newText: "?" });
    if (argument.handled !== null && value !== "undefined") edits.push({ file, range: argument.handled, newText: ` = ${value}` });
    names.push(argument.name);
    open.add(argument.index);
  }
  // What follows an argument that may be missing may be missing, too.
  const first = Math.min(...open);
  if (names.length === 0 || now.args.slots.some((_, index) => index > first && !open.has(index))) return [];
  const title = `Make ${names.join(" and ")} optional, with ${names.length === 1 ? "a default" : "defaults"} in the handler`;
  // What a message means without it is for a person to say.
  return [{ title, preferred: false, questions: [], edits: () => edits }];
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
