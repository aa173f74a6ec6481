/**
 * Where a function writes into what it was given: into the argument itself, or what it holds at any depth, also by way of names for parts of
 * it, of shallow copies, and of functions of the same file that get it. Only what is certain; `reads-only.ts` proves the reverse.
 */
import type { FileEdit } from "../rule.ts";
import { type FunctionNode, isAssignment, isFunction } from "../file-functions.ts";
import { unwrap } from "../find.ts";
import { rangeIn, rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { FileNames } from "./file-names.ts";
import { eachPart, functionMeant } from "./reached-functions.ts";

export interface InputWrite {
  /** What is written to, as it stands there: `old.items`. */
  readonly text: string;
  readonly range: Range;
  readonly through: readonly string[];
  /** Edits that make it write into a copy instead; null where that takes more than one place. */
  readonly copied: readonly Omit<FileEdit, "file">[] | null;
}

/** How a name has to do with the input. */
type Part =
  /** It is the input, or something in it. */
  | { readonly kind: "input" }
  /** Its own properties are new, unless `kept` lacks them; what they hold is the input's. */
  | { readonly kind: "copy"; readonly made: ReadonlySet<string> };

const copy: Part = { kind: "copy", made: new Set() };

export function inputWrites(first: FunctionNode, names: FileNames): readonly InputWrite[] {
  const found: InputWrite[] = [];
  const looked = new Set<string>();
  const [parameter] = first.parameters;
  if (parameter !== undefined && parameter.dotDotDotToken === undefined) look(first, 0, []);
  return found;

  function look(node: FunctionNode, index: number, through: readonly string[]): void {
    const key = `${node.pos} ${index}`;
    const given = node.parameters[index];
    if (given === undefined || looked.has(key)) return;
    looked.add(key);
    new Writes(node, given, names, {
      write: (write) => found.push({ ...write, through }),
      pass: (called, name, at) => look(called, at, [...through, name]),
    }).find();
  }
}

interface Sink {
  write(write: Omit<InputWrite, "through">): void;
  pass(called: FunctionNode, name: string, index: number): void;
}

class Writes {
  readonly #node: FunctionNode;
  readonly #names: FileNames;
  readonly #sink: Sink;
  /** By declaration: a parameter, a variable, or an element of a pattern is found by the name's own declaration in `FileNames`. */
  readonly #parts = new Map<string, Part>();
  readonly #assigned = new Set<string>();

  constructor(node: FunctionNode, given: ts.ParameterDeclaration, names: FileNames, sink: Sink) {
    this.#node = node;
    this.#names = names;
    this.#sink = sink;
    eachPart(node, (part) => {
      const target = isAssignment(part) ? unwrap(part.left) : undefined;
      if (target !== undefined && ts.isIdentifier(target)) this.#assigned.add(this.#key(target));
    });
    this.#bind(given.name, { kind: "input" });
  }

  find(): void {
    // What a name stands for is known before it is used, top to bottom.
    eachPart(this.#node, (part) => {
      this.#learn(part);
      this.#judge(part);
    });
  }

  /** A name by where it is declared: two of the same spelling are two. */
  #key(name: ts.Identifier): string {
    const meaning = this.#names.meaningOf(name);
    return meaning?.kind === "local" ? `${meaning.declaration.pos} ${name.text}` : `outside ${name.text}`;
  }

  #bind(name: ts.BindingName, part: Part): void {
    if (ts.isIdentifier(name)) {
      // `meaningOf` starts at the scope of the name itself, which is where its declaration counts.
      const key = `${declarationOf(name).pos} ${name.text}`;
      if (!this.#assigned.has(key)) this.#parts.set(key, part);
      return;
    }
    for (const element of name.elements) {
      if (ts.isOmittedExpression(element)) continue;
      // The rest is an object of its own.
      this.#bind(element.name, element.dotDotDotToken === undefined ? { kind: "input" } : { kind: "copy", made: new Set() });
    }
  }

  #learn(part: ts.Node): void {
    if (ts.isVariableDeclaration(part)) {
      const loop = part.parent.parent;
      if (ts.isForOfStatement(loop)) {
        // An entry is a pair that is made for whoever asks.
        const entries = ts.isIdentifier(part.name) && /\.entries\([^()]*\)$/.test(loop.expression.getText());
        if (!entries && this.#partOf(loop.expression) !== undefined) this.#bind(part.name, { kind: "input" });
      } else if (part.initializer !== undefined) {
        const made = this.#partOf(part.initializer);
        if (made !== undefined && (ts.isIdentifier(part.name) || made.kind === "input")) this.#bind(part.name, made);
      }
      return;
    }
    if (!ts.isCallExpression(part)) return;
    const callee = unwrap(part.expression);
    if (ts.isPropertyAccessExpression(callee) && givesElements.has(callee.name.text) && this.#partOf(callee.expression) !== undefined) {
      const [callback] = part.arguments;
      const value = callback === undefined ? undefined : unwrap(callback);
      const at = callee.name.text.startsWith("reduce") ? 1 : 0;
      if (value !== undefined && isFunction(value)) {
        const element = value.parameters[at];
        if (element !== undefined) this.#bind(element.name, { kind: "input" });
      } else if (value !== undefined) {
        const called = functionMeant(value, this.#names);
        if (called !== undefined) this.#sink.pass(called.node, called.name, at);
      }
    }
    const called = functionMeant(callee, this.#names);
    if (called === undefined) return;
    for (const [index, argument] of part.arguments.entries())
      if (this.#partOf(argument)?.kind === "input") this.#sink.pass(called.node, called.name, index);
  }

  #judge(part: ts.Node): void {
    if (isAssignment(part)) this.#write(part.left, part);
    else if (ts.isPrefixUnaryExpression(part) || ts.isPostfixUnaryExpression(part)) {
      if (part.operator === ts.SyntaxKind.PlusPlusToken || part.operator === ts.SyntaxKind.MinusMinusToken) this.#write(part.operand, part);
    } else if (ts.isDeleteExpression(part)) this.#write(part.expression, part);
    else if (ts.isCallExpression(part)) this.#writingCall(part);
  }

  /** An assignment to a property or an element of what belongs to the input. */
  #write(target: ts.Expression, whole: ts.Node): void {
    const place = unwrap(target);
    if (!ts.isPropertyAccessExpression(place) && !ts.isElementAccessExpression(place)) return;
    if (this.#partOf(place.expression)?.kind !== "input") return;
    this.#sink.write({ text: place.getText(), range: rangeOf(whole), copied: null });
  }

  #writingCall(call: ts.CallExpression): void {
    const callee = unwrap(call.expression);
    if (!ts.isPropertyAccessExpression(callee)) return;
    const method = callee.name.text;
    const holder = this.#names.meaningOf(callee.expression);
    if (holder?.kind === "global" && holder.name === "Object") {
      const [target] = call.arguments;
      if (/^(?:assign|defineProperty|defineProperties|freeze|seal|setPrototypeOf)$/.test(method) && target !== undefined) {
        if (this.#partOf(target)?.kind === "input") this.#sink.write({ text: target.getText(), range: rangeOf(call), copied: null });
      }
      return;
    }
    if (!writers.has(method) && !/^set(?:UTC)?(?:Date|FullYear|Hours|Milliseconds|Minutes|Month|Seconds|Time)$/.test(method)) return;
    if (this.#partOf(callee.expression)?.kind !== "input") return;
    const inPlace = /^(?:reverse|sort)$/.test(method) && !ts.isExpressionStatement(call.parent) && callee.questionDotToken === undefined;
    const source = call.getSourceFile();
    const { expression } = callee;
    const copied = inPlace
      ? [
          { range: rangeIn(source, expression.getStart(), expression.getStart()), newText: "[..." },
          { range: rangeIn(source, expression.getEnd(), expression.getEnd()), newText: "]" },
        ]
      : null;
    this.#sink.write({ text: expression.getText(), range: rangeOf(call), copied });
  }

  #partOf(expression: ts.Expression): Part | undefined {
    const value = unwrap(expression);
    if (ts.isIdentifier(value)) return this.#parts.get(this.#key(value));
    if (ts.isPropertyAccessExpression(value) || ts.isElementAccessExpression(value)) {
      const of = this.#partOf(value.expression);
      if (of === undefined) return undefined;
      if (of.kind === "input") return of;
      const key = ts.isPropertyAccessExpression(value) ? value.name.text : undefined;
      const isKept = key !== undefined && !of.made.has(key) && !this.#isReplaced(value.expression, key);
      return isKept ? { kind: "input" } : undefined;
    }
    if (ts.isCallExpression(value)) return this.#resultOf(value);
    if (ts.isArrayLiteralExpression(value)) {
      const spread = value.elements.some((each) => ts.isSpreadElement(each) && this.#partOf(each.expression) !== undefined);
      return spread ? copy : undefined;
    }
    if (ts.isObjectLiteralExpression(value)) {
      const spread = value.properties.find((each) => ts.isSpreadAssignment(each) && this.#partOf(each.expression) !== undefined);
      if (spread === undefined) return undefined;
      const made = value.properties.flatMap(({ name }) => (name !== undefined && !ts.isComputedPropertyName(name) ? [name.text] : []));
      return { kind: "copy", made: new Set(made) };
    }
    return undefined;
  }

  /** Of methods that give an element, or a new array of the same elements. */
  #resultOf(call: ts.CallExpression): Part | undefined {
    const callee = unwrap(call.expression);
    if (!ts.isPropertyAccessExpression(callee)) return undefined;
    const method = callee.name.text;
    const holder = this.#names.meaningOf(callee.expression);
    if (holder?.kind === "global") {
      const [of] = call.arguments;
      const passes = holder.name === "Object" ? /^(?:values|entries)$/.test(method) : holder.name === "Array" && method === "from";
      return passes && call.arguments.length === 1 && of !== undefined && this.#partOf(of) !== undefined ? copy : undefined;
    }
    if (this.#partOf(callee.expression) === undefined) return undefined;
    if (/^(?:at|find|findLast|get)$/.test(method)) return { kind: "input" };
    return /^(?:values|entries|filter|slice|toReversed|toSorted)$/.test(method) ? copy : undefined;
  }

  /** Whether a property of a copy is given another value anywhere in the function: what it holds is no longer certain then. */
  #isReplaced(copy: ts.Expression, key: string): boolean {
    const name = unwrap(copy);
    if (!ts.isIdentifier(name)) return true;
    let replaced = false;
    eachPart(this.#node, (part) => {
      if (!isAssignment(part)) return;
      const left = unwrap(part.left);
      if (!ts.isPropertyAccessExpression(left) || left.name.text !== key) return;
      const holder = unwrap(left.expression);
      replaced ||= ts.isIdentifier(holder) && this.#key(holder) === this.#key(name);
    });
    return replaced;
  }
}

/** The node by which `FileNames` knows what a name in a pattern belongs to: the whole parameter or variable. */
function declarationOf(name: ts.Identifier): ts.Node {
  let at: ts.Node = name;
  while (!ts.isParameter(at) && !ts.isVariableDeclaration(at)) at = at.parent;
  return at;
}

const writers: ReadonlySet<string> = new Set("add clear copyWithin delete fill pop push reverse set shift sort splice unshift".split(" "));
/** Methods that call a function with each element. */
const givesElements: ReadonlySet<string> = new Set(
  "every filter find findIndex findLast findLastIndex flatMap forEach map reduce reduceRight some".split(" "),
);
