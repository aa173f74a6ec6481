/** The types of which a step's signature speaks, those of its own file that these are made of included: for each, where it is spoken of. */
import type { FunctionNode } from "../file-functions.ts";
import { rangeOf } from "../source-place.ts";
import type { Range } from "../span.ts";
import { ts } from "../typescript.ts";
import type { FileNames } from "./file-names.ts";

export interface StepType {
  readonly name: string;
  readonly range: Range;
  /** Whether it is what the step takes, or what it gives. */
  readonly side: "taken" | "given";
  /** The types of this file on the way there. */
  readonly through: readonly string[];
}

export function stepTypes({ parameters: [parameter], type }: FunctionNode, source: ts.SourceFile, names: FileNames): readonly StepType[] {
  const declarations = new Map(
    source.statements.flatMap((each) =>
      ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each) ? [[each.name.text, each]] : [],
    ),
  );
  const found: StepType[] = [];
  for (const [side, node] of [
    ["taken", parameter?.type],
    ["given", type],
  ] as const) {
    const seen = new Set<string>();
    if (node !== undefined) visit(node, side, [], seen);
  }
  return found;

  function visit(node: ts.Node, side: StepType["side"], through: readonly string[], seen: Set<string>): void {
    const named = ts.isTypeReferenceNode(node) ? node.typeName : ts.isExpressionWithTypeArguments(node) ? node.expression : undefined;
    if (named !== undefined && ts.isIdentifier(named)) {
      const meaning = names.meaningOf(named);
      // References to processes and functions are no data of another type.
      if (meaning?.kind === "import" && meaning.from === "instar") return;
      const { text } = named;
      if (!seen.has(text)) {
        seen.add(text);
        found.push({ name: text, range: rangeOf(named), side, through });
        const declaration = declarations.get(text);
        if (declaration !== undefined) ts.forEachChild(declaration, (child) => visit(child, side, [...through, text], seen));
      }
    }
    ts.forEachChild(node, (child) => visit(child, side, through, seen));
  }
}
