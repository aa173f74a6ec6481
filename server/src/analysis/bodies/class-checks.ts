/** Where a value is asked which class of the project it is of. */
import { unwrap } from "../find.ts";
import type { Range } from "../span.ts";
import { rangeOf } from "../source-place.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import type { FileNames } from "./file-names.ts";
import { functionPath, type FunctionPath } from "./function-path.ts";
import { isOwn } from "./kept-code.ts";

export interface ClassName {
  readonly name: string;
  /** How the file imports it; null where it declares it itself. */
  readonly from: string | null;
}

export interface ClassCheck extends ClassName {
  /** `figure instanceof Circle`, or a comparison with what `.constructor` gives. */
  readonly range: Range;
  /** What is asked. */
  readonly text: string;
  readonly how: "instanceof" | "constructor";
  readonly within: FunctionPath;
}

export function classChecks({ source, names }: BodySource): readonly ClassCheck[] {
  const found: ClassCheck[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node)) {
      const check = checkOf(node, names);
      if (check !== undefined) found.push(check);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function checkOf(node: ts.BinaryExpression, names: FileNames): ClassCheck | undefined {
  const { kind } = node.operatorToken;
  const asked = (value: ts.Expression, how: ClassCheck["how"], of: ts.Expression): ClassCheck | undefined => {
    const meant = classMeant(of, names);
    return meant && { ...meant, range: rangeOf(node), text: value.getText(), how, within: functionPath(node) };
  };
  if (kind === ts.SyntaxKind.InstanceOfKeyword) return asked(node.left, "instanceof", node.right);
  if (kind < ts.SyntaxKind.EqualsEqualsToken || kind > ts.SyntaxKind.ExclamationEqualsEqualsToken) return undefined;
  const [left, right] = [constructed(node.left), constructed(node.right)];
  if (left !== undefined) return asked(left, "constructor", node.right);
  return right === undefined ? undefined : asked(right, "constructor", node.left);
}

/** What `.constructor` is asked of. */
function constructed(expression: ts.Expression): ts.Expression | undefined {
  const bare = unwrap(expression);
  return ts.isPropertyAccessExpression(bare) && bare.name.text === "constructor" ? bare.expression : undefined;
}

/** The class of the project that an expression names. */
export function classMeant(expression: ts.Expression, names: FileNames): ClassName | undefined {
  const meaning = names.originOf(expression);
  if (meaning?.kind === "import") return isOwn(meaning.from) ? { name: meaning.name, from: meaning.from } : undefined;
  if (meaning?.kind !== "local" || !meaning.top || !ts.isClassDeclaration(meaning.declaration)) return undefined;
  return { name: meaning.name, from: null };
}
