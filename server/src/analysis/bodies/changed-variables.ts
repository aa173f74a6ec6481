/** The variables at the top of a file that functions change while the program runs, so that what they hold depends on when one looks. */
import { isAssignment, rootOf } from "../file-functions.ts";
import { unwrap } from "../find.ts";
import { ts } from "../typescript.ts";
import type { FileNames } from "./file-names.ts";
import { runsAtLoad } from "./load-time.ts";

export interface ChangedVariable {
  /** Whether another value is assigned, or something is put into the one that is there. */
  readonly kind: "variable" | "container";
  /** The functions that do it: the outermost ones. */
  readonly by: readonly ts.Node[];
}

/** By declaration. */
export function changedVariables(names: FileNames): ReadonlyMap<ts.Node, ChangedVariable> {
  let found = known.get(names);
  if (found === undefined) known.set(names, (found = find(names)));
  return found;
}

const known = new WeakMap<FileNames, ReadonlyMap<ts.Node, ChangedVariable>>();

function find(names: FileNames): ReadonlyMap<ts.Node, ChangedVariable> {
  const found = new Map<ts.Node, { kind: ChangedVariable["kind"]; by: ts.Node[] }>();
  const change = (target: ts.Expression, by: ts.Node): void => {
    const place = unwrap(target);
    const root = rootOf(place);
    const meaning = ts.isIdentifier(root) ? names.meaningOf(root) : undefined;
    if (meaning?.kind !== "local" || !meaning.top || !ts.isVariableDeclaration(meaning.declaration)) return;
    const kind = place === root ? "variable" : "container";
    const before = found.get(meaning.declaration);
    found.set(meaning.declaration, { kind: before?.kind === "variable" ? "variable" : kind, by: [...(before?.by ?? []), by] });
  };
  const visit = (node: ts.Node, outermost: ts.Node | undefined): void => {
    const within = outermost ?? (ts.isFunctionLike(node) && !runsAtLoad(node, names) ? node : undefined);
    if (within !== undefined) {
      // `??=` remembers a value that is always the same.
      if (isAssignment(node)) {
        if (!remembers.has(node.operatorToken.kind)) change(node.left, within);
      } else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
        if (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken) change(node.operand, within);
      } else if (ts.isDeleteExpression(node)) {
        change(node.expression, within);
      } else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && writers.has(node.expression.name.text)) {
        change(node.expression, within);
      }
    }
    ts.forEachChild(node, (child) => visit(child, within));
  };
  visit(names.source, undefined);
  return found;
}

const remembers: ReadonlySet<ts.SyntaxKind> = new Set([ts.SyntaxKind.QuestionQuestionEqualsToken, ts.SyntaxKind.BarBarEqualsToken]);
const writers: ReadonlySet<string> = new Set("add clear copyWithin delete fill pop push reverse set shift sort splice unshift".split(" "));
