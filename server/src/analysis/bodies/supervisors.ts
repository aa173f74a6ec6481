/** Supervisors as their files declare them: strategy, restart intensity and children, as far as these are written out. */
import { defaultCall, unwrap, valueOf } from "../find.ts";
import { runtimePackage } from "../runtime-names.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";

export interface SupervisorCall {
  /** What is called: `supervisor`. */
  readonly range: Range;
  /** Whether the file exports it by default, so that it is a module of its own. */
  readonly exported: boolean;
  /** Null where it is not written out. */
  readonly strategy: Written<string> | null;
  /** Undefined where none is given, null where it is not written out. */
  readonly intensity: Intensity | null | undefined;
  readonly children: readonly ChildCall[];
  /** Whether there may be children that are not written out. */
  readonly open: boolean;
  /** The place for another child and what stands before it there; null where the list is not written out. */
  readonly another: Another | null;
}

export interface Another {
  readonly range: Range;
  readonly before: string;
  /** What is called for a child: `child`. */
  readonly child: string;
  /** Where an import may stand, after those that are there. */
  readonly imports: Range;
  /** All names in the file, so that a new one is none of them. */
  readonly names: readonly string[];
}

/** A value with its place, which is that of the whole call where it goes without saying. */
export interface Written<T> {
  readonly value: T;
  readonly range: Range;
}

export interface Intensity {
  readonly range: Range;
  /** Null where it is not a number that is written out. */
  readonly restarts: Written<number | null>;
  readonly within: Written<number | null>;
}

export interface ChildCall {
  readonly range: Range;
  readonly id: Written<string | null>;
  /** What is imported as its module. */
  readonly module: Imported | null;
  /** What the file calls it. */
  readonly handle: string;
  /** `permanent` where nothing is said; null where it is not written out. */
  readonly restart: string | null;
  /** All options but the id: in an order and with spaces of our own, and as they are written. */
  readonly options: string;
  readonly optionsText: string;
}

export interface Imported {
  /** The specifier. */
  readonly from: string;
  readonly name: string;
}

export function supervisors(body: BodySource): readonly SupervisorCall[] {
  const found: SupervisorCall[] = [];
  const exported = defaultCall(body.source);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isOfRuntime(node, "supervisor", body)) found.push(supervisorOf(node, node === exported, body));
    ts.forEachChild(node, visit);
  };
  visit(body.source);
  return found;
}

/** Whether a call is one of a function of the runtime's package. */
export function isOfRuntime(call: ts.CallExpression, name: string, { names }: BodySource): boolean {
  const meaning = names.meaningOf(call.expression);
  return meaning?.kind === "import" && meaning.from === runtimePackage && meaning.name === name;
}

/** What an expression imports, where it is no more than that. */
export function importedBy(expression: ts.Expression | undefined, { names }: BodySource): Imported | null {
  const meaning = expression === undefined ? undefined : names.meaningOf(expression);
  return meaning?.kind === "import" ? { from: meaning.from, name: meaning.name } : null;
}

function supervisorOf(call: ts.CallExpression, exported: boolean, body: BodySource): SupervisorCall {
  const range = rangeOf(call.expression);
  const [argument] = call.arguments;
  const definition = argument === undefined ? undefined : valueOf(argument);
  if (definition === undefined || !ts.isObjectLiteralExpression(definition) || definition.properties.some(ts.isSpreadAssignment))
    return { range, exported, strategy: null, intensity: null, children: [], open: true, another: null };
  const [strategy, intensity, children] = ["strategy", "intensity", "children"].map((name) => propertyOf(definition, name));
  const strategyText = strategy === undefined ? "one_for_one" : textOf(strategy);
  const list = children === undefined ? undefined : valueOf(children);
  const elements = list !== undefined && ts.isArrayLiteralExpression(list) ? [...list.elements] : [];
  const known = elements.map((each) => childOf(each, body));
  const written = known.filter((each) => each !== null);
  return {
    range,
    exported,
    strategy: strategyText === null ? null : { value: strategyText, range: strategy === undefined ? range : rangeOf(strategy) },
    intensity: intensity === undefined ? undefined : intensityOf(valueOf(intensity)),
    children: written,
    open: list === undefined || !ts.isArrayLiteralExpression(list) || written.length < known.length,
    another: list !== undefined && ts.isArrayLiteralExpression(list) ? anotherIn(list, body) : null,
  };
}

