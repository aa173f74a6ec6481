/** A small application in versions: one actor that counts under a title, and the changes that its tests need. */

/** The sources of the counter. */
export function counterSource(version: {
  readonly vsn?: string;
  readonly state: string;
  readonly initial: string;
  readonly codeChange?: string;
}): string {
  return `import { actor } from "instar";

export interface State {
${version.state}
}

export interface Counter {
  init(title: string): State;
  calls: { get(): State };
  casts: { add(n: number): void };
}

export default actor<Counter>({
  vsn: ${version.vsn ?? "1"},
  init: (title) => (${version.initial}),
  calls: { get: ({ state, reply }) => reply(state) },
  casts: { add: ({ state, next }, n) => next({ ...state, count: state.count + n }) },${version.codeChange ?? ""}
});
`;
}

/** The first version. */
export const counter = counterSource({
  state: "  readonly title: string;\n  readonly count: number;",
  initial: "{ title, count: 0 }",
});

/** Its state with a field renamed and one added, and nothing else done about it. */
export const changedCounter = counterSource({
  state: "  readonly name: string;\n  readonly count: number;\n  readonly step: number;",
  initial: "{ name: title, count: 0, step: 1 }",
});

/** An application that supervises one counter. */
export const counterApp = `import { child, supervisor } from "instar";
import counter from "./counter.actor.ts";

export default supervisor({
  vsn: 1,
  strategy: "one_for_one",
  intensity: { restarts: 3, within: 5000 },
  children: [child(counter, { id: "first", name: "first", args: ["One"] }), child(counter, { id: "second", name: "second", args: ["Two"] })],
});
`;
