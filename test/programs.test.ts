/**
 * Programs with the states of well-known packages, as actor modules: no rule finds an error in them, and what else is found is listed. The
 * same after edits that change nothing.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { ts } from "../server/src/analysis/typescript.ts";
import { FixtureProject } from "./support/fixture.ts";

const folder = new URL("fixtures/programs/", import.meta.url);

/** What is found in a program, beyond nothing: the rule, and a part of the message. */
const expected: Record<string, readonly (readonly [rule: string, text: string])[]> = {};

/** @param alone whether no other file uses what this one exports. */
const edits: Record<string, (text: string, alone: boolean) => string> = {
  "members in another order": (text) => rewritten(text, (node) => (ts.isInterfaceDeclaration(node) ? node.members : undefined)),
  "handlers in another order": (text) =>
    rewritten(text, (node) => (ts.isObjectLiteralExpression(node) && ts.isPropertyAssignment(node.parent) ? sectionOf(node) : undefined)),
  "alternatives in another order": (text) => rewritten(text, (node) => (ts.isUnionTypeNode(node) ? node.types : undefined)),
  "comments and empty lines": (text) => text.replaceAll(/^(export |function |interface |const )/gm, "\n/** Another comment. */\n$1"),
  "types by other names": (text, alone) => {
    const names = [...text.matchAll(/^(export )?(?:interface|type) (\w+)/gm)].flatMap(([, exported, name = ""]) =>
      alone || exported === undefined ? [name] : [],
    );
    // A protocol by another name is another protocol.
    const own = names.filter((name) => !new RegExp(`actor<${name}>|stateMachine<${name}>|Pid<${name}>`).test(text));
    return own.reduce((renamed, name) => renamed.replaceAll(new RegExp(`(?<![\\w."'$-])${name}(?![\\w"'-])`, "g"), `${name}Renamed`), text);
  },
  "aliases in place of interfaces": (text) =>
    replaced(text, (node) =>
      ts.isInterfaceDeclaration(node) && node.heritageClauses === undefined
        ? `${node.modifiers?.map((each) => `${each.getText()} `).join("") ?? ""}type ${node.name.text}${parametersOf(node)} = {${node.members.map((each) => each.getText()).join("\n")}};`
        : undefined,
    ),
  "lists by another name": (text) =>
    replaced(text, (node) =>
      ts.isTypeOperatorNode(node) && ts.isArrayTypeNode(node.type) && !/readonly/.test(node.type.getText())
        ? `ReadonlyArray<${node.type.elementType.getText()}>`
        : undefined,
    ),
  "nothing is readonly": (text) =>
    replaced(text, (node) => (node.kind === ts.SyntaxKind.ReadonlyKeyword && ts.isPropertySignature(node.parent) ? "" : undefined)),
};

for (const name of readdirSync(folder)) {
  describe(name, () => {
    const files = readdirSync(new URL(`${name}/src/`, folder)).map(
      (file) => [`src/${file}`, readFileSync(new URL(`${name}/src/${file}`, folder), "utf8")] as const,
    );
    const project = new FixtureProject();
    for (const [file, text] of files) project.write(file, text);

    test("says what it is modelled on, and compiles", () => {
      for (const [file, text] of files) assert.match(text, /^\/\*\*[^\n]* [\w./@-]+ \d+\.\d+\.\d+ \([\w.-]+\)/, file);
      assert.deepEqual(project.typeErrors(), []);
    });

    test("no error, and nothing unexpected", () => assertExpected(name, project));

    test("released, nothing differs", () => {
      project.release();
      assertExpected(name, project);
    });

    for (const [edit, change] of Object.entries(edits)) {
      test(edit, () => {
        let changed = false;
        for (const [file, text] of files) {
          const after = change(text, files.length === 1);
          changed ||= after !== text;
          project.write(file, after);
        }
        assert.ok(changed || !/members|comments|interfaces|readonly/.test(edit), "the edit changes something");
        assertExpected(name, project);
        const modules = project.analyzer.analyze()?.modules ?? [];
        assert.deepEqual(
          modules.map(({ state }) => [state.up, state.down]),
          modules.map(() => ["compatible", "compatible"]),
        );
      });
    }
  });
}

function assertExpected(name: string, project: FixtureProject): void {
  const found = project.findings();
  assert.deepEqual(
    found.filter(({ severity }) => severity === "error").map(({ message }) => message),
    [],
  );
  const wanted = expected[name] ?? [];
  assert.deepEqual(
    found.map(({ rule, message }) => [rule, wanted.find(([id, text]) => id === rule && message.includes(text))?.[1] ?? message]),
    wanted,
  );
}

function parametersOf({ typeParameters }: ts.InterfaceDeclaration): string {
  return typeParameters === undefined ? "" : `<${typeParameters.map((each) => each.getText()).join(", ")}>`;
}

/** `calls`, `casts` and `infos` alone: the order of other objects may matter. */
function sectionOf(node: ts.ObjectLiteralExpression): ts.NodeArray<ts.Node> | undefined {
  const { parent } = node;
  return ts.isPropertyAssignment(parent) && /^(calls|casts|infos)$/.test(parent.name.getText()) ? node.properties : undefined;
}

/** Puts the nodes of the lists that are asked for the other way round; not those within them. */
function rewritten(text: string, listOf: (node: ts.Node) => ts.NodeArray<ts.Node> | undefined): string {
  const source = ts.createSourceFile("a.ts", text, ts.ScriptTarget.ESNext, true);
  const found: ts.NodeArray<ts.Node>[] = [];
  const visit = (node: ts.Node): void => {
    const list = listOf(node);
    if (list !== undefined && list.length > 1) found.push(list);
    else ts.forEachChild(node, visit);
  };
  visit(source);
  return found.reduceRight((result, list) => {
    const nodes = [...list];
    const texts = nodes.map((node) => result.slice(node.getStart(), node.getEnd())).toReversed();
    return nodes.reduceRight(
      (before, node, index) => before.slice(0, node.getStart()) + texts[index] + before.slice(node.getEnd()),
      result,
    );
  }, text);
}

/** The outermost nodes that are to be something else. */
function replaced(text: string, by: (node: ts.Node) => string | undefined): string {
  const source = ts.createSourceFile("a.ts", text, ts.ScriptTarget.ESNext, true);
  let result = text;
  const found: (readonly [ts.Node, string])[] = [];
  const visit = (node: ts.Node): void => {
    const instead = by(node);
    if (instead === undefined) ts.forEachChild(node, visit);
    else found.push([node, instead]);
  };
  visit(source);
  for (const [node, instead] of found.toReversed()) result = result.slice(0, node.getStart()) + instead + result.slice(node.getEnd());
  return result;
}
