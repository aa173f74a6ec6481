/**
 * Where a source names a message: it is declared, handled, sent or translated there. Which message it is, the place says at which its name is
 * declared, since several actors may have messages of one name. As the type checker resolves it, and tolerant of code that is wrong.
 */
import { partsOfSend, type Send } from "../bodies/sends.ts";
import { definitionNodes } from "../definition.ts";
import { protocolTypeOf } from "../extract.ts";
import { findActor, unwrap, valueOf } from "../find.ts";
import { type Section, sections } from "../protocol-shapes.ts";
import { protocolsOf } from "../receivers.ts";
import { locationOf, rangeIn, rangeOf } from "../source-place.ts";
import type { Location, Range } from "../span.ts";
import { ts } from "../typescript.ts";

export interface MessagePlace extends Location {
  /** `computed`: the name is an expression that may be this one. `mentioned`: a type or a value speaks of it. */
  readonly role: "declared" | "handled" | "sent" | "computed" | "translated" | "mentioned";
  /** Of the name, without quotes; of the whole expression where it is computed. */
  readonly range: Range;
  /** All of what is declared, handled or sent there. */
  readonly whole: Range;
  /** Where its name is declared; in several places where the receiver may be one of several actors, in none where that is not known. */
  readonly declared: readonly Location[];
  /** Whether what is declared there is certainly a message. */
  readonly certain: boolean;
  /** Whether the receiver may be somebody of whom nothing is known. */
  readonly open: boolean;
  /** How the name is written, for whoever writes another one. */
  readonly written: "name" | "quoted" | "shorthand" | "property";
  /** The version that a translation's step starts from. */
  readonly from: number | null;
  /** Null where only the declaration says it. */
  readonly section: Section | null;
  /** What sends it; null where that runs when the module is loaded, or where nothing is sent. */
  readonly within: Sender | null;
}

/** A handler, or the outermost function around. */
export interface Sender {
  readonly kind: "handler" | "function";
  readonly name: string;
  readonly whole: Range;
  readonly range: Range;
}

export function messagePlaces(
  source: ts.SourceFile,
  checker: ts.TypeChecker,
  isRuntime: (file: string) => boolean,
  name: string,
): readonly MessagePlace[] {
  return new PlaceReader(source, checker, isRuntime, name).read();
}

type NameNode = ts.Identifier | ts.StringLiteralLike;
type Details = Pick<MessagePlace, "declared"> & Partial<MessagePlace>;
/** What a key of the file's actor stands for. */
type Key = { readonly section: Section } | { readonly from: number };

const sectionOf = { call: "calls", cast: "casts", sendAfter: "infos" } as const satisfies Record<Send["via"], Section>;

class PlaceReader {
  readonly #source: ts.SourceFile;
  readonly #checker: ts.TypeChecker;
  readonly #isRuntime: (file: string) => boolean;
  readonly #name: string;
  /** The protocol of the file's actor. */
  readonly #own: ts.Type | undefined;
  readonly #keys = new Map<ts.Node, Key>();

  constructor(source: ts.SourceFile, checker: ts.TypeChecker, isRuntime: (file: string) => boolean, name: string) {
    this.#source = source;
    this.#checker = checker;
    this.#isRuntime = isRuntime;
    this.#name = name;
    const { actor } = findActor(checker, source, isRuntime);
    if (actor === null) return;
    this.#own = protocolTypeOf(actor.call, checker);
    const { object, steps } = definitionNodes(actor.call);
    if (object !== null) for (const [key, section] of handlersOf(object)) this.#keys.set(key, { section });
    for (const { from, object: step } of steps)
      if (from !== null && step !== null) for (const key of elementsOf(valueUnder(step, "messages"))) this.#keys.set(key, { from });
  }

