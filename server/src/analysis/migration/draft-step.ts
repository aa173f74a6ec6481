/**
 * A step, or a part of one, as text for somebody who is writing it: what they have typed so far is not looked at. The rest of the file gets
 * what the text speaks of, as where a fix writes it.
 */
import type { DraftedStep, DraftPart, MessageWish, ModuleFacts, ProjectFacts } from "../facts.ts";
import type { FileEdit } from "../rule.ts";
import { rangeOf } from "../source-place.ts";
import { inLayout, list } from "./code.ts";
import { importEdits } from "./insert.ts";
import { type Gap, missingBetween, missingStep } from "./missing-step.ts";
import { type StepContext, stepContext, type TypedFacts, typeEdits } from "./step-context.ts";
import { valueMarks } from "./value-marks.ts";
import { changedMessages, messageEntries, stateFunction } from "./write-functions.ts";

export function draftStep(facts: TypedFacts, project: ProjectFacts, from: number, part: DraftPart): DraftedStep | null {
  const gap = gapFrom(facts, from);
  if (gap === null) return null;
  const context = stepContext(facts, project, gap.old, gap.now);
  const text = textOf(context, gap, part);
  if (text === null) return null;
  const edits: FileEdit[] = [...typeEdits(context, [text])];
  for (const name of ["drop", "irreversible"])
    if (new RegExp(`\\b${name}\\("`).test(text)) edits.push(...importEdits(facts.tree.source, [name], "instar", false));
  const { vsn } = facts.tree.nodes;
  if (gap.to > (facts.source.vsn ?? 0) && vsn !== null)
    edits.push({ file: facts.source.file, range: rangeOf(vsn), newText: String(gap.to) });
  return { text: inLayout(text, { ...context.layout, newline: "\n" }), edits, to: gap.to };
}

function textOf(context: StepContext, { from, to }: Gap, part: DraftPart): string | null {
  const { layout, now } = context;
  if (part === "up" || part === "down") return marked(context, part);
  const messages = messagesOf(context);
  if (part === "messages") return messages;
  const parts = [marked(context, "up"), marked(context, "down"), ...(messages === null ? [] : [messages])];
  const texts = [`${from}: ${list("{", parts, "}", { broken: true, layout })}`];
  for (let between = from + 1; between < to; between += 1) {
    const same = ["up", "down"].map((direction) => `${direction}: (state: ${now.state}): ${now.state} => state`);
    texts.push(
      `// Version ${between} was never released, so nothing is left to convert.\n${between}: ${list("{", same, "}", { broken: true, layout })}`,
    );
  }
  return texts.join(",\n");
}

/** With marks around first values that the type alone suggests. */
function marked(context: StepContext, direction: "up" | "down"): string {
  const { open } = stateFunction(context, direction, { renames: {} });
  const values = open.flatMap(({ path, suggestion }) => {
    if (suggestion === null) return [];
    // Of a text, what stands between the quotes.
    const [, quote = "", inner = suggestion] = /^(")(.*)"$/.exec(suggestion) ?? [];
    return [[path, `${quote}${valueMarks.start}${inner}${valueMarks.end}${quote}`] as const];
  });
  return stateFunction(context, direction, { renames: {}, values: Object.fromEntries(values) }).text;
}

function messagesOf(context: StepContext): string | null {
  const { old, now, layout } = context;
  const names = ({ shapes: { calls, casts, infos } }: typeof old) => [...calls, ...casts, ...infos].map(({ name }) => name);
  const gone = [...new Set(names(old))].filter((name) => !names(now).includes(name));
  const wishes: readonly MessageWish[] = [
    ...changedMessages(context),
    ...gone.map((name) => ({ name, drop: `version ${now.vsn} does not know it` })),
  ];
  const entries = messageEntries(context, wishes);
  return entries.length === 0 ? null : `messages: ${list("{", entries, "}", { broken: true, layout })}`;
}

/** As if no step from there were written yet. */
function gapFrom(facts: TypedFacts, from: number): Gap | null {
  const others = facts.source.steps.filter((step) => step.from !== from);
  const without: ModuleFacts = { ...facts, source: { ...facts.source, written: true, codeChange: "written", steps: others } };
  const step = facts.baseline?.vsn === from ? missingStep(without) : null;
  if (facts.baseline !== null && step !== null) return { ...step, old: facts.baseline, now: null };
  return missingBetween(without, from);
}
