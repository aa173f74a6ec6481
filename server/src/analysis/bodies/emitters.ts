/** What can be listened to and is of the platform or of a package, so that it knows nothing of versions. */
import { unwrap } from "../find.ts";
import { ts } from "../typescript.ts";
import type { BodySource } from "./collectors.ts";
import type { FileNames, Meaning } from "./file-names.ts";
import { isOwn } from "./kept-code.ts";

/** What another file of the project exports. */
export interface EmitterElsewhere {
  readonly from: string;
  readonly name: string;
}

/** The names under which a file exports something that can be listened to. */
export function emitters({ source, names }: BodySource): readonly string[] {
  return source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList, modifiers }) =>
      modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
        ? declarationList.declarations.flatMap((declaration) =>
            ts.isIdentifier(declaration.name) && declared(declaration, names, 0) === "known" ? [declaration.name.text] : [],
          )
        : [],
    );
}

/** Null where it may be anything, such as an object of the project's own. */
export function emitterOf(expression: ts.Expression, names: FileNames, depth = 0): "known" | EmitterElsewhere | null {
  if (depth > 10) return null;
  let value = unwrap(expression);
  while (ts.isAwaitExpression(value)) value = unwrap(value.expression);
  if (ts.isNewExpression(value)) return isEmitterClass(value.expression, names) ? "known" : null;
  // `createServer().listen(80)`, `interval(10).pipe(…)`: what a function or a method of others gives.
  if (ts.isCallExpression(value)) {
    const { expression: callee } = value;
    const meaning = names.originOf(callee);
    if (meaning?.kind === "import") return isOwn(meaning.from) ? null : "known";
    return ts.isPropertyAccessExpression(callee) && meaning === undefined
      ? knownOnly(emitterOf(callee.expression, names, depth + 1))
      : null;
  }
  if (ts.isPropertyAccessExpression(value)) {
    const { expression: object, name } = value;
    if (unwrap(object).kind === ts.SyntaxKind.ThisKeyword) return property(value, name.text, names, depth);
    const meaning = names.meaningOf(value);
    if (meaning !== undefined) return named(meaning, names, depth);
    return knownOnly(emitterOf(object, names, depth + 1));
  }
  if (!ts.isIdentifier(value)) return null;
  const meaning = names.meaningOf(value);
  return meaning === undefined ? null : named(meaning, names, depth);
}

function named(meaning: Meaning, names: FileNames, depth: number): ReturnType<typeof emitterOf> {
  if (meaning.kind === "global") return platformObjects.has(meaning.name) ? "known" : null;
  if (meaning.kind === "import") return isOwn(meaning.from) ? { from: meaning.from, name: meaning.name } : "known";
  const { declaration } = meaning;
  return ts.isVariableDeclaration(declaration) || ts.isParameter(declaration) ? declared(declaration, names, depth) : null;
}

function declared(
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration | ts.PropertyDeclaration,
  names: FileNames,
  depth: number,
): ReturnType<typeof emitterOf> {
  const { name, type, initializer } = declaration;
  if (!ts.isIdentifier(name) && !ts.isPrivateIdentifier(name)) return null;
  if (type !== undefined) return isEmitterType(type, names) ? "known" : null;
  return initializer === undefined ? null : emitterOf(initializer, names, depth + 1);
}

/** A property of the class around it. */
function property(node: ts.Node, name: string, names: FileNames, depth: number): ReturnType<typeof emitterOf> {
  let around: ts.Node = node;
  while (around.parent !== undefined && !ts.isClassLike(around)) around = around.parent;
  if (!ts.isClassLike(around)) return null;
  for (const member of around.members) {
    if (
      ts.isPropertyDeclaration(member) &&
      (ts.isIdentifier(member.name) || ts.isPrivateIdentifier(member.name)) &&
      member.name.text === name
    )
      return declared(member, names, depth);
    if (!ts.isConstructorDeclaration(member)) continue;
    const parameter = member.parameters.find(
      (each) => ts.isIdentifier(each.name) && each.name.text === name && each.modifiers !== undefined,
    );
    if (parameter !== undefined) return declared(parameter, names, depth);
  }
  return null;
}

/** A property of something of another file need not be an emitter. */
function knownOnly(found: ReturnType<typeof emitterOf>): "known" | null {
  return found === "known" ? found : null;
}

function isEmitterType(type: ts.TypeNode, names: FileNames): boolean {
  if (ts.isUnionTypeNode(type)) return type.types.some((each) => isEmitterType(each, names));
  if (!ts.isTypeReferenceNode(type)) return false;
  let { typeName } = type;
  while (ts.isQualifiedName(typeName)) typeName = typeName.left;
  if (declaresType(typeName.text, names.source)) return false;
  return isEmitterClass(typeName, names);
}

/** A class, or a type, that the platform or a package declares; one of the project's may extend one. */
function isEmitterClass(expression: ts.Expression, names: FileNames): boolean {
  const meaning = names.originOf(expression);
  if (meaning?.kind === "import") return !isOwn(meaning.from) && meaning.from !== "instar";
  if (meaning?.kind === "global") return platformClasses.has(meaning.name);
  if (meaning?.kind !== "local" || !ts.isClassLike(meaning.declaration)) return false;
  const base = meaning.declaration.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]?.expression;
  return base !== undefined && base !== expression && isEmitterClass(base, names);
}

function declaresType(name: string, source: ts.SourceFile): boolean {
  return source.statements.some(
    (statement) => (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) && statement.name.text === name,
  );
}

const platformObjects: ReadonlySet<string> = new Set(["document", "globalThis", "process", "self", "window"]);
const platformClasses: ReadonlySet<string> = new Set(
  "AbortSignal BroadcastChannel EventEmitter EventSource EventTarget FileReader MessagePort MutationObserver Notification Observable Performance ServiceWorker SharedWorker WebSocket Worker XMLHttpRequest".split(
    " ",
  ),
);
