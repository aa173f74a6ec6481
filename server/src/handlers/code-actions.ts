/**
 * Quick fixes. A fix that depends on what only a person can answer (was a field renamed, or dropped and another added?) becomes one action
 * for each plausible answer, none of them preferred, so that it works in every editor and nothing is guessed.
 */
import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  CodeActionTriggerKind,
  type Diagnostic,
  LSPErrorCodes,
  type Range as LspRange,
  ResponseError,
} from "vscode-languageserver";
import type { Analyzed } from "../analysis/model.ts";
import type { Answers, FileEdit, Finding, Fix, RenameQuestion } from "../analysis/rule.ts";
import type { Project } from "../projects.ts";
import type { FixAnswers, FixQuestions } from "../protocol.ts";
import { fixAll } from "./fix-all.ts";
import { type ClientAbilities, type OpenDocuments, toAnnotatedEdit, toDiagnostic, toLspRange, toWorkspaceEdit } from "../to-lsp.ts";

export const fixAllKind = `${CodeActionKind.SourceFixAll}.instar`;

export interface CodeActionContext {
  readonly project: Project;
  readonly open: OpenDocuments;
  readonly abilities: ClientAbilities;
  /** Whether the client asks for the edit later, with `codeAction/resolve`. */
  readonly resolves: boolean;
  /** Whether the client has the command that asks for answers. */
  readonly asks: boolean;
}

/** The command by which a client asks what only a person knows, and then for the fix; its argument is the fix. */
export const answerCommand = "instar.answer";

export async function codeActions(context: CodeActionContext, file: string, params: CodeActionParams): Promise<CodeAction[]> {
  const { only } = params.context;
  const wanted = (kind: string) => only === undefined || only.some((one) => kind === one || kind.startsWith(`${one}.`));
  // Asked for by name alone, as on save: it should not crowd the light bulb.
  const asksForAll = only !== undefined && wanted(fixAllKind);
  const here = (analyzed: Analyzed | undefined): readonly Finding[] =>
    !wanted(CodeActionKind.QuickFix)
      ? []
      : (analyzed?.findings ?? []).filter((finding) => finding.file === file && overlaps(toLspRange(finding.range), params.range));
  // Editors ask wherever the cursor goes; the compiler is loaded only where there is something to fix.
  if (!asksForAll && here(await context.project.current()).length === 0) return [];
  const analyzed = await context.project.current(true);
  if (analyzed === undefined) return [];
  const actions = here(analyzed).flatMap((finding) => quickFixes(context, finding, params));
  if (asksForAll) actions.push(...(await fixAllAction(context, analyzed, file)));
  return actions;
}

/** The action with its edit. Fails with `ContentModified` where the finding is gone, so that the client asks again. */
export async function resolveCodeAction(context: CodeActionContext, action: CodeAction, reference: FixAnswers): Promise<CodeAction> {
  const fix = await findFix(context, reference);
  if (fix === undefined)
    throw new ResponseError(LSPErrorCodes.ContentModified, "The finding that this fix was for is gone; the text has changed since.");
  return { ...action, edit: toAnnotatedEdit(fix.edits(await answersOf(reference)), fix.title, context.open, context.abilities) };
}

export async function fixQuestions(context: CodeActionContext, reference: FixAnswers): Promise<FixQuestions | null> {
  const fix = await findFix(context, reference);
  if (fix === undefined) return null;
  return { renames: [...fix.questions], values: [...(fix.values?.(await answersOf(reference)) ?? [])] };
}

export async function fixWithAnswers(context: CodeActionContext, reference: FixAnswers): Promise<{ readonly edit: object } | null> {
  const fix = await findFix(context, reference);
  if (fix === undefined) return null;
  return { edit: toAnnotatedEdit(fix.edits(await answersOf(reference)), fix.title, context.open, context.abilities) };
}

async function findFix({ project }: CodeActionContext, reference: FixAnswers): Promise<Fix | undefined> {
  const analyzed = await project.current(true);
  return analyzed?.findings
    .filter(({ rule, module, file }) => rule === reference.rule && module === reference.module && file === reference.file)
    .toSorted((a, b) => distance(a, reference) - distance(b, reference))
    .flatMap(({ fixes }) => fixes)
    .find(({ title }) => title === reference.title);
}

/** @throws ResponseError for a value that is no expression: it would not stay where it is put. */
async function answersOf({ renames, values = {} }: FixAnswers): Promise<Answers> {
  if (Object.keys(values).length === 0) return { renames };
  // It needs the compiler, without which the server starts.
  const { isExpression } = await import("../analysis/migration/expression.ts");
  const wrong = Object.entries(values).find(([, value]) => !isExpression(value));
  if (wrong !== undefined)
    throw new ResponseError(LSPErrorCodes.RequestFailed, `${wrong[1]} is no expression, so it cannot be the first value of ${wrong[0]}.`);
  return { renames, values };
}

/** At most this many answers are offered; beyond, a person writes the step. */
const answersLimit = 8;

/** All consistent answers, most renames first: each old field has one new name at most, and the other way round. */
export function plausibleAnswers(questions: readonly RenameQuestion[]): Answers[] {
  const answers = allAnswers(questions);
  const count = (renames: Record<string, string>) => Object.keys(renames).length;
  const sorted = answers.toSorted((a, b) => count(b) - count(a));
  // "Nothing was renamed" is always among the offers.
  const offered = sorted.length > answersLimit ? [...sorted.slice(0, answersLimit - 1), {}] : sorted;
  return offered.map((renames) => ({ renames }));
}

