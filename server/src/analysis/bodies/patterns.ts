/**
 * Where code says what it expects of a state: a `switch` over a field, tests for a key or a value, positions of a tuple, and fields that are
 * read through a cast. With the path from the state, as far as the file's own text tells it.
 */
import { definitionNodes } from "../definition.ts";
import type { FileEdit } from "../rule.ts";
import { isFunction } from "../file-functions.ts";
import { defaultCall, unwrap } from "../find.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import type { FileNames } from "./file-names.ts";
import { eachPart } from "./reached-functions.ts";

/** A field, a position, or `[]` for any element. */
export type PatternPath = readonly (string | number)[];

export interface Pattern {
  /** The type by which a parameter is declared; null for the state that a handler gets. */
  readonly root: string | null;
  readonly path: PatternPath;
  /** As it stands there: `state.mode`. */
  readonly text: string;
  readonly range: Range;
  readonly expects: Expectation;
}

type Literal = string | number | boolean;

type Expectation =
  /** One of these, and something of its own for each; what follows where it is none of them. */
  | {
      readonly kind: "cases";
      readonly cases: readonly { readonly value: Literal; readonly range: Range }[];
      readonly otherwise: "nothing" | "throws" | "something";
      /** Where another case goes, and what stands before it. */
      readonly insert: { readonly range: Range; readonly before: string } | null;
    }
  /** `"key" in …`. */
  | { readonly kind: "key"; readonly key: string }
  /** A comparison with a value. */
  | { readonly kind: "value"; readonly value: Literal }
  /** A field that the types do not speak of. */
  | { readonly kind: "field"; readonly name: string }
  /** The names by which positions are called, from the first; null where one is passed over. */
  | {
      readonly kind: "positions";
      readonly names: readonly (string | null)[];
      readonly rest: boolean;
      /** The elements as they stand there; null where they are more than names. */
      readonly rewritten: Omit<FileEdit, "file" | "newText"> | null;
    };

interface Known {
  readonly root: string | null;
  readonly path: PatternPath;
}

export function patterns({ source, names }: BodySource): readonly Pattern[] {
  const found = new Map<string, Pattern>();
  const handlers = handlerFunctions(source);
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const roots = rootsOf(node, handlers);
      if (roots.length > 0) {
        const reader = new PatternReader(names, (pattern) => {
          const { start } = pattern.range;
          found.set(`${start.line}:${start.column} ${pattern.expects.kind}`, pattern);
        });
        for (const [name, known] of roots) reader.bind(name, known);
        reader.read(node);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found.values()];
}

/** The functions of the actor's definition that get a context with the state. */
function handlerFunctions(source: ts.SourceFile): ReadonlySet<ts.Node> {
  const call = defaultCall(source);
  const { object = null } = call === undefined ? {} : definitionNodes(call);
  const handlers = new Set<ts.Node>();
  for (const property of object?.properties ?? []) {
    const name = property.name?.getText() ?? "";
    const value = ts.isPropertyAssignment(property) ? unwrap(property.initializer) : property;
    if (name === "terminate") handlers.add(value);
    if (!/^(?:calls|casts|infos)$/.test(name) || !ts.isObjectLiteralExpression(value)) continue;
    for (const each of value.properties) handlers.add(ts.isPropertyAssignment(each) ? unwrap(each.initializer) : each);
  }
  return handlers;
}

function rootsOf(node: ts.SignatureDeclaration, handlers: ReadonlySet<ts.Node>): readonly (readonly [ts.BindingName, Known])[] {
  const [context] = handlers.has(node) ? node.parameters : [];
  const roots: (readonly [ts.BindingName, Known])[] = [];
  if (context !== undefined && ts.isObjectBindingPattern(context.name)) {
    for (const { name, propertyName } of context.name.elements)
      if ((propertyName ?? name).getText() === "state") roots.push([name, { root: null, path: [] }]);
  }
  for (const { name, type } of node.parameters) {
    if (type !== undefined && ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && type.typeArguments === undefined)
      roots.push([name, { root: type.typeName.text, path: [] }]);
  }
  return roots;
}

class PatternReader {
  readonly #names: FileNames;
  readonly #add: (pattern: Pattern) => void;
  readonly #known = new Map<string, Known>();

