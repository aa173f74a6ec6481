/** What a module keeps outside its actor's state: it belongs to one version of the module, and the next one begins without it. */
import type { Range } from "../span.ts";
import { rangeOf } from "../source-place.ts";
import { namesIn } from "../file-functions.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";

export interface ModuleVariable {
  readonly name: string;
  readonly range: Range;
}

export function moduleVariables({ source }: BodySource): readonly ModuleVariable[] {
  return source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList: list }) =>
      (list.flags & ts.NodeFlags.Const) !== 0
        ? []
        : list.declarations.flatMap(({ name }) => namesIn(name).map((each) => ({ name: each, range: rangeOf(name) }))),
    );
}
