/** An actor module on its own, as `instar prove` takes it: built from the disk, evaluated without an application, with the places of its steps. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { devProject } from "../../../test/support/dev-project.ts";
import { buildActor, loadActor } from "./load-actor.ts";

const source = `import { actor } from "instar";
import { raise } from "./raise.ts";

export default actor<any>({
  vsn: 3,
  init: () => ({ n: 0 }),
  codeChange: {
    1: {
      up: (old: { n: number }) => old,
      down: (state: { n: number }) => state,
    },
    2: {
      up: (old: { n: number }) => old,
      down: raise,
    },
  },
});
`;

test("a built actor gives its steps, their places, and the places of what they throw", async (t) => {
  const project = devProject(t, {
    "src/counter.actor.ts": source,
    "src/raise.ts": "interface Long { readonly line: string }\n\nexport function raise(): never {\n  throw new Error('no');\n}\n",
  });
  const built = structuredClone(await buildActor(project.root, project.path("src/counter.actor.ts")));
  const { definition, placesOf, placeOf, copy } = await loadActor(built);
  assert.equal(definition.vsn, 3);
  const steps = Object.values(definition.codeChange ?? {}).flatMap(({ up, down }) => (typeof down === "function" ? [up, down] : [up]));
  const short = (place: { file: string; line: number; column: number } | null): string | null =>
    place === null ? null : `${place.file.slice(project.root.length + 1)}:${place.line}:${place.column}`;
  // Two of them have the same text.
  assert.deepEqual(placesOf([...steps, () => {}]).map(short), [
    "src/counter.actor.ts:9:11",
    "src/counter.actor.ts:10:13",
    "src/counter.actor.ts:13:11",
    "src/raise.ts:3:8",
    null,
  ]);
  try {
    steps[3]?.({}, undefined);
    assert.fail();
  } catch (error) {
    assert.equal(short(placeOf(error)), "src/raise.ts:4:9");
  }
  const state = { list: [1] };
  assert.deepEqual(copy(state), state);
  assert.notEqual((copy(state) as typeof state).list, state.list);
});

test("a file without an actor is refused with its place", async (t) => {
  const project = devProject(t, { "src/plain.ts": "export default 1;\n" });
  const built = await buildActor(project.root, project.path("src/plain.ts"));
  await assert.rejects(loadActor(built), { code: "INSTAR_KIND_CHANGED" });
});