/** Beside a child that there is, whose way of writing it takes. */
function anotherIn(list: ts.ArrayLiteralExpression, { source }: BodySource): Another | null {
  const last = list.elements.at(-1);
  const call = last === undefined ? undefined : unwrap(last);
  const imports = source.statements.findLast(ts.isImportDeclaration);
  if (last === undefined || call === undefined || !ts.isCallExpression(call) || imports === undefined) return null;
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const newLine = /\n[ \t]*$/.exec(source.text.slice(0, last.getStart()))?.[0];
  return {
    range: rangeIn(source, last.end, last.end),
    before: newLine === undefined ? ", " : `,${newLine}`,
    child: call.expression.getText(),
    imports: rangeIn(source, imports.end, imports.end),
    names: [...names],
  };
}

function childOf(element: ts.Expression, body: BodySource): ChildCall | null {
  const call = valueOf(element);
  if (!ts.isCallExpression(call) || !isOfRuntime(call, "child", body)) return null;
  const [handle, given] = call.arguments;
  const options = given === undefined ? undefined : valueOf(given);
  const range = rangeOf(call);
  const [module, text] = [importedBy(handle, body), handle?.getText() ?? ""];
  if (options === undefined || !ts.isObjectLiteralExpression(options) || options.properties.some(ts.isSpreadAssignment))
    return { range, id: { value: null, range }, module, handle: text, restart: null, options: given?.getText() ?? "", optionsText: "" };
  const [id, restart] = [propertyOf(options, "id"), propertyOf(options, "restart")];
  const others = options.properties.filter(({ name }) => name?.getText() !== "id");
  return {
    range,
    id: { value: id === undefined ? null : textOf(id), range: id === undefined ? range : rangeOf(id) },
    module,
    handle: text,
    restart: restart === undefined ? "permanent" : textOf(restart),
    options: others
      .map((each) => tokensOf(each))
      .toSorted()
      .join(" "),
    optionsText: others.map((each) => each.getText()).join(", "),
  };
}

/** The text without comments and line breaks. */
function tokensOf(node: ts.Node): string {
  const tokens: string[] = [];
  const visit = (each: ts.Node): void => {
    const children = each.getChildren();
    if (children.length === 0) tokens.push(each.getText());
    else children.forEach(visit);
  };
  visit(node);
  return tokens
    .filter((token) => token !== "")
    .join(" ")
    .replaceAll(/ ,(?= [)\]}]|$)/g, "");
}

function intensityOf(value: ts.Expression): Intensity | null {
  if (!ts.isObjectLiteralExpression(value)) return null;
  const [restarts, within] = [propertyOf(value, "restarts"), propertyOf(value, "within")];
  if (restarts === undefined || within === undefined) return null;
  return {
    range: rangeOf(value),
    restarts: { value: numberOf(restarts), range: rangeOf(restarts) },
    within: { value: numberOf(within), range: rangeOf(within) },
  };
}

/** Numbers, and what is reckoned with them. */
function numberOf(expression: ts.Expression): number | null {
  const value = valueOf(expression);
  if (ts.isNumericLiteral(value)) return Number(value.text);
  if (/^(Number\.POSITIVE_INFINITY|Infinity)$/.test(value.getText())) return Infinity;
  if (/^Number\.MAX_SAFE_INTEGER$/.test(value.getText())) return Number.MAX_SAFE_INTEGER;
  if (ts.isPrefixUnaryExpression(value) && value.operator === ts.SyntaxKind.MinusToken) {
    const of = numberOf(value.operand);
    return of === null ? null : -of;
  }
  if (!ts.isBinaryExpression(value)) return null;
  const [left, right] = [numberOf(value.left), numberOf(value.right)];
  if (left === null || right === null) return null;
  if (value.operatorToken.kind === ts.SyntaxKind.AsteriskToken) return left * right;
  if (value.operatorToken.kind === ts.SyntaxKind.SlashToken) return left / right;
  return value.operatorToken.kind === ts.SyntaxKind.PlusToken ? left + right : null;
}

function textOf(expression: ts.Expression): string | null {
  const value = valueOf(expression);
  return ts.isStringLiteralLike(value) ? value.text : null;
}

function propertyOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const property of object.properties) {
    if (property.name?.getText().replaceAll(/["']/g, "") !== name) continue;
    if (ts.isPropertyAssignment(property)) return unwrap(property.initializer);
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
}
