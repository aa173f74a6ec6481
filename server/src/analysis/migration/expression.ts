/** What a person says is to be written into code: whether it is one expression, and nothing else. */
import { ts } from "../typescript.ts";

export function isExpression(text: string): boolean {
  // A line of its own for the end, so that a comment in it ends there.
  const { outputText, diagnostics = [] } = ts.transpileModule(`void (\n${text}\n);`, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext },
  });
  const source = ts.createSourceFile("answer.ts", `void (\n${text}\n);`, ts.ScriptTarget.Latest);
  const [only] = source.statements;
  const expression =
    only !== undefined && ts.isExpressionStatement(only) && ts.isVoidExpression(only.expression) ? only.expression : undefined;
  const whole = expression !== undefined && ts.isParenthesizedExpression(expression.expression) && source.statements.length === 1;
  return whole && diagnostics.length === 0 && outputText !== "";
}