  read(): readonly MessagePlace[] {
    const found: MessagePlace[] = [];
    const visit = (node: ts.Node): void => {
      let place: MessagePlace | undefined;
      if ((ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && node.text === this.#name) place = this.#placeOf(node);
      else if (ts.isCallExpression(node)) place = this.#computedIn(node);
      if (place !== undefined) found.push(place);
      ts.forEachChild(node, visit);
    };
    visit(this.#source);
    return found;
  }

  #placeOf(node: NameNode): MessagePlace | undefined {
    const { parent } = node;
    const call = ts.isStringLiteralLike(node) ? callOf(node) : undefined;
    if (call !== undefined) return this.#sent(node, call);
    const key = ts.isComputedPropertyName(parent) && ts.isStringLiteralLike(node) ? parent.parent : parent;
    if (ts.isObjectLiteralElementLike(key) && (key.name === node || key.name === parent)) return this.#key(node, key);
    if (ts.isBindingElement(parent) && (parent.propertyName ?? parent.name) === node) return this.#taken(node, parent);
    if (isMember(parent) && parent.name === node) {
      const symbol = this.#checker.getSymbolAtLocation(node);
      return this.#place(node, "declared", parent, { declared: [...placesOf(symbol), ...this.#overridden(parent)] });
    }
    return this.#mentioned(node);
  }

  /** What an interface says again of what it extends goes by one name. */
  #overridden({ parent }: ts.PropertySignature | ts.MethodSignature): readonly Location[] {
    const type = ts.isInterfaceDeclaration(parent) ? this.#checker.getTypeAtLocation(parent) : undefined;
    return type?.isClassOrInterface() === true
      ? this.#checker.getBaseTypes(type).flatMap((base) => placesOf(this.#checker.getPropertyOfType(base, this.#name)))
      : [];
  }

  #sent(node: NameNode, call: ts.CallExpression): MessagePlace | undefined {
    const receivers = this.#receiversOf(call);
    // What is called `call` or `cast` need have nothing to do with messages.
    if (receivers.every((each) => each === "other")) return undefined;
    const declared = this.#sentTo(call, receivers);
    return this.#place(node, "sent", call, {
      declared,
      certain: true,
      open: receivers.includes("unknown"),
      section: sectionIn(call),
      within: this.#senderOf(call),
    });
  }

  #key(node: NameNode, element: ts.ObjectLiteralElementLike): MessagePlace | undefined {
    const key = this.#keys.get(element);
    const written = ts.isShorthandPropertyAssignment(element) ? { written: "shorthand" as const } : {};
    if (key === undefined) {
      // Handlers may be written apart from the definition.
      const declared = this.#expectedOf(element);
      return declared.length === 0 ? undefined : this.#place(node, "handled", element, { declared, ...written });
    }
    if ("from" in key) {
      const declared = sections.flatMap((section) => this.#declaredIn(this.#own, section));
      return this.#place(node, "translated", element, { declared, certain: true, from: key.from, ...written });
    }
    const { section } = key;
    const declared = this.#declaredIn(this.#own, section);
    return this.#place(node, "handled", element, { declared, certain: true, section, ...written });
  }

  /** Handlers may be taken out of where they are written. */
  #taken(node: NameNode, element: ts.BindingElement): MessagePlace | undefined {
    const type = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(element.parent));
    const declared = this.#meantBy(this.#checker.getPropertyOfType(type, this.#name));
    const written = element.propertyName === undefined ? { written: "shorthand" as const } : {};
    return this.#place(node, "mentioned", element, { declared, ...written });
  }

  #mentioned(node: NameNode): MessagePlace | undefined {
    const { parent } = node;
    const checker = this.#checker;
    if (ts.isLiteralTypeNode(parent) && ts.isIndexedAccessTypeNode(parent.parent) && parent.parent.indexType === parent) {
      const table = checker.getNonNullableType(checker.getTypeFromTypeNode(parent.parent.objectType));
      return this.#place(node, "mentioned", parent.parent, { declared: placesOf(checker.getPropertyOfType(table, this.#name)) });
    }
    const isProperty = ts.isPropertyAccessExpression(parent) && parent.name === node;
    if (!isProperty && !(ts.isElementAccessExpression(parent) && parent.argumentExpression === node)) return undefined;
    const declared = this.#meantBy(checker.getSymbolAtLocation(node));
    return this.#place(node, "mentioned", parent, { declared, ...(isProperty ? { written: "property" } : {}) });
  }

  /** A name that is no literal, and may be this one by its type. */
  #computedIn(call: ts.CallExpression): MessagePlace | undefined {
    const parts = partsOfSend(call);
    if (parts === undefined || isLiteral(parts.name)) return undefined;
    const type = this.#checker.getTypeAtLocation(parts.name);
    const known = this.#checker.getBaseConstraintOfType(type) ?? type;
    if (!(known.isUnion() ? known.types : [known]).some((each) => each.isStringLiteral() && each.value === this.#name)) return undefined;
    const declared = this.#sentTo(call, this.#receiversOf(call));
    return declared.length === 0 ? undefined : this.#place(parts.name, "computed", call, { declared, section: sectionOf[parts.via] });
  }

  #place(node: ts.Node, role: MessagePlace["role"], whole: ts.Node, details: Details): MessagePlace {
    const source = this.#source;
    const quoted = ts.isStringLiteralLike(node);
    return {
      file: source.fileName,
      role,
      range: quoted ? rangeIn(source, node.getStart(source) + 1, node.getEnd() - 1) : rangeOf(node),
      whole: rangeOf(whole),
      certain: false,
      open: false,
      written: quoted ? "quoted" : "name",
      from: null,
      section: null,
      within: null,
      ...details,
    };
  }

  #senderOf(call: ts.CallExpression): Sender | null {
    let outermost: Sender | null = null;
    for (let at: ts.Node = call; !ts.isSourceFile(at); at = at.parent) {
      const name = nameOf(at);
      if (name === undefined) continue;
      const sender = { name: name.text, whole: rangeOf(at), range: rangeOf(name) };
      const key = this.#keys.get(at);
      if (key !== undefined && "section" in key) return { kind: "handler", ...sender };
      outermost = { kind: "function", ...sender };
    }
    return outermost;
  }

  #receiversOf(call: ts.CallExpression): readonly (ts.Type | "unknown" | "other")[] {
    const { target, via } = partsOfSend(call) ?? {};
    if (target !== null && target !== undefined) {
      const type = this.#checker.getTypeAtLocation(target);
      return protocolsOf(this.#checker.getBaseConstraintOfType(type) ?? type, this.#checker, this.#isRuntime);
    }
    // A `sendAfter` that was taken out of `self`.
    return [via === "sendAfter" && this.#own !== undefined ? this.#own : "other"];
  }

  #sentTo(call: ts.CallExpression, receivers: readonly (ts.Type | "unknown" | "other")[]): readonly Location[] {
    const section = sectionIn(call);
    if (section === null) return [];
    return receivers.flatMap((each) => (typeof each === "string" ? [] : this.#declaredIn(each, section)));
  }

  /** What a protocol calls so. */
  #declaredIn(protocol: ts.Type | undefined, section: Section): readonly Location[] {
    if (protocol === undefined) return [];
    const checker = this.#checker;
    const table = checker.getPropertyOfType(checker.getBaseConstraintOfType(protocol) ?? protocol, section);
    if (table === undefined) return [];
    return placesOf(checker.getPropertyOfType(checker.getNonNullableType(checker.getTypeOfSymbol(table)), this.#name));
  }

  /** A handler that is written out apart stands for the message that is expected there. */
  #meantBy(symbol: ts.Symbol | undefined): readonly Location[] {
    const elements = symbol?.declarations?.filter(ts.isObjectLiteralElementLike) ?? [];
    const expected = elements.flatMap((element) => {
      const key = this.#keys.get(element);
      return key !== undefined && "section" in key ? this.#declaredIn(this.#own, key.section) : this.#expectedOf(element);
    });
    return expected.length > 0 ? expected : placesOf(symbol);
  }

  #expectedOf({ parent }: ts.ObjectLiteralElementLike): readonly Location[] {
    const type = ts.isObjectLiteralExpression(parent) ? this.#checker.getContextualType(parent) : undefined;
    return type === undefined ? [] : placesOf(this.#checker.getPropertyOfType(this.#checker.getNonNullableType(type), this.#name));
  }
}

function isMember(node: ts.Node): node is ts.PropertySignature | ts.MethodSignature {
  return ts.isPropertySignature(node) || ts.isMethodSignature(node);
}

/** Of what may run: a function, or what one is written into. */
function nameOf(node: ts.Node): ts.Identifier | ts.StringLiteralLike | ts.NumericLiteral | undefined {
  const named =
    ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isPropertyAssignment(node) || ts.isClassDeclaration(node);
  const isVariable = ts.isVariableDeclaration(node) && node.initializer !== undefined && ts.isFunctionLike(unwrap(node.initializer));
  const { name } = named || isVariable ? node : {};
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)) ? name : undefined;
}

