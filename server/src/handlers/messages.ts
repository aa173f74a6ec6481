/** Go to definition, find references and rename for messages, whose names are texts where they are sent, so that TypeScript knows little of them. */
import {
  type CancellationToken,
  type Definition,
  type DefinitionLink,
  type Location,
  LSPErrorCodes,
  type PrepareRenameResult,
  type ReferenceParams,
  type RenameParams,
  ResponseError,
  type TextDocumentPositionParams,
  type WorkspaceEdit,
} from "vscode-languageserver";
import type { MessagePlace } from "../analysis/navigation/message-places.ts";
import {
  handlersBeside,
  handlersOf,
  keyOf,
  mayBeMessage,
  mayBeModule,
  messageAt,
  moduleAt,
  type NamedMessage,
  placesNaming,
} from "../analysis/navigation/find-messages.ts";
import type { ProjectMessages } from "../analysis/navigation/project-messages.ts";
import { renameMessage, whyNot } from "../analysis/navigation/rename-message.ts";
import type { Project } from "../projects.ts";
import {
  type ClientAbilities,
  fromLspPosition,
  type OpenDocuments,
  toLocation,
  toLocationLink,
  toLspRange,
  toWorkspaceEdit,
} from "../to-lsp.ts";

export interface MessagesContext {
  readonly open: OpenDocuments;
  readonly abilities: ClientAbilities;
  /** Where a document lies, if it is a file of a project. */
  projectOf(uri: string): Promise<{ readonly project: Project; readonly file: string } | undefined>;
  /** All of the workspace: who sends to an actor may belong to another project. */
  projects(): readonly Project[];
  /** For what a person should know of a rename that was made. */
  tell(message: string): void;
}

export async function definition(
  context: MessagesContext,
  params: TextDocumentPositionParams,
  token: CancellationToken,
): Promise<Definition | DefinitionLink[] | null> {
  const beside = await definitionBeside(context, params);
  if (beside !== undefined) return beside;
  const search = await startSearch(context, params, token);
  if (search === undefined) return null;
  const { message } = search;
  // What is handled or declared here, TypeScript knows as well.
  if (message !== undefined && (message.place.role === "sent" || message.place.role === "translated")) {
    const handlers = handlersOf(search.all, message);
    if (handlers.length > 0) return toTargets(context, handlers, message.place);
  }
  const module = search.module();
  return module === undefined ? null : toTargets(context, [{ file: module.file, range: module.ranges.actor, whole: module.ranges.actor }]);
}

/** What is sent is mostly handled where it is declared: that needs no more than these two files. Undefined where it is otherwise. */
async function definitionBeside(
  context: MessagesContext,
  { textDocument, position }: TextDocumentPositionParams,
): Promise<Definition | DefinitionLink[] | undefined> {
  const found = await context.projectOf(textDocument.uri);
  const text = found?.project.workspace.readFile(found.file);
  if (found === undefined || text === undefined) return undefined;
  const { project, file } = found;
  const at = fromLspPosition(position);
  if (!mayBeMessage(project.workspace.analyzer.messages, file, text, at, true)) return undefined;
  const version = context.open.version(file);
  const handled = await project.askNow(({ messages }) => {
    const message = messageAt([messages], messages, file, text, at);
    const handlers = message?.place.role === "sent" ? handlersBeside(messages, message) : undefined;
    return message === undefined || handlers === undefined ? undefined : { place: message.place, handlers };
  });
  if (context.open.version(file) !== version) throw movedOn();
  return handled === undefined ? undefined : toTargets(context, handled.handlers, handled.place);
}

export async function references(context: MessagesContext, params: ReferenceParams, token: CancellationToken): Promise<Location[] | null> {
  const search = await startSearch(context, params, token);
  if (search?.message === undefined) return null;
  const { declared } = search.message;
  const places = (await search.places(search.message)).filter(
    ({ role, declared: its }) =>
      role !== "computed" &&
      (params.context.includeDeclaration || (role !== "declared" && role !== "handled")) &&
      its.some((at) => declared.has(keyOf(at))),
  );
  return places.map((place) => toLocation(place, context.open));
}

export async function prepareRename(
  context: MessagesContext,
  params: TextDocumentPositionParams,
  token: CancellationToken,
): Promise<PrepareRenameResult | null> {
  const search = await startSearch(context, params, token);
  if (search?.message === undefined) return null;
  const { name, place } = search.message;
  const refused = whyNot(search.all, search.message);
  if (refused !== null) throw refusal(refused);
  return { range: toLspRange(place.range), placeholder: name };
}

