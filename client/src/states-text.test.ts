/** The document of real states. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { l10n } from "../../test/support/l10n.ts";
import { statesText } from "./states-text.ts";

test("each state has beside it what the steps make of it", () => {
  const states = [
    { pid: "<0.2>", name: "tea", state: "{ title: 'tea' }", after: "{ name: 'tea' }" },
    { pid: "<0.3>", name: null, state: "{ title: 'oat' }", after: null },
  ];
  assert.equal(
    statesText("src/room.actor", 1, { runtimes: [{ name: "dev", states, more: 3, problem: null }] }, l10n.t),
    `// States of src/room.actor, version 1

// In dev

// tea <0.2>
{ title: 'tea' }
// as the code on disk would have it
{ name: 'tea' }

// <0.3>
{ title: 'oat' }

// and 3 more
`,
  );
});

test("it says where nothing is known", () => {
  assert.match(statesText("src/room.actor", 1, { runtimes: [] }, l10n.t), /No process runs this version now/);
  const refused = { runtimes: [{ name: "dev", states: [], more: 0, problem: "It does not build." }] };
  assert.match(statesText("src/room.actor", 1, refused, l10n.t), /What the steps make of them is not known\. It does not build\./);
});