function sectionIn(call: ts.CallExpression): Section | null {
  const parts = partsOfSend(call);
  return parts === undefined ? null : sectionOf[parts.via];
}

/** Where a symbol's names stand. */
function placesOf(symbol: ts.Symbol | undefined): readonly Location[] {
  return (symbol?.declarations ?? []).flatMap((declaration) => {
    const name = ts.getNameOfDeclaration(declaration);
    return name === undefined ? [] : [locationOf(name)];
  });
}

/** The call that sends a message of this name; it may be one of several that are chosen from. */
function callOf(literal: ts.StringLiteralLike): ts.CallExpression | undefined {
  let at: ts.Expression = literal;
  while (isAround(at.parent, at)) at = at.parent;
  const { parent } = at;
  return ts.isCallExpression(parent) && partsOfSend(parent)?.name === at ? parent : undefined;
}

function isAround(parent: ts.Node, inner: ts.Expression): parent is ts.Expression {
  return isWrapper(parent) || (ts.isConditionalExpression(parent) && parent.condition !== inner);
}

function isWrapper(node: ts.Node): node is ts.ParenthesizedExpression | ts.AsExpression | ts.SatisfiesExpression {
  return ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node);
}

function isLiteral(name: ts.Expression): boolean {
  if (isWrapper(name)) return isLiteral(name.expression);
  return ts.isStringLiteralLike(name) || (ts.isConditionalExpression(name) && isLiteral(name.whenTrue) && isLiteral(name.whenFalse));
}

