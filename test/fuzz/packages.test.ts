/** Types of a package that are heavy on classes, recursion and generics; all packages are read by `npm run fuzz:shapes -- --packages`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readPackage } from "./packages.ts";

for (const name of ["commander", "@types/ws"]) {
  test(`the types of ${name} are states that are written, read back and compared`, () => {
    const { types, unknowns, problems } = readPackage(name, 12);
    assert.ok(types >= 6);
    assert.deepEqual(problems, []);
    // Whatever says nothing does so for a reason.
    assert.deepEqual(
      Object.keys(unknowns).filter((why) => !["any", "parameter", "written so", "endless"].includes(why)),
      [],
    );
  });
}
