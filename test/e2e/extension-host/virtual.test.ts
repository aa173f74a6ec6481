/** Documents that are not on the disk: nothing is found in them, nothing fails, and the person is told why. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { activated, findings, uri, withPerson } from "./in-host.ts";

test("an actor module on a virtual file system says why nothing is found in it", async () => {
  await activated();
  const items: vscode.LanguageStatusItem[] = [];
  const { createLanguageStatusItem } = vscode.languages;
  Object.assign(vscode.languages, {
    createLanguageStatusItem: (id: string, selector: vscode.DocumentSelector) => {
      const item = createLanguageStatusItem(id, selector);
      items.push(item);
      return item;
    },
  });
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri("src/bell.actor.ts")));
  const provider = vscode.workspace.registerTextDocumentContentProvider("elsewhere", { provideTextDocumentContent: () => text });
  try {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse("elsewhere:/src/bell.actor.ts"));
    assert.equal(document.languageId, "typescript");
    // The same text on the disk has a finding, so the analysis has come this far.
    assert.deepEqual(await findings("src/bell.actor.ts"), ["function-in-state"]);
    assert.deepEqual(
      vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === "instar"),
      [],
    );
    assert.deepEqual(
      items.map(({ name, text: said }) => [name, said]),
      [["Instar", "Instar: not on the disk"]],
    );
    await vscode.workspace.openTextDocument({ language: "typescript", content: text });
    assert.match(items[1]?.detail ?? "", /Save this file into a project/);
  } finally {
    Object.assign(vscode.languages, { createLanguageStatusItem });
    provider.dispose();
  }
});

test("the example is not copied to where it could not run", async () => {
  const told = await withPerson([], () => vscode.commands.executeCommand("instar.openExample", vscode.Uri.parse("elsewhere:/")));
  assert.deepEqual(told, ["Instar: The example runs on Node.js, so it has to be on the disk. Choose a folder there."]);
});
