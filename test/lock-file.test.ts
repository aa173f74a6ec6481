/**
 * `npm ci` refuses a lock file that does not name the packages of all platforms, and npm itself leaves out those that the registry in use
 * does not have. So what is missing has to be added by hand; this says what it is.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

for (const file of ["package-lock.json", "test/e2e/package-lock.json", "bench/programs/package-lock.json"]) {
  test(`${file} names every optional package, and no registry`, () => {
    const text = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
    const { packages }: LockFile = JSON.parse(text);
    const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages || `${place}/node_modules/${name}` in packages),
      ),
    );
    assert.deepEqual(missing, []);
    assert.doesNotMatch(text, /"resolved": "http/);
  });
}
