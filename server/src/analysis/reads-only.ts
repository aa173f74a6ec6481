/**
 * Which steps of `codeChange` only read the state that they get: nothing that can be reached from it is written to. An upgrade runs these on
 * the states themselves, all others on copies, so what is not certain counts as writing.
 *
 * Syntax alone decides, in a list of what is allowed: values are read and made, locals are assigned, and what a function has made itself
 * may be written to. It calls nothing but functions of its own file for which the same holds, and methods of the platform that change
 * nothing. These go by their names, so states with class instances, whose methods may be anything, are for the caller to leave out, and what
 * comes from elsewhere, such as an imported value, may only be compared, or be part of what the step returns (`outside-names.ts`).
 */
import { definitionNodes } from "./definition.ts";
import { FileFunctions, type FunctionNode, isAssignment, isFunction, namesIn, rootOf } from "./file-functions.ts";
import { defaultCall, unwrap } from "./find.ts";
import { isPlainData, isReference, staysUntouched } from "./outside-names.ts";
import { ts } from "./typescript.ts";

/** The versions from which the steps `up` of a file's default export only read. */
export function readOnlySteps(file: string, text: string): readonly number[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const call = defaultCall(source);
  if (call === undefined) return [];
  const functions = new FileFunctions(source);
  const { object, codeChange, steps } = definitionNodes(call);
  const found = steps.flatMap(({ from, property, object: step }) => {
    // What is spread into the table, something behind it may replace.
    if (property.parent !== codeChange) return [];
    const up = step?.properties.find((part) => keyOf(part) === "up");
    if (from === null || up === undefined || !isLast(up) || !isLast(property) || !isLast(object?.properties.find(namesSteps))) return [];
    const proof = functions.isAssigned(call) || functions.isAssigned(up) ? null : proofOf(functions, up);
    return proof === null ? [] : [{ from, ...proof }];
  });
  // What a step has put into the state from elsewhere is unknown to the next one.
  return found
    .filter(({ from, takesOutside }) => !takesOutside || steps.every((step) => (step.from ?? Infinity) <= from))
    .map(({ from }) => from);
}

/** @param step the property `up` of a step. */
function proofOf(file: FileFunctions, step: ts.ObjectLiteralElementLike): { readonly takesOutside: boolean } | null {
  const node = ts.isShorthandPropertyAssignment(step) ? step.name : ts.isPropertyAssignment(step) ? unwrap(step.initializer) : step;
  const first = ts.isIdentifier(node) ? file.named(node.text) : isFunction(node) || ts.isMethodDeclaration(node) ? node : undefined;
  if (first === undefined || file.declaresOneOf(platformNames)) return null;
  // All that it calls, and what that calls, has to hold as well.
  const reached = new Set<FunctionNode>([first]);
  let takesOutside = false;
  for (const node of reached) {
    const proof = new FunctionProof(file, node, node === first, (called) => reached.add(called));
    if (!proof.holds()) return null;
    takesOutside ||= proof.takesOutside;
  }
  return { takesOutside };
}

function namesSteps(property: ts.ObjectLiteralElementLike): boolean {
  return keyOf(property) === "codeChange";
}

function keyOf({ name }: ts.ObjectLiteralElementLike): string | undefined {
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)) ? name.text : undefined;
}

/** Whether no later property of the object may take the place of this one. */
function isLast(property: ts.ObjectLiteralElementLike | undefined): boolean {
  if (property === undefined || !ts.isObjectLiteralExpression(property.parent)) return false;
  const { properties } = property.parent;
  return properties.slice(properties.indexOf(property) + 1).every((later) => ![undefined, keyOf(property)].includes(keyOf(later)));
}

const { SyntaxKind } = ts;

/** What a local name stands for. */
type Local =
  /** A value of which nothing is known. */
  | "value"
  /** What the function has made itself, so that its own properties and elements may be written to. */
  | "fresh"
  /** The same at any depth. */
  | "freshThroughout"
  /** A function that is written out there, and looked at as part of the whole. */
  | "function"
  /** What came with the upgrade. */
  | "extra";

