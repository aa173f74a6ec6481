/** Several files change together or not at all, on a real disk. */
import { test } from "node:test";
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext } from "node:test";
import { WriteRefused, writeFileAtomic, writeFilesAtomic } from "./write-files.ts";

test("all files are written, new ones with their folders", async (t) => {
  const folder = temporaryFolder(t, { "a.txt": "1" });
  await writeFilesAtomic([
    { file: join(folder, "a.txt"), before: "1", after: "2" },
    { file: join(folder, "deep/er/b.txt"), before: undefined, after: "new" },
  ]);
  assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "2");
  assert.equal(readFileSync(join(folder, "deep/er/b.txt"), "utf8"), "new");
  assert.deepEqual(readdirSync(folder).toSorted(), ["a.txt", "deep"]);
});

test("a file that somebody wrote meanwhile stops all of them", async (t) => {
  const folder = temporaryFolder(t, { "a.txt": "1", "b.txt": "theirs" });
  const changes = [
    { file: join(folder, "a.txt"), before: "1", after: "2" },
    { file: join(folder, "b.txt"), before: "1", after: "2" },
  ];
  await assert.rejects(writeFilesAtomic(changes), (error) => error instanceof WriteRefused && /b\.txt was changed/.test(error.message));
  assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "1");
  assert.deepEqual(readdirSync(folder).toSorted(), ["a.txt", "b.txt"]);
});

test("a rename that fails takes back the ones before it", async (t) => {
  const folder = temporaryFolder(t, { "a.txt": "1" });
  // The folder that the last file needs stands where the one before it shall be, which only that one's rename finds out.
  const changes = [
    { file: join(folder, "a.txt"), before: "1", after: "2" },
    { file: join(folder, "new.txt"), before: undefined, after: "2" },
    { file: join(folder, "late"), before: undefined, after: "2" },
    { file: join(folder, "late/x.txt"), before: undefined, after: "2" },
  ];
  await assert.rejects(writeFilesAtomic(changes), WriteRefused);
  assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "1");
  assert.ok(!existsSync(join(folder, "new.txt")));
  assert.deepEqual(readdirSync(folder).toSorted(), ["a.txt", "late"]);
});

test("mode and links of a file stay", async (t) => {
  const folder = temporaryFolder(t, { "script.sh": "1" });
  chmodSync(join(folder, "script.sh"), 0o755);
  symlinkSync("script.sh", join(folder, "link.sh"));
  await writeFilesAtomic([{ file: join(folder, "link.sh"), before: "1", after: "2" }]);
  assert.ok(lstatSync(join(folder, "link.sh")).isSymbolicLink());
  assert.equal(readFileSync(join(folder, "script.sh"), "utf8"), "2");
  assert.equal(statSync(join(folder, "script.sh")).mode & 0o777, 0o755);
});

test("one file: folders are made, nothing else is left", async (t) => {
  const folder = temporaryFolder(t, {});
  await writeFileAtomic(join(folder, "x/y.txt"), "text");
  assert.deepEqual(readdirSync(join(folder, "x")), ["y.txt"]);
});

function temporaryFolder(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "instar-write-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
