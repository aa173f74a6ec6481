/**
 * What no verdict says of a change of state, since the values are valid and something is lost or left behind all the same: data that nobody
 * reads any more, data that somebody reads without having written it, and values that are old code wherever they lie.
 */
import type { Comparison, Difference } from "./compare.ts";
import { findInShape } from "./find-in-shape.ts";
import type { Warning, WarningKind } from "./model.ts";
import type { EnumShape, Shape } from "./shape.ts";
import { isSymbolName, shortTypeText } from "./type-text.ts";

/** @param path what the state is called in the paths of the changes. */
export function warningsOf(from: Shape, to: Shape, { changes }: Comparison, path = "State"): readonly Warning[] {
  const found = [...leftBehind(changes), ...changes.flatMap(renamedMembers), ...heldByIdentity(from, path), ...heldByIdentity(to, path)];
  const keys = new Set<string>();
  return found.filter((warning) => {
    const key = `${warning.kind} ${warning.path}`;
    return !keys.has(key) && keys.add(key);
  });
}

/** Fields that go or come without anything that converts the state: types say that all is well, and data stays where it was. */
function leftBehind(changes: readonly Difference[]): readonly Warning[] {
  const holder = ({ path, field }: Difference) => path.slice(0, path.lastIndexOf(field?.name ?? ""));
  const optional = (kind: string) => changes.filter((change) => change.kind === kind);
  const added = optional("optionalFieldAdded");
  const removed = optional("optionalFieldRemoved");
  return changes.flatMap((change): readonly Warning[] => {
    const { path, kind, from, to } = change;
    if (kind === "optionalFieldRemoved") {
      const instead = added.filter((each) => holder(each) === holder(change));
      if (instead.length === 0) return [leftover(path)];
      const names = instead.map((each) => `\`${each.path}\``).join(", ");
      return [
        warning(
          "dataLoss",
          path,
          `\`${path}\` is gone and ${names} came, and neither has to be there: old states are valid, and what they hold at \`${path}\` is not read any more. If it was renamed, convert it.`,
        ),
      ];
    }
    if (kind === "fieldRemoved") return [leftover(path)];
    if (kind === "optionalFieldAdded" && to !== null && !removed.some((each) => holder(each) === holder(change)))
      return [
        warning(
          "mayCarryStrayField",
          path,
          `\`${path}\` is new and may be absent, so old states are valid as they stand; one that happens to hold something of another type than \`${shortTypeText(to)}\` there is taken as it is.`,
        ),
      ];
    if (kind === "indexSignatureRemoved" && from !== null)
      return [leftover(path.slice(0, path.lastIndexOf("[")), "What the index signature allowed")];
    return [];
  });
}

function leftover(path: string, what = `\`${path}\``): Warning {
  return warning(
    "leftoverField",
    path,
    `${what} stays in old states, where \`Object.keys\`, spreads and whatever writes the state out still see it. Drop it in \`codeChange\` if that matters.`,
  );
}

/** Names of an enum's members that are gone while a new name has the same value. */
function renamedMembers({ path, kind, from, to }: Difference): readonly Warning[] {
  if (kind !== "enumMemberRemoved" || from?.kind !== "enum" || to?.kind !== "enum") return [];
  const [old, now] = [from, to].map((each) => namesByValue(each)) as [ReturnType<typeof namesByValue>, ReturnType<typeof namesByValue>];
  return [...old].flatMap(([value, name]): readonly Warning[] => {
    const other = now.get(value);
    if (other === undefined || other === name || to.table.some(([each]) => each === name)) return [];
    return [
      warning(
        "enumMemberRenamed",
        path,
        `\`${name}\` is gone and \`${other}\` has its value, ${JSON.stringify(value)}: what is in memory reads as \`${other}\` from now on.`,
      ),
    ];
  });
}

function namesByValue({ table }: EnumShape): ReadonlyMap<string | number, string> {
  return new Map(table.map(([name, value]) => [value, name]));
}

/** Values that know their code, or that are themselves and no copy. */
function heldByIdentity(root: Shape, path: string): readonly Warning[] {
  const warnings: Warning[] = [];
  for (const { path: at, shape } of findInShape(root, path, isHeldByIdentity)) {
    if (shape.kind === "class")
      warnings.push(
        warning(
          "classInstance",
          at,
          `\`${at}\` holds an instance of \`${shape.class}\`, which keeps the methods of the version that made it, and is no \`instanceof\` the new version's class.`,
        ),
      );
    else if (shape.kind === "function")
      warnings.push(warning("functionInState", at, `\`${at}\` holds a function, which stays the code of the version that made it.`));
    else if (shape.kind === "builtin")
      warnings.push(warning("promiseInState", at, `\`${at}\` holds a promise, which is settled by the version that made it.`));
    else
      warnings.push(
        warning(
          "uniqueSymbol",
          at,
          `\`${at}\` knows a symbol, of which \`Symbol()\` makes another one in each version; \`Symbol.for(…)\` does not.`,
        ),
      );
  }
  return warnings;
}

function isHeldByIdentity(shape: Shape): boolean {
  return shape.kind === "class" || shape.kind === "function" || isPromise(shape) || isSymbol(shape);
}

function isPromise(shape: Shape): boolean {
  return shape.kind === "builtin" && shape.from === "" && shape.class === "Promise";
}

/** Including what has one among its keys. */
function isSymbol(shape: Shape): boolean {
  if (shape.kind === "symbol") return !shape.symbol.startsWith("Symbol.");
  return shape.kind === "object" && shape.fields.some(({ name }) => isSymbolName(name) && !name.startsWith("[Symbol."));
}

function warning(kind: WarningKind, path: string, text: string): Warning {
  return { kind, path, text };
}
