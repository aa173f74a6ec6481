/** The README's table of errors is complete, and only names codes that the sources use. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { errorCodes } from "./exit.ts";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("each error code has one row in the README, in order", () => {
  const rows = [...read("../README.md").matchAll(/^\| `(INSTAR_\w+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual(rows, [...errorCodes]);
});

test("each error code is used", () => {
  const sources = readdirSync(new URL(".", import.meta.url))
    .filter((file) => file.endsWith(".ts") && !/\.test(-d)?\.ts$/.test(file) && file !== "exit.ts")
    .map((file) => read(file))
    .join("\n");
  for (const code of errorCodes) assert.ok(sources.includes(`"${code}"`), `${code} is used nowhere`);
});