export async function rename(context: MessagesContext, params: RenameParams, token: CancellationToken): Promise<WorkspaceEdit | null> {
  const search = await startSearch(context, params, token);
  if (search?.message === undefined) return null;
  const { message } = search;
  const renaming = renameMessage(search.all, message, await search.places(message), params.newName);
  if (typeof renaming === "string") throw refusal(renaming);
  if (renaming.left.length > 0) context.tell(leftText(message, renaming.left));
  for (const actor of renaming.madeElsewhere)
    context.tell(
      `The handler of "${message.name}" is not written out where ${actor} is defined, so it keeps its name. Rename it there as well.`,
    );
  return toWorkspaceEdit(renaming.edits, context.open, context.abilities);
}

export interface Search {
  readonly all: readonly ProjectMessages[];
  /** Of the project that the document belongs to. */
  readonly own: ProjectMessages;
  /** Undefined where no message is named at the place. */
  readonly message: NamedMessage | undefined;
  /** The actor whose id is written there. */
  module(): ReturnType<typeof moduleAt>;
  /** All places that name it so, as they are now. */
  places(message: NamedMessage): Promise<readonly MessagePlace[]>;
}

/** @returns undefined where nothing here is any business of ours, or nobody waits for the answer any more. */
export async function startSearch(
  { projectOf, projects, open }: MessagesContext,
  { textDocument, position }: TextDocumentPositionParams,
  token: CancellationToken,
): Promise<Search | undefined> {
  const found = await projectOf(textDocument.uri);
  if (found === undefined) return undefined;
  const { file } = found;
  const version = open.version(file);
  const text = found.project.workspace.readFile(file);
  const at = fromLspPosition(position);
  if (text === undefined) return undefined;
  const own = found.project.workspace.analyzer.messages;
  const messages = mayBeMessage(own, file, text, at);
  // Before anything is read: most names are none of ours.
  if (!messages && !mayBeModule(text, at)) return undefined;
  const all = [...new Set([found.project, ...projects()])];
  for (;;) {
    if (!(await isCurrent(all, token))) return undefined;
    if (open.version(file) !== version) throw movedOn();
    const known = all.map(({ workspace }) => workspace.analyzer.messages);
    const [its = own] = known;
    const asked = messages ? found.project.workspace.ask(() => messageAt(known, its, file, text, at)) : { answer: undefined };
    if (asked === null) {
      await Promise.all(all.map(({ workspace }) => workspace.loadCompiler()));
      continue;
    }
    return {
      all: known,
      own: its,
      message: asked.answer,
      module: () => moduleAt(known, text, at),
      places: (message) => placesOf(all, known, message, token),
    };
  }
}

/** Whether all projects are read as they are now. */
async function isCurrent(projects: readonly Project[], token: CancellationToken): Promise<boolean> {
  for (;;) {
    const before = projects.map(({ generation }) => generation);
    for (const project of projects) if ((await project.current("read", () => !token.isCancellationRequested)) === undefined) return false;
    if (projects.every(({ generation }, index) => generation === before[index])) return true;
  }
}

async function placesOf(
  projects: readonly Project[],
  all: readonly ProjectMessages[],
  { name, place }: NamedMessage,
  token: CancellationToken,
): Promise<readonly MessagePlace[]> {
  await Promise.all(projects.map(({ workspace }) => workspace.loadCompiler()));
  const before = projects.map(({ generation }) => generation);
  const steps = placesNaming(all, name, place.declared);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await new Promise((resolve) => setImmediate(resolve));
    // Places of texts that are gone are worth nothing.
    if (token.isCancellationRequested || projects.some(({ generation }, index) => generation !== before[index])) throw movedOn();
  }
}

function toTargets(
  { open, abilities }: MessagesContext,
  targets: readonly Pick<MessagePlace, "file" | "range" | "whole">[],
  origin?: MessagePlace,
): Definition | DefinitionLink[] {
  return abilities.definitionLinks
    ? targets.map((target) => toLocationLink(target, open, origin?.range))
    : targets.map((target) => toLocation(target, open));
}

function leftText({ name }: NamedMessage, left: readonly { readonly file: string; readonly range: MessagePlace["range"] }[]): string {
  const places = left.map(({ file, range }) => `${file.slice(file.lastIndexOf("/") + 1)}:${range.start.line}`);
  const some = places.length > 5 ? [...places.slice(0, 5), `${places.length - 5} more`] : places;
  return left.length === 1
    ? `One place may send "${name}" as well and keeps it, since its receiver or the name is known only when it runs: ${some.join(", ")}.`
    : `${left.length} places may send "${name}" as well and keep it, since their receivers or the names are known only when they run: ${some.join(", ")}.`;
}

function refusal(message: string): ResponseError {
  return new ResponseError(LSPErrorCodes.RequestFailed, message);
}

function movedOn(): ResponseError {
  return new ResponseError(LSPErrorCodes.ContentModified, "The text has moved on.");
}
