/** The functions of a step as text: `up`, `down`, and those that give queued messages their new arguments. */
import type { MessageWish } from "../facts.ts";
import type { Message } from "../protocol-shapes.ts";
import type { Answers } from "../rule.ts";
import type { Shape, Slot } from "../shape.ts";
import { keyText } from "../type-text.ts";
import { createValidity } from "../validity.ts";
import { arrowBody, either, list } from "./code.ts";
import type { Conversion, FirstValue } from "./conversion.ts";
import { Converter, type OpenValue } from "./convert.ts";
import { initialValue } from "./initial-value.ts";
import { renamesBetween } from "./missing-step.ts";
import { obviousValue } from "./obvious-value.ts";
import type { StepContext, Version } from "./step-context.ts";

export interface StateFunction {
  readonly text: string;
  readonly open: readonly OpenValue[];
}

export function stateFunction(context: StepContext, direction: "up" | "down", answers: Answers): StateFunction {
  const { layout, facts } = context;
  const up = direction === "up";
  const [from, to] = up ? [context.old, context.now] : [context.now, context.old];
  const parameter = up ? "old" : "state";
  // Answers for other modules may name paths that mean something else here.
  const renames = renamesBetween(context.old.shapes.state, context.now.shapes.state)
    .filter((question) => answers.renames[question.from] === question.to)
    .map((question) => (up ? { target: question.to, source: question.from } : { target: question.from, source: question.to }));
  const converter = new Converter(
    {
      ...conversion(context, from, to),
      renamed: (path) => {
        const found = renames.find(({ target }) => target === path)?.source;
        return found === undefined ? undefined : lastName(found);
      },
      first: (path, shape) => {
        const answer = answers.values?.[path];
        if (answer !== undefined) return { text: answer, source: "answer" };
        const names = /^State((?:\.[^.[\]|<"]+)+)$/.exec(path)?.[1]?.slice(1).split(".");
        const current = up && context.now.shapes === facts.source.protocol;
        const own = current && names !== undefined ? initialValue(facts.tree.nodes.initial, names, facts.tree.checker) : undefined;
        return own === undefined ? byType(context, shape) : { text: own, source: "init" };
      },
    },
    [parameter],
  );
  const expression = converter.value(from.shapes.state, to.shapes.state, parameter, "State", new Set([parameter]), true);
  const made = arrowBody({ expression, functions: converter.functions }, layout);
  return { text: `${direction}: (${parameter}: ${from.state}): ${to.state} => ${made}`, open: converter.open };
}

/** The entries of `messages` for those that are wished for, as far as anything has to be said of them. */
export function messageEntries(context: StepContext, wishes: readonly MessageWish[]): readonly string[] {
  const valid = createValidity();
  const { layout, old, now } = context;
  return wishes.flatMap(({ name, drop, way = "up" }): readonly string[] => {
    if (drop !== undefined) {
      const dropped = `drop(${JSON.stringify(drop)})`;
      const ways = way === "both" ? ["up", "down"] : [way];
      const entry =
        way === "up"
          ? dropped
          : list(
              "{",
              ways.map((each) => `${each}: ${dropped}`),
              "}",
              { layout },
            );
      return [`// instar: review the reason.\n${keyText(name)}: ${entry}`];
    }
    const [before, after] = [messageOf(old, name), messageOf(now, name)];
    if (before === undefined || after === undefined) return [];
    const parts: string[] = [];
    if (valid(before.args, after.args) !== "compatible") parts.push(messageFunction(context, "up", before, after));
    if (valid(after.args, before.args) !== "compatible") parts.push(messageFunction(context, "down", after, before));
    return parts.length === 0 ? [] : [`${keyText(name)}: ${list("{", parts, "}", { broken: true, layout })}`];
  });
}

/** The messages whose arguments are others now, in either direction. */
export function changedMessages({ old, now }: StepContext): readonly MessageWish[] {
  const valid = createValidity();
  return messagesOf(old).flatMap(({ name, args }): readonly MessageWish[] => {
    const other = messageOf(now, name);
    if (other === undefined) return [];
    return valid(args, other.args) === "compatible" && valid(other.args, args) === "compatible" ? [] : [{ name }];
  });
}

function messagesOf({ shapes: { calls, casts, infos } }: Version): readonly Message[] {
  const all = [...calls, ...casts, ...infos];
  return all.filter((each, index) => all.findIndex(({ name }) => name === each.name) === index);
}

function messageOf(version: Version, name: string): Message | undefined {
  return messagesOf(version).find((each) => each.name === name);
}

function messageFunction(context: StepContext, direction: "up" | "down", from: Message, to: Message): string {
  const { layout } = context;
  const [source, target] = direction === "up" ? [context.old, context.now] : [context.now, context.old];
  const names = from.args.slots.map((slot, index) => slot.label ?? `arg${index}`);
  const taken = new Set(names);
  const text = (slot: Slot, { types }: Version) => {
    const type = types.text(slot.shape);
    return slot.rest ? `${/^[\w$.]+$/.test(type) ? type : `(${type})`}[]` : type;
  };
  const parameters = from.args.slots.map(
    (slot, index) => `${slot.rest ? "..." : ""}${names[index]}${slot.optional ? "?" : ""}: ${text(slot, source)}`,
  );
  const results = to.args.slots.map((slot) =>
    slot.rest ? `...${text(slot, target)}` : slot.optional ? `(${text(slot, target)})?` : text(slot, target),
  );
  const converter = new Converter(
    {
      ...conversion(context, source, target),
      renamed: () => undefined,
      first: (_, shape) => byType(context, shape),
    },
    names,
  );
  const values = to.args.slots.flatMap((slot, index): readonly string[] => {
    const own = from.args.slots[index];
    const at = `${from.name}[${index}]`;
    if (own === undefined || own.rest !== slot.rest) return slot.optional || slot.rest ? [] : [converter.first(at, slot.shape)];
    const name = names[index] ?? "";
    if (slot.rest) {
      const array = (element: Shape): Shape => ({ kind: "array", element, readonly: false });
      return [`...${converter.value(array(own.shape), array(slot.shape), name, at, taken)}`];
    }
    const made = converter.value(own.shape, slot.shape, name, at, taken);
    if (!own.optional || (slot.optional && made === name)) return [made];
    return [either(`${name} === undefined`, slot.optional ? "undefined" : converter.first(at, slot.shape), made, layout)];
  });
  const expression = list("[", values, "]", { layout });
  const { functions } = converter;
  return `${direction}: (${parameters.join(", ")}): [${results.join(", ")}] => ${arrowBody({ expression, functions }, layout)}`;
}

function conversion({ layout, scope, facts }: StepContext, from: Version, to: Version): Omit<Conversion, "renamed" | "first"> {
  return {
    layout,
    exact: facts.tree.options.exactOptionalPropertyTypes === true,
    typeOf: (shape) => to.types.text(shape),
    wholeType: (shape, side) => (side === "from" ? from : to).types.whole(shape),
    enumMember: (shape, member) => scope.enumMember(shape, member),
  };
}

function byType({ layout }: StepContext, shape: Shape): FirstValue | undefined {
  const text = obviousValue(shape, layout);
  return text === undefined ? undefined : { text, source: "type" };
}

function lastName(path: string): string {
  const quoted = /\["((?:[^"\\]|\\.)*)"\]$/.exec(path)?.[1];
  return quoted ?? /([^.]+)$/.exec(path)?.[1] ?? path;
}