class FunctionProof {
  readonly #file: FileFunctions;
  readonly #node: FunctionNode;
  readonly #reach: (called: FunctionNode) => void;
  /** All names declared within, whatever their scope. One that is declared twice, or outside as well, is only a value. */
  readonly #locals = new Map<string, Local>();
  readonly #isStep: boolean;
  /** Whether values from elsewhere become part of what it returns, or may. */
  takesOutside = false;

  /**
   * @param isStep its second parameter is what the caller of the upgrade passes, which may be anything.
   * @param reach is told of the functions that it calls, or has called.
   */
  constructor(file: FileFunctions, node: FunctionNode, isStep: boolean, reach: (called: FunctionNode) => void) {
    this.#file = file;
    this.#node = node;
    this.#reach = reach;
    this.#isStep = isStep;
    for (const [index, parameter] of node.parameters.entries()) {
      for (const name of namesIn(parameter.name)) this.#declare(name, isStep && index > 0 ? "extra" : "value");
    }
    if (node.body !== undefined) {
      this.#declareIn(node.body);
      this.#findFilled(node.body);
    }
  }

  holds(): boolean {
    const { body, parameters, asteriskToken, modifiers } = this.#node;
    if (body === undefined || asteriskToken !== undefined || modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true)
      return false;
    if ([...this.#locals.keys()].some((name) => platformNames.has(name))) return false;
    return parameters.every((parameter) => this.#allows(parameter)) && this.#allows(body);
  }

  #declare(name: string, local: Local): void {
    const known = this.#locals.get(name);
    if (known === "extra" || local === "extra") this.#locals.set(name, "extra");
    else this.#locals.set(name, known === undefined && !this.#file.declares(name) ? local : "value");
  }

  #declareIn(node: ts.Node): void {
    ts.forEachChild(node, (child) => {
      if (ts.isVariableDeclaration(child)) {
        const isConst = (ts.getCombinedNodeFlags(child) & ts.NodeFlags.Const) !== 0;
        const loops = ts.isForOfStatement(child.parent.parent) || ts.isForInStatement(child.parent.parent);
        if (ts.isIdentifier(child.name)) this.#declare(child.name.text, isConst && !loops ? madeBy(child.initializer) : "value");
        else for (const name of namesIn(child.name)) this.#declare(name, "value");
      } else if (ts.isParameter(child)) {
        for (const name of namesIn(child.name)) this.#declare(name, "value");
      } else if (ts.isFunctionDeclaration(child) && child.name !== undefined) {
        this.#declare(child.name.text, "function");
      } else if (ts.isFunctionExpression(child) && child.name !== undefined) {
        this.#declare(child.name.text, "value");
      }
      this.#declareIn(child);
    });
  }

  /** What is put into something made throughout may be the state's, and is not written to in its turn. */
  #findFilled(node: ts.Node): void {
    const put = isAssignment(node) ? [node.left, ...(keepsRight.has(node.operatorToken.kind) ? [node.right] : [])] : [];
    const into =
      ts.isCallExpression(node) && ts.isPropertyAccessExpression(unwrap(node.expression)) ? [node.expression, ...node.arguments] : put;
    const [target, ...values] = into;
    const root = target === undefined ? undefined : rootOf(target);
    if (root !== undefined && ts.isIdentifier(root) && this.#locals.get(root.text) === "freshThroughout" && !values.every(isMadeThroughout))
      this.#locals.set(root.text, "fresh");
    ts.forEachChild(node, (child) => this.#findFilled(child));
  }

  #allows(node: ts.Node): boolean {
    // It has an expression in it, which is no type.
    if (ts.isExpressionWithTypeArguments(node)) return false;
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
    if (isOperator(node)) return true;
    if (ts.isIdentifier(node)) return !isReference(node) || this.#allowsName(node);
    if (isFunction(node) || ts.isFunctionDeclaration(node)) {
      if (node.asteriskToken !== undefined || node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true)
        return false;
    } else if (ts.isBinaryExpression(node)) {
      if (isAssignment(node) && !this.#mayWrite(node.left)) return false;
    } else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      const writes = node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
      if (writes && !this.#mayWrite(node.operand)) return false;
    } else if (ts.isDeleteExpression(node)) {
      if (!this.#mayWrite(node.expression)) return false;
    } else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
      if (!ts.isVariableDeclarationList(node.initializer) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)) return false;
    } else if (ts.isVariableDeclarationList(node)) {
      // `using`, with or without `await`, calls a method of what it declares.
      if ((node.flags & ts.NodeFlags.Using) !== 0) return false;
    } else if (ts.isNewExpression(node)) {
      if (!this.#isPlatform(node.expression, constructors)) return false;
    } else if (ts.isCallExpression(node)) {
      if (!this.#allowsCall(node)) return false;
    } else if (!harmless.has(node.kind)) {
      return false;
    }
    return ts.forEachChild(node, (child) => (this.#allows(child) ? undefined : "not allowed")) === undefined;
  }

  /** Whether the value of the name is known, or is not asked for anything. */
  #allowsName(name: ts.Identifier): boolean {
    const { text, parent } = name;
    // A function that is kept somewhere may be called from there.
    if (this.#locals.has(text) || this.#reaches(text) || this.#file.isPlain(text) || values.has(text)) return true;
    if (conversions.has(text) || (constructors.has(text) && (ts.isNewExpression(parent) || isRightOfInstanceOf(name)))) return true;
    if (ts.isCallExpression(parent) && parent.expression === name) return true;
    if (Object.hasOwn(namespaces, text) && ts.isPropertyAccessExpression(parent) && isCallee(parent)) return true;
    this.takesOutside = true;
    return staysUntouched(name, this.#isStep ? this.#node : null);
  }

  /** Whether an assignment there reaches nothing but what the function has made. */
  #mayWrite(target: ts.Expression): boolean {
    const place = unwrap(target);
    if (ts.isIdentifier(place)) return this.#locals.get(place.text) === "value";
    if (!ts.isPropertyAccessExpression(place) && !ts.isElementAccessExpression(place)) return false;
    return this.#isFresh(place.expression);
  }

  #isFresh(expression: ts.Expression): boolean {
    const holder = unwrap(expression);
    if (madeBy(holder) === "fresh") return true;
    if (ts.isIdentifier(holder)) {
      const local = this.#locals.get(holder.text);
      return local === "fresh" || local === "freshThroughout";
    }
    let root: ts.Expression = holder;
    while (ts.isPropertyAccessExpression(root) || ts.isElementAccessExpression(root)) root = unwrap(root.expression);
    return ts.isIdentifier(root) && this.#locals.get(root.text) === "freshThroughout";
  }

  #allowsCall(call: ts.CallExpression): boolean {
    const callee = unwrap(call.expression);
    const given = call.arguments;
    if (this.#isPlatform(callee, globalFunctions)) {
      // It could be told to take something out of the state.
      return (callee as ts.Identifier).text !== "structuredClone" || (given.length === 1 && given[0]?.kind !== SyntaxKind.SpreadElement);
    }
    if (given.some((argument) => this.#isExtra(argument))) return false;
    if (ts.isIdentifier(callee)) {
      if (!given.every((argument) => this.#isKnownArgument(argument))) return false;
      const local = this.#locals.get(callee.text);
      return local === "function" || (local === undefined && this.#reaches(callee.text));
    }
    if (!ts.isPropertyAccessExpression(callee)) return false;
    const method = callee.name.text;
    const holder = unwrap(callee.expression);
    if (ts.isIdentifier(holder) && !this.#locals.has(holder.text)) {
      if (this.#file.declares(holder.text)) return false;
      if (holder.text === "Object" && method === "assign") return given[0] !== undefined && madeBy(given[0]) !== "value";
      const allowed = Object.hasOwn(namespaces, holder.text) ? namespaces[holder.text] : undefined;
      return (
        allowed !== undefined &&
        (allowed === "all" || allowed.has(method)) &&
        (!callers.has(method) ||
          given.every((argument, index) => (index === 0 ? !ts.isSpreadElement(argument) : this.#isKnownOption(argument))))
      );
    }
    if (!this.#isOfLocal(holder)) return false;
    if (writers.has(method))
      return this.#isFresh(callee.expression) && given.every((argument) => !comparers.has(method) || this.#isCallback(argument));
    if (textSearches.has(method))
      return given.every((argument, index) => (index === 0 ? isLiteral(argument) : isLiteral(argument) || this.#isCallback(argument)));
    if (takers.has(method))
      return given[0] !== undefined && this.#isCallback(given[0]) && given.every((argument) => !ts.isSpreadElement(argument));
    if (comparers.has(method)) return given.every((argument) => this.#isCallback(argument));
    return readers.has(method);
  }

  /** Whether it is a value that belongs to the state or was made here, and so has the methods that the platform gives it. */
  #isOfLocal(expression: ts.Expression): boolean {
    let root = unwrap(expression);
    for (;;) {
      if (ts.isPropertyAccessExpression(root) || ts.isElementAccessExpression(root) || ts.isCallExpression(root)) {
        const inner = unwrap(root.expression);
        // What a function of the file, or one of the platform, returns.
        if (ts.isCallExpression(root) && ts.isIdentifier(inner)) return true;
        if (ts.isPropertyAccessExpression(inner) && ts.isIdentifier(unwrap(inner.expression)) && ts.isCallExpression(root)) {
          const { text } = unwrap(inner.expression) as ts.Identifier;
          if (!this.#locals.has(text) && Object.hasOwn(namespaces, text)) return true;
        }
        root = inner;
      } else if (ts.isBinaryExpression(root)) {
        return this.#isOfLocal(root.left) && this.#isOfLocal(root.right);
      } else if (ts.isConditionalExpression(root)) {
        return this.#isOfLocal(root.whenTrue) && this.#isOfLocal(root.whenFalse);
      } else break;
    }
    if (ts.isIdentifier(root)) {
      const local = this.#locals.get(root.text);
      return local !== undefined && local !== "extra";
    }
    return (
      ts.isNewExpression(root) ||
      ts.isArrayLiteralExpression(root) ||
      ts.isObjectLiteralExpression(root) ||
      isLiteral(root) ||
      ts.isTemplateExpression(root)
    );
  }

  #isExtra(expression: ts.Expression): boolean {
    let value = unwrap(ts.isSpreadElement(expression) ? expression.expression : expression);
    while (ts.isPropertyAccessExpression(value) || ts.isElementAccessExpression(value)) value = unwrap(value.expression);
    return ts.isIdentifier(value) && this.#locals.get(value.text) === "extra";
  }

  /** A function that somebody else calls, with whatever it likes: one that is looked at as well. */
  #isCallback(expression: ts.Expression): boolean {
    const value = unwrap(expression);
    if (isFunction(value)) return true;
    if (!ts.isIdentifier(value)) return false;
    const local = this.#locals.get(value.text);
    if (local !== undefined) return local === "function";
    return this.#reaches(value.text) || this.#isPlatform(value, conversions);
  }

  /** What functions of the platform take beside a value: one that they call, or how they write. */
  #isKnownOption(expression: ts.Expression): boolean {
    const value = unwrap(expression);
    return isLiteral(value) || value.kind === SyntaxKind.NullKeyword || isUndefined(value) || this.#isCallback(value);
  }

  /** What a function of this file may get: a function among it would be called there as if it were known. */
  #isKnownArgument(expression: ts.Expression): boolean {
    const value = unwrap(expression);
    return (
      !ts.isIdentifier(value) ||
      this.#locals.has(value.text) ||
      this.#isCallback(value) ||
      isUndefined(value) ||
      this.#file.isPlain(value.text)
    );
  }

  /** Whether a name is that of a function of the file, which is then looked at as well. */
  #reaches(name: string): boolean {
    const called = this.#file.named(name);
    if (called !== undefined) this.#reach(called);
    return called !== undefined;
  }

  /** Whether a name is that of the platform, which the file gives no other meaning. */
  #isPlatform(expression: ts.Expression, names: ReadonlySet<string>): boolean {
    const value = unwrap(expression);
    return ts.isIdentifier(value) && names.has(value.text) && !this.#locals.has(value.text) && !this.#file.declares(value.text);
  }
}

/** What a value is that an expression has just made. */
function madeBy(expression: ts.Expression | undefined): Local {
  if (expression === undefined) return "value";
  const value = unwrap(expression);
  if (isFunction(value)) return "function";
  if (ts.isArrayLiteralExpression(value) || ts.isObjectLiteralExpression(value)) return "fresh";
  if (ts.isNewExpression(value)) return ts.isIdentifier(value.expression) && constructors.has(value.expression.text) ? "fresh" : "value";
  if (!ts.isCallExpression(value)) return "value";
  const callee = unwrap(value.expression);
  if (ts.isIdentifier(callee)) return callee.text === "structuredClone" ? "freshThroughout" : "value";
  if (!ts.isPropertyAccessExpression(callee)) return "value";
  const holder = unwrap(callee.expression);
  const isMade =
    ts.isIdentifier(holder) &&
    ((holder.text === "Object" && makersOfObject.has(callee.name.text)) || (holder.text === "Array" && callee.name.text !== "isArray"));
  return isMade || makers.has(callee.name.text) ? "fresh" : "value";
}

function isLiteral(expression: ts.Expression): boolean {
  const value = unwrap(expression);
  return ts.isStringLiteralLike(value) || ts.isNumericLiteral(value) || value.kind === ts.SyntaxKind.RegularExpressionLiteral;
}

/** Or another mark between expressions. */
function isOperator({ kind }: ts.Node): boolean {
  if (kind === SyntaxKind.InKeyword || kind === SyntaxKind.InstanceOfKeyword) return true;
  return kind >= SyntaxKind.FirstPunctuation && kind <= SyntaxKind.LastPunctuation;
}

/** Whether a value is a primitive or new at any depth. */
function isMadeThroughout(expression: ts.Expression): boolean {
  const value = unwrap(expression);
  return isPlainData(value) || ts.isTemplateExpression(value) || isFunction(value) || madeBy(value) === "freshThroughout";
}

function isUndefined(value: ts.Expression): boolean {
  return ts.isIdentifier(value) && value.text === "undefined";
}

function isCallee(expression: ts.Expression): boolean {
  return ts.isCallExpression(expression.parent) && expression.parent.expression === expression;
}

function isRightOfInstanceOf({ parent }: ts.Node & { readonly parent: ts.Node }): boolean {
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === SyntaxKind.InstanceOfKeyword;
}

/** Statements and expressions that by themselves change nothing. What they consist of is looked at as well. */
const harmless: ReadonlySet<ts.SyntaxKind> = new Set([
  SyntaxKind.ArrayBindingPattern,
  SyntaxKind.ArrayLiteralExpression,
  SyntaxKind.AsExpression,
  SyntaxKind.BigIntLiteral,
  SyntaxKind.BindingElement,
  SyntaxKind.Block,
  SyntaxKind.BreakStatement,
  SyntaxKind.CaseBlock,
  SyntaxKind.CaseClause,
  SyntaxKind.CatchClause,
  SyntaxKind.ComputedPropertyName,
  SyntaxKind.ConditionalExpression,
  SyntaxKind.ContinueStatement,
  SyntaxKind.DefaultClause,
  SyntaxKind.DoStatement,
  SyntaxKind.ElementAccessExpression,
  SyntaxKind.EmptyStatement,
  SyntaxKind.ExpressionStatement,
  SyntaxKind.FalseKeyword,
  SyntaxKind.ForStatement,
  SyntaxKind.IfStatement,
  SyntaxKind.LabeledStatement,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.NonNullExpression,
  SyntaxKind.NullKeyword,
  SyntaxKind.NumericLiteral,
  SyntaxKind.ObjectBindingPattern,
  SyntaxKind.ObjectLiteralExpression,
  SyntaxKind.OmittedExpression,
  SyntaxKind.Parameter,
  SyntaxKind.ParenthesizedExpression,
  SyntaxKind.PropertyAccessExpression,
  SyntaxKind.PropertyAssignment,
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.ReturnStatement,
  SyntaxKind.SatisfiesExpression,
  SyntaxKind.ShorthandPropertyAssignment,
  SyntaxKind.SpreadAssignment,
  SyntaxKind.SpreadElement,
  SyntaxKind.StringLiteral,
  SyntaxKind.SwitchStatement,
  SyntaxKind.TemplateExpression,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
  SyntaxKind.TemplateSpan,
  SyntaxKind.TemplateTail,
  SyntaxKind.ThrowStatement,
  SyntaxKind.TrueKeyword,
  SyntaxKind.TryStatement,
  SyntaxKind.TypeAssertionExpression,
  SyntaxKind.TypeOfExpression,
  SyntaxKind.TypeParameter,
  SyntaxKind.VariableDeclaration,
  SyntaxKind.VariableStatement,
  SyntaxKind.VoidExpression,
  SyntaxKind.WhileStatement,
]);

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));
const conversions = words("BigInt Boolean Number String");
const globalFunctions = words("BigInt Boolean Number String isFinite isNaN parseFloat parseInt structuredClone");
const constructors = words("Array Date Error Map RangeError RegExp Set TypeError URL WeakMap WeakSet");
const namespaces: Readonly<Record<string, ReadonlySet<string> | "all">> = {
  Array: words("from isArray of"),
  Date: words("UTC now parse"),
  JSON: words("parse stringify"),
  Math: "all",
  Map: words("groupBy"),
  Number: words("isFinite isInteger isNaN isSafeInteger parseFloat parseInt"),
  Object: words("entries fromEntries groupBy hasOwn is keys values"),
  String: words("fromCharCode fromCodePoint"),
};
const platformNames: ReadonlySet<string> = new Set([...globalFunctions, ...constructors, ...Object.keys(namespaces)]);
/** Names whose value is no object. */
const values = words("Infinity NaN undefined");
/** Functions of these namespaces that call what they are given. */
const callers = words("from groupBy parse stringify");
/** Assignments after which the target may hold the very value on the right. */
const keepsRight: ReadonlySet<ts.SyntaxKind> = new Set([
  SyntaxKind.EqualsToken,
  SyntaxKind.AmpersandAmpersandEqualsToken,
  SyntaxKind.BarBarEqualsToken,
  SyntaxKind.QuestionQuestionEqualsToken,
]);
const makersOfObject = words("assign entries fromEntries groupBy keys values");
/** Methods that give a new array. */
const makers = words("concat filter flat flatMap map slice toReversed toSorted toSpliced with");
/** Methods of arrays, maps, sets, dates and texts that only read, and call nobody. */
const readers = words(
  "at charAt charCodeAt codePointAt concat endsWith entries flat get getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getTime getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes getUTCMonth getUTCSeconds has includes indexOf join keys lastIndexOf localeCompare normalize padEnd padStart repeat slice startsWith substring toFixed toISOString toJSON toLowerCase toPrecision toReversed toSpliced toString toUpperCase trim trimEnd trimStart valueOf values with",
);
/** Methods that call the function they are given. */
const takers = words("every filter find findIndex findLast findLastIndex flatMap forEach map reduce reduceRight some");
const comparers = words("sort toSorted");
/** Methods of texts that take a pattern; one that is kept somewhere may remember where it was. */
const textSearches = words("match matchAll replace replaceAll search split");
/** Methods that change what they are called on. */
const writers = words("add clear copyWithin delete fill pop push reverse set shift sort splice unshift");
