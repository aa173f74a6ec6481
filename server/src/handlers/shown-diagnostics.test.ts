/** What a file shows does not depend on who spoke first, nor on what was said of a text that is gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../analysis/rule.ts";
import type { Project } from "../projects.ts";
import type { ClientAbilities } from "../to-lsp.ts";
import { createShownDiagnostics } from "./shown-diagnostics.ts";

const abilities: ClientAbilities = {
  relatedInformation: true,
  codeDescription: true,
  tags: [],
  documentChanges: true,
  createFiles: true,
  changeAnnotations: true,
  definitionLinks: true,
};
const [one, other] = [{}, {}] as [Project, Project];
const file = "/p/src/room.actor.ts";

const finding = (line: number, rule: string, column = 1): Finding => ({
  rule,
  severity: "error",
  module: null,
  file,
  range: { start: { line, column }, end: { line, column: column + 1 } },
  message: `${rule} in line ${line}`,
  related: [],
  fixes: [],
});

function shown(version: () => number | undefined = () => undefined, shows = true) {
  const open = { uri: () => undefined, version, exists: () => true };
  return createShownDiagnostics(open, abilities, () => shows);
}

test("of a file that several projects read, the order is that of the text, whoever spoke first", () => {
  const [first, second] = [
    [finding(3, "b"), finding(9, "a")],
    [finding(1, "z"), finding(3, "a")],
  ] as const;
  const forwards = shown();
  forwards.set(one, file, first);
  forwards.set(other, file, second);
  const backwards = shown();
  backwards.set(other, file, second);
  backwards.set(one, file, first);
  const texts = forwards.of(file).diagnostics.map(({ message }) => message);
  assert.deepEqual(texts, ["z in line 1", "a in line 3", "b in line 3", "a in line 9"]);
  assert.equal(forwards.of(file).id, backwards.of(file).id);
});

test("what two projects say alike is said once", () => {
  const both = shown();
  both.set(one, file, [finding(1, "a")]);
  both.set(other, file, [finding(1, "a")]);
  assert.equal(both.of(file).diagnostics.length, 1);
  assert.deepEqual(both.filesOf(one), [file]);
  both.set(one, file, []);
  assert.deepEqual(both.filesOf(one), []);
  assert.equal(both.of(file).diagnostics.length, 1);
});

test("what was said of an older text is not shown for a newer one", () => {
  let version: number | undefined = 1;
  const open = shown(() => version);
  open.set(one, file, [finding(1, "a")]);
  assert.equal(open.of(file).diagnostics.length, 1);
  version = 2;
  assert.deepEqual(open.of(file).diagnostics, []);
  open.set(other, file, [finding(2, "b")]);
  assert.deepEqual(
    open.of(file).diagnostics.map(({ code }) => code),
    ["b"],
  );
  version = undefined;
  assert.deepEqual(open.of(file).diagnostics, []);
});

test("a file that is to show nothing shows nothing, and what is known of it stays known", () => {
  const hidden = shown(undefined, false);
  hidden.set(one, file, [finding(1, "a")]);
  assert.deepEqual(hidden.of(file).diagnostics, []);
  assert.deepEqual(hidden.files, [file]);
});
