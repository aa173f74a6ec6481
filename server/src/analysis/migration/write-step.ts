/**
 * Writes steps of `codeChange`: from a module's baseline to its source as it is now, between two releases, or a part of one that is
 * missing. With them come the frozen old types, the messages that need translating, and the version. Everything is marked for review, and
 * type-checks as it stands.
 */
import type { MessageWish, ModuleFacts, ProjectFacts, StepSource, StepWriter } from "../facts.ts";
import type { Answers, FileEdit, ValueQuestion } from "../rule.ts";
import { children, type EnumShape, type Shape } from "../shape.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import { typeText } from "../type-text.ts";
import { ts } from "../typescript.ts";
import { list } from "./code.ts";
import { draftStep } from "./draft-step.ts";
import { importEdits, insertProperties } from "./insert.ts";
import { keepHandler } from "./keep-handler.ts";
import { missingBetween, missingStep } from "./missing-step.ts";
import { inFile, type StepContext, stepContext, type TypedFacts, type TypedModule, typeEdits } from "./step-context.ts";
import { changedMessages, messageEntries, stateFunction } from "./write-functions.ts";

/** @param typed the module of a file as it is now; undefined where it is none any more. */
export function createStepWriter(typed: (file: string) => TypedModule | undefined): StepWriter {
  const withTree = <T>(facts: ModuleFacts, write: (own: TypedFacts) => readonly T[]): readonly T[] => {
    const tree = typed(facts.source.file);
    return tree === undefined ? [] : write({ ...facts, tree });
  };
  return {
    step: (facts, project, answers) => withTree(facts, (own) => writeStep(own, project, answers, [])),
    between: (facts, project, from, answers) => withTree(facts, (own) => writeBetween(own, project, from, answers)),
    half: (facts, project, step, direction, answers) =>
      withTree(facts, (own) => {
        const [context, object] = [baselineContext(own, project), stepObject(own, step.from)];
        if (context === null || object === null) return [];
        const { text } = stateFunction(context, direction, answers);
        const comment = `// instar: review this way ${direction === "down" ? "back " : ""}before the release.`;
        return [
          ...typeEdits(context, [text]),
          ...inFile(insertProperties(object, [`${comment}\n${text}`], context.layout), context.layout),
        ];
      }),
    without: (facts, step) => withTree(facts, (own) => takenOut(own, step)),
    irreversible: (facts, project, step) =>
      withTree(facts, (own) => {
        const [context, object] = [baselineContext(own, project), stepObject(own, step.from)];
        if (context === null || object === null) return [];
        const text = '// instar: review the reason.\ndown: irreversible("say why there is no way back")';
        const edits = [...insertProperties(object, [text], context.layout), ...runtimeImport(own, "irreversible")];
        return inFile(edits, context.layout);
      }),
    messages: (facts, project, wishes, answers) => withTree(facts, (own) => writeMessages(own, project, wishes, answers)),
    handler: (facts, project, section, name, like) => withTree(facts, (own) => keepHandler(own, project, section, name, like)),
    draft: (facts, project, from, part) =>
      withTree(facts, (own) => [draftStep(own, project, from, part)]).find((draft) => draft !== null) ?? null,
    questions: (facts, project, answers, directions) =>
      withTree(facts, (own): readonly ValueQuestion[] => {
        const context = baselineContext(own, project);
        if (context === null) return [];
        return directions.flatMap((direction) =>
          stateFunction(context, direction, answers).open.map(({ path, shape, suggestion }): ValueQuestion => ({
            path,
            type: typeText(shape),
            suggestion,
            module: own.source.id,
          })),
        );
      }),
  };
}

function baselineContext(facts: TypedFacts, project: ProjectFacts): StepContext | null {
  return facts.baseline === null ? null : stepContext(facts, project, facts.baseline, null);
}

function stepObject({ tree }: TypedFacts, from: number | null): ts.ObjectLiteralExpression | null {
  return (from === null ? undefined : tree.nodes.steps.findLast((each) => each.from === from)?.object) ?? null;
}

function writeStep(facts: TypedFacts, project: ProjectFacts, answers: Answers, wishes: readonly MessageWish[]): readonly FileEdit[] {
  const step = missingStep(facts);
  const context = baselineContext(facts, project);
  const { vsn } = facts.tree.nodes;
  if (step === null || context === null || vsn === null) return [];
  const edits = [...chain(context, step, answers, wishes), ...inFile(olderSteps(context), context.layout)];
  if (step.to !== facts.source.vsn) edits.push({ file: facts.source.file, range: rangeOf(vsn), newText: String(step.to) });
  return edits;
}

/** A step between two releases, of which the source may say nothing any more: both sides are frozen. */
function writeBetween(facts: TypedFacts, project: ProjectFacts, from: number, answers: Answers): readonly FileEdit[] {
  const gap = missingBetween(facts, from);
  if (gap === null) return [];
  const context = stepContext(facts, project, gap.old, gap.now);
  return chain(context, gap, answers, []);
}

