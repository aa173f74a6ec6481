/** The classes that a file declares, and what they extend: for whoever asks whether one is a kind of another. */
import { unwrap } from "../find.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import { type ClassName, classMeant } from "./class-checks.ts";

export interface DeclaredClass {
  readonly name: string;
  readonly extends: ClassName | null;
}

export function classes({ source, names }: BodySource): readonly DeclaredClass[] {
  return source.statements.filter(ts.isClassDeclaration).flatMap(({ name, heritageClauses }): DeclaredClass[] => {
    const base = heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]?.expression;
    return name === undefined ? [] : [{ name: name.text, extends: base === undefined ? null : (classMeant(unwrap(base), names) ?? null) }];
  });
}
