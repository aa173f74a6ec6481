/**
 * Reading by names gives what the type checker gives, or nothing: for everything that the rule pages show, for all shape cases, for random
 * modules, and for texts that are cut off in the middle.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parsePage } from "../../../test/support/fixture.ts";
import { memoryHost } from "../../../test/support/memory-host.ts";
import { randomModules } from "../../../test/support/random-modules.ts";
import { CheckedProject } from "./checked-project.ts";
import { ProjectOutlines } from "./outlines.ts";
import { listSources } from "./project-files.ts";
import { readByNames } from "./read-names.ts";
import { compiler } from "./compiler.ts";
import { type Shape, shapeHash } from "./shape.ts";
import { testSeed } from "../../../test/support/test-seed.ts";

const root = "/p";

/** How many of the files that make an actor were read by names. */
function compareReadings(sources: Readonly<Record<string, string>>, names = true): { readonly actors: number; readonly byNames: number } {
  const files: Record<string, string> = Object.fromEntries(Object.entries(sources).map(([name, text]) => [`${root}/${name}`, text]));
  const host = memoryHost(files);
  const checked = new CheckedProject(host, root);
  const outlines = new ProjectOutlines(host, root, compiler.readOutline, (file) => checked.settings(file));
  const all = listSources(host, root);
  let [actors, byNames] = [0, 0];
  for (const file of all) {
    const expected = checked.read(file, all);
    if (expected.actor !== null) actors += 1;
    const { reading } = readByNames(outlines, file);
    if (reading === undefined) continue;
    if (reading.actor !== null) byNames += 1;
    const found = difference(reading, expected, names);
    assert.equal(found, undefined, `${found}\n${file}\n${files[file]}`);
  }
  return { actors, byNames };
}

/**
 * Where two readings differ, if they do. The order of alternatives and which parts are one object are nobody's business. To the checker
 * `A[]` and `B[]` are one type where `A` and `B` are, and which name it gives then depends on what was read before.
 */
function difference(one: unknown, other: unknown, names: boolean, path = "", seen = new Map<unknown, Set<unknown>>()): string | undefined {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return Object.is(one, other) ? undefined : `${path}: ${String(one)} instead of ${String(other)}`;
  }
  const met = seen.get(one) ?? new Set();
  if (met.has(other)) return undefined;
  seen.set(one, met.add(other));
  const [left, right] = [sorted(one), sorted(other)];
  const { kind } = left;
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const isName = key === "name" || key === "declared";
    if (isName && typeof kind === "string" && (!names || kind === "array" || kind === "tuple")) continue;
    const found = difference(left[key], right[key], names, `${path}.${key}`, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

function sorted(value: object): Readonly<Record<string, unknown>> {
  if ((value as Shape).kind !== "union") return value as Readonly<Record<string, unknown>>;
  const { members, ...rest } = value as Extract<Shape, { kind: "union" }>;
  return { ...rest, members: members.toSorted((one, other) => (shapeHash(one) < shapeHash(other) ? -1 : 1)) };
}

describe("what rule pages show", () => {
  const folder = new URL("./rules/", import.meta.url);
  for (const page of readdirSync(folder).filter((name) => name.endsWith(".md"))) {
    test(page, () => {
      for (const { blocks } of parsePage(readFileSync(new URL(page, folder), "utf8")).fixtures)
        for (const version of ["old", "new", "fixed"] as const)
          compareReadings(Object.fromEntries(blocks.filter((each) => each.version === version).map(({ file, code }) => [file, code])));
    });
  }
});

test("the chat example", () => {
  const folder = new URL("../../../examples/chat/src/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const { actors, byNames } = compareReadings(
    Object.fromEntries(names.map((name) => [`src/${name}`, readFileSync(new URL(name, folder), "utf8")])),
  );
  assert.ok(byNames > actors / 2, `${byNames} of ${actors}`);
});

test("shape cases", () => {
  interface Case {
    readonly name: string;
    readonly old: string;
    readonly new: string;
  }
  const text = readFileSync(new URL("../../../test/fixtures/shape-cases.json", import.meta.url), "utf8");
  const { cases } = JSON.parse(text) as { readonly cases: readonly Case[] };
  assert.ok(cases.length > 50);
  const body = `import { actor } from "instar";\nexport interface P { init(): State }\nexport default actor<P>({ vsn: 1, init: () => null! });\n`;
  compareReadings(
    Object.fromEntries(
      cases.flatMap(({ old, new: now }, index) => [
        [`a${index}.ts`, `${body}${old}`],
        [`b${index}.ts`, `${body}${now}`],
      ]),
    ),
  );
});

describe("random modules", () => {
  const seed = testSeed();
  const read = (from: number): { readonly actors: number; readonly byNames: number } => {
    let [actors, byNames] = [0, 0];
    for (let round = 0; round < Number(process.env["ROUNDS"] ?? 6); round += 1) {
      const found = compareReadings(randomModules(from + round, { actors: 12, shared: 6, odd: round % 2 === 0 }), false);
      actors += found.actors;
      byNames += found.byNames;
    }
    return { actors, byNames };
  };
  test(`seed ${seed}`, () => void read(seed));
  // They hold much that only the checker understands. How many do not is a matter of chance, so it is asked of one seed that is known.
  test("some are read by names alone", () => {
    const { actors, byNames } = read(1);
    assert.ok(byNames > actors / 20, `${byNames} of ${actors}`);
  });
});

test("texts that are cut off", () => {
  const sources = randomModules(7, { actors: 1, shared: 1 });
  const [file = "", text = ""] = Object.entries(sources).find(([name]) => name.includes("actor")) ?? [];
  for (let length = 0; length < text.length; length += 23) compareReadings({ ...sources, [file]: text.slice(0, length) }, false);
});
