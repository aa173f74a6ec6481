/** Paths of changes lead to the line of the snapshot that says what it was. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { snapshotPlace } from "./snapshot-place.ts";

const snapshot = `// Instar snapshot of src/room.actor, version 1. Written by \`instar release\`; do not edit. format=1 hash=00

export interface State {
  readonly members: readonly Member[];
  readonly title: string;
  readonly pos: { readonly x: number; readonly y?: number };
  readonly kind: { readonly t: "a"; readonly v: number } | { readonly t: "b" };
  readonly byName: ReadonlyMap<string, Member>;
  readonly "a-b": string;
}

/** Protocol Room. */
export interface Protocol {
  state: State;
}

interface Member {
  readonly title: number;
  readonly tags: readonly { readonly label: string }[];
}
`;

const places: [path: string, line: number, text: string][] = [
  ["State", 3, "State"],
  ["State.title", 5, "title"],
  ["State.members[].title", 18, "title"],
  ["State.members[].tags[].label", 19, "label"],
  ["State.pos.y", 6, "y"],
  ['State.kind|t="a".v', 7, "v"],
  ["State.byName<value>.tags[].label", 19, "label"],
  ['State["a-b"]', 9, "a-b"],
  // What was not there has its place in what was around it.
  ["State.pos.z", 6, "pos"],
  ["State.topic", 3, "State"],
  ["State.members[].name", 4, "members"],
];

for (const [path, line, text] of places)
  test(path, () => {
    const range = snapshotPlace(snapshot, path);
    assert.equal(range?.start.line, line);
    const [from, to] = [range.start.column - 1, range.end.column - 1];
    assert.equal(snapshot.split("\n")[line - 1]?.slice(from, to), text);
  });

test("a text that is no snapshot has no places", () => assert.equal(snapshotPlace("", "State.title"), undefined));
