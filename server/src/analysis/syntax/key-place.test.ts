/** Places are found in text that is broken as well, whatever stands before them; and no text makes it fail. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { keyPlace } from "./key-place.ts";

/** The cursor stands at `‸`. The path, and what is typed of a key where one may come next. */
const cases: readonly (readonly [text: string, path: string | undefined, typed?: string])[] = [
  ["actor({ ‸ })", "", ""],
  ["actor<Room>({ vs‸", "", "vs"],
  ["actor<Room<Pid<A>>>({\n  codeChange: { ‸", "codeChange", ""],
  ["actor({ codeChange: { 1: { up‸ } } })", "codeChange.1", "up"],
  ["actor({ codeChange: { 1: { up: (old) => old, d‸", "codeChange.1", "d"],
  ['actor({ "codeChange": { 1: { up: ‸', "codeChange.1.up"],
  ["actor({ codeChange: { 1: { up(old: A) { return { ‸", "codeChange.1.up"],
  ["actor({ init: () => ({ a: `x${{ b: `}` }.b}{` }), codeChange: { ‸", "codeChange", ""],
  ["actor({ init: () => /[{/]\\/{/.test(a), codeChange: { ‸", "codeChange", ""],
  ["actor({ init: (a) => a / 2 / { b }, codeChange: { ‸", "codeChange", ""],
  ["actor({ // { (\n /* } ) */ init: () => ')}', codeChange: { ‸", "codeChange", ""],
  ['actor({ init: () => "never closed,\n codeChange: { ‸', "codeChange", ""],
  ["actor({ calls: { async size() { if (a) { b } else { c(); } }, ‸", "calls", ""],
  ["actor({ init, codeChange: { ...others, ‸", "codeChange", ""],
  ["other({ codeChange: { ‸", undefined],
  ["actor({ codeChange: { // ‸", undefined],
  ["actor({ codeChange: { /* ‸ */ } })", undefined],
  ["actor({ codeChange: { /* */‸ } })", "codeChange", ""],
  ["actor({ codeChange: { 1: { up: (old) => ({ 'a‸' }) } } })", undefined],
  ["actor({ codeChange: { 1: { up: (old) => ({ a: 'old.‸\n", undefined],
  ["actor({ codeChange: { 1: { up: (old) => ({ a: ''‸", "codeChange.1.up"],
  ["actor({ codeChange: { 1: { up: (old) => ({ a: /old.‸/ }) } } })", undefined],
  ["actor({ codeChange: { 1: { up: (old) => ({ a: `${old.‸}` }) } } })", "codeChange.1.up"],
  ["actor(definition); const a = { ‸", undefined],
  ["‸", undefined],
];

for (const [text, path, typed] of cases)
  test(JSON.stringify(text), () => {
    const found = keyPlace(text.replace("‸", ""), text.indexOf("‸"));
    assert.equal(found?.path.join("."), path);
    assert.equal(found?.isKey ?? false, typed !== undefined);
    if (typed !== undefined) assert.equal(found?.typed, typed);
  });

test("keys before and behind are known, but for what is being typed", () => {
  const text = "actor({ codeChange: { 1: { up: f, down(g) {} }, ‸2, 3: { x: 1 }, 4: g }, vsn: 1 })";
  assert.deepEqual(keyPlace(text.replace("‸", ""), text.indexOf("‸") + 1)?.keys, ["1", "3", "4"]);
});

test("any part of a source is a text that somebody may have before them", () => {
  const source = readFileSync(fileURLToPath(new URL("./parse-types.ts", import.meta.url)), "utf8");
  const text = `actor({ ${source.slice(0, 6000)}`;
  for (let at = 0; at < text.length; at += 7) keyPlace(text.slice(at % 100), Math.max(0, at - (at % 100)));
});