/** The step, and those that change nothing where versions in between were never released. */
function chain(
  context: StepContext,
  { from, to }: { readonly from: number; readonly to: number },
  answers: Answers,
  wishes: readonly MessageWish[],
): FileEdit[] {
  const { facts, layout, now } = context;
  const { object, codeChange } = facts.tree.nodes;
  if (object === null) return [];
  const parts = (["up", "down"] as const).map((direction) => stateFunction(context, direction, answers).text);
  const all = [...changedMessages(context).filter(({ name }) => !wishes.some((wish) => wish.name === name)), ...wishes];
  const messages = messageEntries(context, all);
  if (messages.length > 0) parts.push(`messages: ${list("{", messages, "}", { broken: true, layout })}`);
  const texts = [`// instar: review this step before the release.\n${from}: ${list("{", parts, "}", { broken: true, layout })}`];
  for (let between = from + 1; between < to; between += 1) {
    const directions = ["up", "down"].map((direction) => `${direction}: (state: ${now.state}): ${now.state} => state`);
    const same = list("{", directions, "}", { broken: true, layout });
    texts.push(`// instar: review: version ${between} was never released, so nothing is left to convert.\n${between}: ${same}`);
  }
  const edits: FileEdit[] = [];
  if (texts.some((text) => /\bdrop\("/.test(text))) edits.push(...runtimeImport(facts, "drop"));
  if (codeChange) edits.push(...insertProperties(codeChange, texts, layout));
  else edits.push(...insertProperties(object, [`codeChange: ${list("{", texts, "}", { broken: true, layout })}`], layout));
  return [...typeEdits(context, texts), ...inFile(edits, layout)];
}

/** What somebody has said before it stays, unless that was Instar. */
function takenOut({ tree, source: { file } }: TypedFacts, { range }: StepSource): readonly FileEdit[] {
  const { source, nodes } = tree;
  const { text } = source;
  const found = nodes.steps.find(({ property: { name } }) => {
    const key = name === undefined ? undefined : rangeOf(name).start;
    return key?.line === range.start.line && key.column === range.start.column;
  });
  if (found === undefined) return [];
  const { property } = found;
  const comments = ts.getLeadingCommentRanges(text, property.getFullStart()) ?? [];
  const others = comments.findLastIndex(({ pos, end }) => !text.slice(pos, end).startsWith("// instar: review"));
  const start = comments[others + 1]?.pos ?? property.getStart();
  const line = text.lastIndexOf("\n", start - 1) + 1;
  const [rest = ""] = /^[ \t]*,?(?:[ \t]*\r?\n)?/.exec(text.slice(property.getEnd())) ?? [];
  // What stands before it on its line stays where it is.
  const from = text.slice(line, start).trim() === "" && rest.endsWith("\n") ? line : start;
  return [{ file, range: rangeIn(source, from, property.getEnd() + rest.length), newText: "" }];
}

/** Into the step from the baseline; with that step, where it is missing. */
function writeMessages(facts: TypedFacts, project: ProjectFacts, wishes: readonly MessageWish[], answers: Answers): readonly FileEdit[] {
  if (missingStep(facts) !== null) return writeStep(facts, project, answers, wishes);
  const context = baselineContext(facts, project);
  const object = stepObject(facts, context?.old.vsn ?? null);
  if (context === null || object === null) return [];
  const { layout } = context;
  const property = object.properties.find((each) => each.name?.getText() === "messages");
  const value = property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : undefined;
  const known = value !== undefined && ts.isObjectLiteralExpression(value) ? value : undefined;
  if (property !== undefined && known === undefined) return [];
  const there = known?.properties.map((each) => each.name?.getText().replaceAll(/^["']|["']$/g, "")) ?? [];
  const entries = messageEntries(
    context,
    wishes.filter(({ name }) => !there.includes(name)),
  );
  if (entries.length === 0) return [];
  const edits =
    known === undefined
      ? insertProperties(object, [`messages: ${list("{", entries, "}", { broken: true, layout })}`], layout)
      : insertProperties(known, entries, layout);
  const imports = entries.some((text) => /\bdrop\("/.test(text)) ? runtimeImport(facts, "drop") : [];
  return [...typeEdits(context, entries), ...inFile([...imports, ...edits], layout)];
}

function runtimeImport(facts: TypedFacts, name: string): readonly FileEdit[] {
  return importEdits(facts.tree.source, [name], "instar", false);
}

/** In the steps that are there already, names that mean the state of the baseline: they say so from now on. Enums that changed are their values. */
function olderSteps({ facts: { source, tree }, old, scope }: StepContext): readonly FileEdit[] {
  const edits: FileEdit[] = [];
  const enums = enumsOf(old.shapes.state).filter((each) => each.name !== undefined && !scope.means(each.name, each));
  const valueOf = (holder: ts.Node, member: string): string | undefined => {
    const symbol = ts.isIdentifier(holder) && enums.length > 0 ? tree.checker.getSymbolAtLocation(holder) : undefined;
    const meant = symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias ? tree.checker.getAliasedSymbol(symbol) : symbol;
    if (meant === undefined || (meant.flags & ts.SymbolFlags.Enum) === 0) return undefined;
    const value = enums.find(({ name }) => name === meant.name)?.table.find(([name]) => name === member)?.[1];
    return value === undefined ? undefined : JSON.stringify(value);
  };
  const visit = (node: ts.Node): void => {
    const value = ts.isPropertyAccessExpression(node)
      ? valueOf(node.expression, node.name.text)
      : ts.isQualifiedName(node)
        ? valueOf(node.left, node.right.text)
        : undefined;
    if (value !== undefined) {
      edits.push({ file: source.file, range: rangeOf(node), newText: value });
      return;
    }
    if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) {
      const name = old.types.replaced.get(node.typeName.text);
      if (name !== undefined) edits.push({ file: source.file, range: rangeOf(node.typeName), newText: name });
    }
    ts.forEachChild(node, visit);
  };
  for (const step of tree.nodes.steps) visit(step.property);
  return edits;
}

function enumsOf(root: Shape): readonly EnumShape[] {
  const reached = new Set([root]);
  for (const shape of reached) for (const child of children(shape)) reached.add(child);
  return [...reached].filter((shape) => shape.kind === "enum");
}
