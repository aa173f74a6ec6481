/** What is read of a call of `supervisor`, and what is left open. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { collectBodies } from "./collectors.ts";
import type { SupervisorCall } from "./supervisors.ts";
import { words } from "./words.ts";

const cases: Record<string, readonly [code: string, read: string]> = {
  nothing: ["export default supervisor({ children: [] });", "exported one_for_one default []"],
  everything: [
    'export default supervisor({ strategy: "one_for_all", intensity: { restarts: 3, within: 5 * 1000 }, children: [child(room, { id: "tea", restart: "transient", args: [1] })] });',
    "exported one_for_all 3/5000 [tea:./room.actor.ts:transient]",
  ],
  "by names of the file": [
    'const strategy = "rest_for_one"; const restarts = 2; const tea = child(room, { id: "tea" }); const children = [tea];\nexport default supervisor({ strategy, intensity: { restarts, within: 1e3 }, children });',
    "exported rest_for_one 2/1000 [tea:./room.actor.ts:permanent]",
  ],
  "by another name of the package": [
    'import * as otp from "instar";\nexport default otp.supervisor({ children: [otp.child(room, { id: "tea" })] });',
    "exported one_for_one default [tea:./room.actor.ts:permanent]",
  ],
  "in a function": ["export const make = () => supervisor({ children: [] });", "one_for_one default []"],
  "numbers from elsewhere": [
    "export default supervisor({ intensity: { restarts: Number(process.env.RESTARTS), within: 5000 }, children: [] });",
    "exported one_for_one ?/5000 []",
  ],
  "an intensity from elsewhere": ["export default supervisor({ intensity: settings(), children: [] });", "exported one_for_one open []"],
  "children that are computed": [
    'export default supervisor({ children: [child(room, { id: "tea" }), ...names.map((id) => child(room, { id }))] });',
    "exported one_for_one default [tea:./room.actor.ts:permanent ...]",
  ],
  "children from elsewhere": ["export default supervisor({ children: rooms() });", "exported one_for_one default [...]"],
  "ids that are computed": [
    "export default supervisor({ children: [child(room, { id: name(), restart })] });",
    "exported one_for_one default [?:./room.actor.ts:?]",
  ],
  "options from elsewhere": [
    "export default supervisor({ children: [child(room, options)] });",
    "exported one_for_one default [?:./room.actor.ts:?]",
  ],
  "a definition from elsewhere": ["export default supervisor(definition());", "exported ? open [...]"],
  "a definition with others in it": ["export default supervisor({ ...common, children: [] });", "exported ? open [...]"],
};

describe("supervisors", () => {
  for (const [name, [code, read]] of Object.entries(cases)) test(name, () => assert.deepEqual(supervisorsIn(code).map(shown), [read]));

  test("of others are none", () => {
    assert.deepEqual(supervisorsIn("const supervisor = (x) => x;\nexport default supervisor({ children: [] });"), []);
    assert.deepEqual(supervisorsIn("export default pm.supervisor({ children: [] });"), []);
  });

  test("options in another order, or on more lines, are the same options", () => {
    const [one, other] = [
      'child(room, { id: "tea", args: ["tea", 1], name: "tea" })',
      'child(room, {\n  name: "tea",\n  // Why.\n  args: [\n    "tea",\n    1,\n  ],\n  id: "tea",\n})',
    ].map((text) => supervisorsIn(`export default supervisor({ children: [${text}] });`)[0]?.children[0]?.options);
    assert.ok(one !== undefined);
    assert.equal(one, other);
  });
});

function supervisorsIn(code: string): readonly SupervisorCall[] {
  const text = `import { child, supervisor } from "instar";\nimport room from "./room.actor.ts";\n${code}`;
  // A name of the file's own hides the import.
  const clean = code.includes("const supervisor") ? text.replace(", supervisor", "") : text;
  assert.ok(words.supervisors.mayHold(clean));
  return collectBodies("a.ts", clean, ["supervisors"]).supervisors ?? [];
}

function shown({ exported, strategy, intensity, children, open }: SupervisorCall): string {
  const pair =
    intensity === undefined
      ? "default"
      : intensity === null
        ? "open"
        : `${intensity.restarts.value ?? "?"}/${intensity.within.value ?? "?"}`;
  const list = children.map(({ id, module, restart }) => `${id.value ?? "?"}:${module?.from ?? "?"}:${restart ?? "?"}`);
  return `${exported ? "exported " : ""}${strategy?.value ?? "?"} ${pair} [${[...list, ...(open ? ["..."] : [])].join(" ")}]`;
}
