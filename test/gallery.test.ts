/** `docs/gallery.md` is what the scenarios of the editor test say it is: `npm run gallery` takes the pictures and writes the page. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { galleryPage, picturesOf } from "./e2e/gallery.ts";
import { loadScenarios } from "./e2e/load-scenarios.ts";

const docs = new URL("../docs/", import.meta.url);
const images = new URL("images/gallery/", docs);
const pictures = picturesOf(await loadScenarios());

test("the page is written from the scenarios", () => {
  assert.equal(readFileSync(new URL("gallery.md", docs), "utf8"), galleryPage(pictures), "run `npm run gallery -- <scenario>`");
});

test("each picture of a scenario has been taken, and there is no other", () => {
  assert.deepEqual(readdirSync(images).toSorted(), pictures.map(({ file }) => file).toSorted(), "run `npm run gallery -- <scenario>`");
});

test("all pictures together stay small enough to be looked at over a slow line", () => {
  const bytes = readdirSync(images)
    .map((file) => statSync(new URL(file, images)).size)
    .reduce((sum, size) => sum + size, 0);
  assert.ok(bytes < 3_000_000, `${bytes} bytes`);
});
