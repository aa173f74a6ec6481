/**
 * What a person reads in the extension passes `vscode.l10n.t`, so that it can be translated without a change of the code. Found by where
 * literals stand: in messages, and in the properties in which VS Code takes texts.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repository } from "./support/temporary-project.ts";

const folder = join(repository, "client/src");
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /(?<!\.test)\.ts$/.test(file));

/** A literal that begins here: the quote, and a letter somewhere in it. Names of ours and of VS Code's icons are the same in all languages. */
const literal = String.raw`(?:"(?!Instar"|\$\([\w~-]+\)")[^"\n]*[A-Za-z][^"\n]*"|${"`"}[^${"`"}$]*[A-Za-z])`;
const places: readonly RegExp[] = [
  new RegExp(String.raw`\bshow(?:Information|Warning|Error)Message\(\s*${literal}`, "g"),
  new RegExp(String.raw`\bsetStatusBarMessage\(\s*${literal}`, "g"),
  new RegExp(
    String.raw`\b(?:title|placeHolder|placeholder|prompt|label|description|detail|tooltip|openLabel|saveLabel)(?::|\s=)\s*${literal}`,
    "g",
  ),
  new RegExp(String.raw`\b(?:appendMarkdown|new vscode\.MarkdownString|report\(\{ message:)\(?\s*${literal}`, "g"),
];

test("texts that people read can be translated", () => {
  const found = sources.flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return places.flatMap((place) => Array.from(text.matchAll(place), ([match]) => `${file}: ${match}`));
  });
  assert.deepEqual(found, []);
});

test("texts for translation are whole, with places for what varies", () => {
  const found = sources.filter((file) => /\bl10n\.t\(\s*(?:`[^`]*\$\{|"[^"]*"\s*\+)/.test(readFileSync(join(folder, file), "utf8")));
  assert.deepEqual(found, []);
});