/** The handlers of an actor, and of each state of a state machine. */
function* handlersOf(definition: ts.ObjectLiteralExpression): Generator<readonly [ts.ObjectLiteralElementLike, Section]> {
  const states = elementsOf(valueUnder(definition, "states")).map((state) => valueIn(state));
  for (const tables of [definition, valueUnder(definition, "any"), ...states])
    if (tables !== undefined && ts.isObjectLiteralExpression(tables))
      for (const section of sections) for (const key of elementsOf(valueUnder(tables, section))) yield [key, section];
}

function valueUnder(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const element = object.properties.findLast((each) => each.name !== undefined && textOf(each.name) === name);
  return element === undefined ? undefined : valueIn(element);
}

function valueIn(element: ts.ObjectLiteralElementLike): ts.Expression | undefined {
  if (ts.isPropertyAssignment(element)) return valueOf(element.initializer);
  return ts.isShorthandPropertyAssignment(element) ? valueOf(element.name) : undefined;
}

/** With what is spread into it, where that is written out in this file. */
function elementsOf(value: ts.Expression | undefined, depth = 0): readonly ts.ObjectLiteralElementLike[] {
  if (value === undefined || !ts.isObjectLiteralExpression(value) || depth > 5) return [];
  return value.properties.flatMap((each) => (ts.isSpreadAssignment(each) ? elementsOf(valueOf(each.expression), depth + 1) : [each]));
}

function textOf(name: ts.PropertyName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? name.text : undefined;
}
