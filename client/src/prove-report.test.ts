/** What a proof says in the editor. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { l10n } from "../../test/support/l10n.ts";
import { findingText, parseProof, proofDocument, type ProofJson } from "./prove-report.ts";

const proof: ProofJson = {
  seed: 7,
  runs: 100,
  modules: [{ id: "src/room.actor", tried: [{ from: 1, to: 2, states: 100 }] }],
  findings: [
    {
      rule: "code-change-throws",
      severity: "error",
      module: "src/room.actor",
      file: "src/room.actor.ts",
      range: { start: { line: 4, column: 5 }, end: { line: 4, column: 6 } },
      message: "`codeChange[1].up` throws.",
      counterExample: { vsn: 1, state: '{ title: "" }', steps: [{ by: "codeChange[1].up", gives: "TypeError: no title" }] },
    },
  ],
  summary: { errors: 1, warnings: 0, infos: 0 },
};

test("the report says what was tried, and each finding with the state that shows it", () => {
  assert.equal(
    proofDocument(proof, l10n.t),
    `# What the proof of the steps found

| Module | Versions | States |
| --- | --- | --- |
| \`src/room.actor\` | 1 → 2 | 100 |

Seed 7, 100 states each way. The same states again: \`instar prove --seed 7\`

## error: code-change-throws

src/room.actor.ts:4

\`codeChange[1].up\` throws.

\`\`\`ts
// A state of version 1
{ title: "" }
// codeChange[1].up gives
TypeError: no title
\`\`\`
`,
  );
  const nothing = proofDocument({ ...proof, modules: [], findings: [] }, l10n.t);
  assert.match(nothing, /No step was tried\.[^]*Nothing was found\./);
});

test("a finding in the Problems view has its smallest state with it", () => {
  assert.equal(
    findingText(proof.findings[0]!, l10n.t),
    '`codeChange[1].up` throws.\nWith { title: "" }\ncodeChange[1].up gives TypeError: no title',
  );
});

test("what is no proof is none", () => {
  assert.deepEqual(parseProof(JSON.stringify(proof)), proof);
  for (const text of ["", "instar: no such module", "null", "{}", "[]"]) assert.equal(parseProof(text), undefined, text);
});
