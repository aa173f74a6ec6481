/** Breakpoints in TypeScript, over the inspector's protocol: they bind in every version of a module, before its first line runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attachDebugger } from "../../../test/support/debugger.ts";
import { answering, exported, loaded } from "../../../test/support/loaded-project.ts";

/** Lines of types have nothing behind them in the generated code, so the same line of two versions stands on other lines there. */
const price = (version: number, types: number): string =>
  `${"interface Nothing { a: number }\n".repeat(types)}${"// nothing\n".repeat(4 - types)}const version: number = ${version};
export const price = (amount: number): number => {
  const total: number = amount * version;
  if (total < 0) throw new Error("negative");
  return total;
};
`;
const topLevel = 5;
const inside = 8;

test("a breakpoint by file and line is hit in every version, in code that runs at once and in functions, beside each other", async (t) => {
  const { project, server, upgrade } = await loaded(t, {
    "src/app.ts": answering("0", "", 'import { price } from "./price"; export const ask = (n: number) => price(n);'),
    "src/price.ts": "export const price = (amount: number) => amount;",
  });
  const debugging = await attachDebugger(
    project.root,
    [
      { file: "src/price.ts", line: topLevel },
      { file: "src/price.ts", line: inside },
    ],
    "typeof amount === 'number' ? total : 'loading'",
  );
  t.after(() => debugging.close());
  const ask = (): ((n: number) => unknown) => exported(server, "src/app", "ask") as unknown as (n: number) => unknown;

  project.write("src/price.ts", price(2, 1));
  await upgrade();
  const second = ask();
  assert.equal(second(10), 20);
  project.write("src/price.ts", price(3, 3));
  await upgrade();
  assert.equal(ask()(10), 30);
  // The old version runs on, with its own breakpoints.
  assert.equal(second(7), 14);

  const call = ["src/price.ts:8", "src/app.ts:3"];
  const hits = await debugging.hits();
  assert.deepEqual(
    hits.map(({ script, frames, value }) => [script, frames.slice(0, 2), value]),
    [
      ["price.ts?v=2", ["src/price.ts:5", "src/app.ts:3"], "loading"],
      ["price.ts?v=2", call, 20],
      ["price.ts?v=3", ["src/price.ts:5", "src/app.ts:3"], "loading"],
      ["price.ts?v=3", call, 30],
      ["price.ts?v=2", call, 14],
    ],
  );

  const stackOf = (run: () => unknown): string => {
    try {
      return String(run());
    } catch (error) {
      return (error as Error).stack ?? "";
    }
  };
  for (const run of [() => second(-1), () => ask()(-1)]) {
    const [, first, then] = stackOf(run).split("\n");
    assert.equal(first?.trim(), `at price (${project.path("src/price.ts")}:8:24)`);
    assert.match(then ?? "", /at ask \(.*src\/app\.ts:3:\d+\)/);
  }
});
