/** Whose process an expression stands for: the protocol of a pid, or of a `self`, as the type checker resolves it. */
import type { Receiver } from "./facts.ts";
import type { Range } from "./span.ts";
import { rangeOf } from "./source-place.ts";
import { ts } from "./typescript.ts";

/** @param targets places of expressions in the file. */
export function receiversIn(
  source: ts.SourceFile,
  checker: ts.TypeChecker,
  isRuntime: (file: string) => boolean,
  targets: readonly Range[],
): readonly (readonly Receiver[])[] {
  const wanted = new Map(targets.map((range) => [keyOf(range), range]));
  const found = new Map<string, readonly Receiver[]>();
  const visit = (node: ts.Node): void => {
    if (ts.isExpression(node)) {
      const key = keyOf(rangeOf(node));
      if (wanted.has(key) && !found.has(key)) found.set(key, receivers(checker.getTypeAtLocation(node)));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return targets.map((range) => found.get(keyOf(range)) ?? ["unknown"]);

  function receivers(type: ts.Type): readonly Receiver[] {
    return protocolsOf(type, checker, isRuntime).map((protocol) => {
      if (protocol === "unknown" || protocol === "other") return protocol;
      const named = protocol.aliasSymbol ?? protocol.getSymbol();
      const file = named?.declarations?.[0]?.getSourceFile().fileName;
      return named === undefined || file === undefined ? "unknown" : { protocol: named.name, file };
    });
  }
}

/** The protocols of the processes that values of a type may stand for. */
export function protocolsOf(
  type: ts.Type,
  checker: ts.TypeChecker,
  isRuntime: (file: string) => boolean,
): readonly (ts.Type | "unknown" | "other")[] {
  const there = checker.getNonNullableType(type);
  if (there.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return ["unknown"];
  if (there.isUnion()) return there.types.flatMap((each) => protocolsOf(each, checker, isRuntime));
  // What `withTimeout` gives, where it has a name of its own.
  if (there.aliasSymbol?.name === "Pick") {
    const [picked] = there.aliasTypeArguments ?? [];
    return picked === undefined ? ["other"] : protocolsOf(picked, checker, isRuntime);
  }
  const symbol = there.getSymbol();
  const own = symbol?.declarations?.some((declaration) => isRuntime(declaration.getSourceFile().fileName)) === true;
  if (symbol === undefined || !own || !/^(Pid|Self)$/.test(symbol.name)) return ["other"];
  const [protocol] = checker.getTypeArguments(there as ts.TypeReference);
  return [protocol ?? "unknown"];
}

function keyOf({ start, end }: Range): string {
  return `${start.line}:${start.column}-${end.line}:${end.column}`;
}