  constructor(names: FileNames, add: (pattern: Pattern) => void) {
    this.#names = names;
    this.#add = add;
  }

  bind(name: ts.BindingName, known: Known): void {
    if (ts.isIdentifier(name)) {
      let at: ts.Node = name;
      while (!ts.isParameter(at) && !ts.isVariableDeclaration(at)) at = at.parent;
      this.#known.set(`${at.pos} ${name.text}`, known);
      return;
    }
    if (ts.isArrayBindingPattern(name)) this.#positions(name, known);
    for (const [index, element] of name.elements.entries()) {
      if (ts.isOmittedExpression(element) || element.dotDotDotToken !== undefined) continue;
      const key = ts.isArrayBindingPattern(name) ? index : (element.propertyName ?? element.name).getText();
      this.bind(element.name, { root: known.root, path: [...known.path, key] });
    }
  }

  read(node: ts.Node): void {
    eachPart(node, (part) => {
      this.#learn(part);
      this.#look(part);
    });
  }

  #learn(part: ts.Node): void {
    if (ts.isVariableDeclaration(part)) {
      const loop = part.parent.parent;
      const of = ts.isForOfStatement(loop) ? this.#pathOf(loop.expression) : undefined;
      const value = part.initializer === undefined ? undefined : this.#pathOf(part.initializer);
      if (of !== undefined) this.bind(part.name, { root: of.root, path: [...of.path, "[]"] });
      if (value === undefined) return;
      this.bind(part.name, value);
      const at = value.path.at(-1);
      // A name says what was expected at the position.
      if (typeof at === "number" && ts.isIdentifier(part.name) && part.initializer !== undefined) {
        const before = Array.from({ length: at }, () => null);
        const expects: Expectation = { kind: "positions", names: [...before, part.name.text], rest: true, rewritten: null };
        this.#add({
          root: value.root,
          path: value.path.slice(0, -1),
          text: part.initializer.getText(),
          range: rangeOf(part.initializer),
          expects,
        });
      }
      return;
    }
    if (!ts.isCallExpression(part)) return;
    const callee = unwrap(part.expression);
    const [callback] = part.arguments;
    if (!ts.isPropertyAccessExpression(callee) || !givesElements.has(callee.name.text) || callback === undefined) return;
    const list = this.#pathOf(callee.expression);
    const parameter = isFunction(callback) ? callback.parameters[0] : undefined;
    if (list !== undefined && parameter !== undefined) this.bind(parameter.name, { root: list.root, path: [...list.path, "[]"] });
  }

  #look(part: ts.Node): void {
    if (ts.isSwitchStatement(part)) this.#switch(part);
    else if (ts.isCallExpression(part)) this.#match(part);
    else if (ts.isBinaryExpression(part)) this.#test(part);
    else if (ts.isPropertyAccessExpression(part)) {
      let cast: ts.Expression = part.expression;
      while (ts.isParenthesizedExpression(cast)) cast = cast.expression;
      const of = ts.isAsExpression(cast) ? this.#pathOf(cast) : undefined;
      if (of !== undefined) this.#found(part, of, { kind: "field", name: part.name.text });
    }
  }

  #switch(statement: ts.SwitchStatement): void {
    const of = this.#pathOf(statement.expression);
    const { clauses } = statement.caseBlock;
    const cases = clauses
      .filter(ts.isCaseClause)
      .map((clause) => ({ value: literalOf(clause.expression), range: rangeOf(clause.expression) }));
    if (of === undefined || !cases.every((each): each is { value: Literal; range: Range } => each.value !== undefined)) return;
    const other = clauses.find(ts.isDefaultClause);
    const throws = other?.statements.some(ts.isThrowStatement) === true;
    const last = clauses.at(-1);
    const source = statement.getSourceFile();
    const indentation = last === undefined ? "" : (/[ \t]*$/.exec(source.text.slice(0, last.getStart()))?.[0] ?? "");
    const insert =
      other === undefined && last !== undefined
        ? { range: rangeIn(source, last.getEnd(), last.getEnd()), before: `\n${indentation}` }
        : null;
    this.#found(statement.expression, of, {
      kind: "cases",
      cases,
      otherwise: other === undefined ? "nothing" : throws ? "throws" : "something",
      insert,
    });
  }

  /** `match(state.mode).with("open", …).run()` of ts-pattern; `exhaustive` is for the compiler to judge. */
  #match(call: ts.CallExpression): void {
    const end = ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : "";
    if (end !== "run" && end !== "otherwise") return;
    const cases: { value: Literal; range: Range }[] = [];
    let at = (call.expression as ts.PropertyAccessExpression).expression;
    for (;;) {
      if (!ts.isCallExpression(at)) return;
      const { expression } = at;
      if (!ts.isPropertyAccessExpression(expression)) break;
      const [pattern] = at.arguments;
      const value = pattern === undefined ? undefined : literalOf(pattern);
      if (expression.name.text !== "with" || pattern === undefined || value === undefined) return;
      cases.push({ value, range: rangeOf(pattern) });
      at = expression.expression;
    }
    const meaning = this.#names.meaningOf(at.expression);
    const [subject] = at.arguments;
    const of = subject === undefined ? undefined : this.#pathOf(subject);
    if (
      meaning?.kind !== "import" ||
      meaning.from !== "ts-pattern" ||
      meaning.name !== "match" ||
      of === undefined ||
      subject === undefined
    )
      return;
    this.#found(subject, of, { kind: "cases", cases, otherwise: end === "run" ? "throws" : "something", insert: null });
  }

  #test({ left, right, operatorToken: { kind } }: ts.BinaryExpression): void {
    if (kind === ts.SyntaxKind.InKeyword) {
      const key = literalOf(left);
      const of = this.#pathOf(right);
      if (typeof key === "string" && of !== undefined) this.#found(right, of, { kind: "key", key });
    } else if (equality.has(kind)) {
      for (const [one, other] of [
        [left, right],
        [right, left],
      ] as const) {
        const value = literalOf(other);
        const of = value === undefined ? undefined : this.#pathOf(one);
        if (value !== undefined && of !== undefined) this.#found(one, of, { kind: "value", value });
      }
    }
  }

  #positions(pattern: ts.ArrayBindingPattern, { root, path }: Known): void {
    const simple = pattern.elements.every(
      (each) => ts.isOmittedExpression(each) || (ts.isIdentifier(each.name) && each.initializer === undefined),
    );
    const names = pattern.elements.map((each) => (!ts.isOmittedExpression(each) && ts.isIdentifier(each.name) ? each.name.text : null));
    const rest = pattern.elements.some((each) => !ts.isOmittedExpression(each) && each.dotDotDotToken !== undefined);
    this.#add({
      root,
      path,
      text: pattern.getText(),
      range: rangeOf(pattern),
      expects: { kind: "positions", names, rest, rewritten: simple && !rest ? { range: rangeOf(pattern) } : null },
    });
  }

  #found(node: ts.Node, { root, path }: Known, expects: Expectation): void {
    this.#add({ root, path, text: node.getText(), range: rangeOf(node), expects });
  }

  #pathOf(expression: ts.Expression): Known | undefined {
    const value = unwrap(expression);
    if (ts.isIdentifier(value)) {
      const meaning = this.#names.meaningOf(value);
      return meaning?.kind === "local" ? this.#known.get(`${meaning.declaration.pos} ${value.text}`) : undefined;
    }
    if (ts.isPropertyAccessExpression(value)) {
      const of = this.#pathOf(value.expression);
      return of === undefined ? undefined : { root: of.root, path: [...of.path, value.name.text] };
    }
    if (!ts.isElementAccessExpression(value)) return undefined;
    const of = this.#pathOf(value.expression);
    const key = literalOf(value.argumentExpression);
    return of === undefined || key === undefined || typeof key === "boolean" ? undefined : { root: of.root, path: [...of.path, key] };
  }
}

function literalOf(expression: ts.Expression): Literal | undefined {
  const value = unwrap(expression);
  if (ts.isStringLiteralLike(value)) return value.text;
  if (ts.isNumericLiteral(value)) return Number(value.text);
  if (value.kind === ts.SyntaxKind.TrueKeyword) return true;
  return value.kind === ts.SyntaxKind.FalseKeyword ? false : undefined;
}

const equality: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
]);

/** Methods of lists that call a function with each element. */
const givesElements: ReadonlySet<string> = new Set(
  "every filter find findIndex findLast findLastIndex flatMap forEach map some".split(" "),
);
