/** Which answers to a fix's questions are offered, and in which words. The conversation with an editor is in `test/serve.test.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RenameQuestion } from "../analysis/rule.ts";
import { answerText, plausibleAnswers } from "./code-actions.ts";

const cases: { name: string; questions: RenameQuestion[]; offers: string[] }[] = [
  {
    name: "one question has two answers, the rename first",
    questions: [{ from: "State.title", to: "State.name" }],
    offers: ["title was renamed to name", "title dropped, name added"],
  },
  {
    name: "one old field is renamed to one new field at most",
    questions: [
      { from: "State.title", to: "State.name" },
      { from: "State.title", to: "State.topic" },
    ],
    offers: ["title was renamed to name; topic added", "title was renamed to topic; name added", "title dropped, name and topic added"],
  },
  {
    name: "one new field has one old name at most",
    questions: [
      { from: "State.a", to: "State.c" },
      { from: "State.b", to: "State.c" },
    ],
    offers: ["a was renamed to c; b dropped", "b was renamed to c; a dropped", "a and b dropped, c added"],
  },
  {
    name: "two pairs are answered each for itself, and paths keep what tells them apart",
    questions: [
      { from: "State.a", to: "State.b" },
      { from: "State.members[].c", to: "State.members[].d" },
    ],
    offers: [
      "a was renamed to b; members[].c was renamed to members[].d",
      "a was renamed to b; members[].c dropped, members[].d added",
      "members[].c was renamed to members[].d; a dropped, b added",
      "a and members[].c dropped, b and members[].d added",
    ],
  },
];

for (const { name, questions, offers } of cases)
  test(name, () => {
    assert.deepEqual(
      plausibleAnswers(questions).map((answers) => answerText(questions, answers)),
      offers,
    );
  });

test("without a question there is one answer", () => {
  assert.deepEqual(plausibleAnswers([]), [{ renames: {} }]);
});

test("however many questions there are, few answers are offered, and that nothing was renamed is among them", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const questions = names.flatMap((from) => names.map((to) => ({ from: `State.${from}`, to: `State.new${to}` })));
  const answers = plausibleAnswers(questions);
  assert.equal(answers.length, 8);
  assert.deepEqual(answers.at(-1), { renames: {} });
  for (const { renames } of answers) assert.equal(new Set(Object.values(renames)).size, Object.keys(renames).length);
});