function allAnswers(questions: readonly RenameQuestion[]): readonly Record<string, string>[] {
  let answers: Record<string, string>[] = [{}];
  for (const { from, to } of questions)
    answers = answers.flatMap((renames) =>
      from in renames || Object.values(renames).includes(to) ? [renames] : [{ ...renames, [from]: to }, renames],
    );
  return answers;
}

/** For example `title was renamed to name`, or `title dropped, name added`. */
export function answerText(questions: readonly RenameQuestion[], { renames }: Answers): string {
  const renamed = Object.entries(renames).map(([from, to]) => `${short(from)} was renamed to ${short(to)}`);
  const taken = new Set(Object.values(renames));
  const dropped = [...new Set(questions.map(({ from }) => from).filter((from) => !(from in renames)))];
  const added = [...new Set(questions.map(({ to }) => to).filter((to) => !taken.has(to)))];
  const rest = [
    ...(dropped.length > 0 ? [`${dropped.map(short).join(" and ")} dropped`] : []),
    ...(added.length > 0 ? [`${added.map(short).join(" and ")} added`] : []),
  ];
  return [...renamed, ...(rest.length > 0 ? [rest.join(", ")] : [])].join("; ");
}

function quickFixes(context: CodeActionContext, finding: Finding, params: CodeActionParams): CodeAction[] {
  const diagnostics = [sameDiagnostic(params.context.diagnostics, finding) ?? toDiagnostic(finding, context.open, context.abilities)];
  const preferred = finding.fixes.find((fix) => fix.preferred);
  return finding.fixes.flatMap((fix) => {
    const open = fix.questions.length > 0;
    const asking = asks(context, fix, params) ? [askingAction(context, finding, fix, diagnostics)] : [];
    const ready = plausibleAnswers(fix.questions).map((answers) => {
      const action: CodeAction = {
        title: open ? `${fix.title} (${answerText(fix.questions, answers)})` : fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics,
      };
      if (!open && fix === preferred) action.isPreferred = true;
      return withEdit(context, finding, fix, answers, action);
    });
    return [...ready, ...asking];
  });
}

/** Whether a person who looks at the list would rather be asked. Moving the cursor should not cost what finding that out costs. */
function asks(context: CodeActionContext, fix: Fix, { context: { triggerKind } }: CodeActionParams): boolean {
  if (!context.asks || triggerKind === CodeActionTriggerKind.Automatic) return false;
  return allAnswers(fix.questions).length > answersLimit || (fix.values?.({ renames: {} }) ?? []).length > 0;
}

function askingAction(context: CodeActionContext, finding: Finding, fix: Fix, diagnostics: Diagnostic[]): CodeAction {
  const title = `${fix.title}, and ask for what is not known`;
  const command = { title, command: answerCommand, arguments: [referenceTo(context.project.root, finding, fix, { renames: {} })] };
  return { title, kind: CodeActionKind.QuickFix, diagnostics, command };
}

function withEdit(context: CodeActionContext, finding: Finding, fix: Fix, answers: Answers, action: CodeAction): CodeAction {
  if (!context.resolves) return { ...action, edit: toAnnotatedEdit(fix.edits(answers), fix.title, context.open, context.abilities) };
  return { ...action, data: referenceTo(context.project.root, finding, fix, answers) };
}

/** By which a fix is found again. */
export function referenceTo(root: string, { rule, module, file, range }: Finding, fix: Fix, { renames }: Answers): FixAnswers {
  return { root, rule, module, file, line: range.start.line, title: fix.title, renames };
}

/** All of several projects, as one edit. */
export async function fixEverything(
  projects: readonly Project[],
  { choose = false }: { readonly choose?: boolean },
  { open, abilities }: Pick<CodeActionContext, "open" | "abilities">,
): Promise<{ readonly edit: object | null; readonly count: number }> {
  const edits: FileEdit[] = [];
  for (const project of projects) {
    const analyzed = await project.current(true);
    if (analyzed !== undefined) edits.push(...(await fixAll(project, analyzed, () => true)));
  }
  const count = new Set(edits.map(({ file }) => file)).size;
  return {
    edit: count === 0 ? null : toAnnotatedEdit(edits, "Fix all that Instar can fix alone", open, abilities, { chosen: choose }),
    count,
  };
}

async function fixAllAction(context: CodeActionContext, analyzed: Analyzed, file: string): Promise<CodeAction[]> {
  const edits = await fixAll(context.project, analyzed, (finding) => finding.file === file);
  if (edits.length === 0) return [];
  return [{ title: "Fix all that Instar can fix alone", kind: fixAllKind, edit: toWorkspaceEdit(edits, context.open, context.abilities) }];
}

/** Ranges that only touch overlap as well: a cursor at the end of the squiggle is on it. */
function overlaps(a: LspRange, b: LspRange): boolean {
  return !before(a.end, b.start) && !before(b.end, a.start);
}

function before(a: LspRange["start"], b: LspRange["start"]): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}

function distance(finding: Finding, reference: FixAnswers): number {
  return Math.abs(finding.range.start.line - reference.line);
}

/** The client's own diagnostic, so that it knows what the fix is for. */
function sameDiagnostic(diagnostics: readonly Diagnostic[], finding: Finding): Diagnostic | undefined {
  return diagnostics.find(({ code, message }) => code === finding.rule && message === finding.message);
}

/** `State.members[].name` is `members[].name` to a person who looks at the state. */
function short(path: string): string {
  return path.replace(/^State\./, "");
}
