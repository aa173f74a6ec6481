/** Types of a package that are heavy on classes, recursion and generics; all packages are read by `npm run fuzz:shapes -- --packages`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readPackage, typedPackages } from "./packages.ts";

const installed = new Set(typedPackages());

for (const [name, most] of [
  ["commander", 12],
  ["@types/ws", 12],
  // Its methods give ever larger types.
  ["zod", 4],
] as const) {
  test(`the types of ${name} are states that are written, read back and compared`, { skip: !installed.has(name) }, () => {
    const { types, unknowns, problems } = readPackage(name, most);
    assert.ok(types >= most / 2);
    assert.deepEqual(problems, []);
    // Whatever says nothing does so for a reason.
    assert.deepEqual(
      Object.keys(unknowns).filter((why) => !["any", "parameter", "written so", "endless"].includes(why)),
      [],
    );
  });
}
