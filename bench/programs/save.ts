/**
 * From a saved file to upgraded processes, in the dev runtime: the watcher sees the file, the builder compiles it, the application loads it
 * and converts 1,000 processes, and the report is back. As `instar dev` starts it, with the analysis, and without.
 */
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startDevRuntime } from "../../runtime/src/dev/index.ts";
import { createShapePort } from "../../server/src/live/shape-port.ts";
import { quantile, quick, runProgram, type Figures } from "./program.ts";

const counter = (vsn: number): string => `
import { actor } from "instar";
interface State { readonly count: number; readonly version: number }
export interface Counter { init(): State; calls: { ping(): number } }
export default actor<Counter>({
  vsn: ${vsn},
  init: () => ({ count: 0, version: ${vsn} }),
  calls: { ping: ({ state, reply }) => reply(state.count + 1, { count: state.count + 1, version: state.version }) },
  ${vsn === 1 ? "" : `codeChange: { ${vsn - 1}: { up: (s: State) => ({ count: s.count, version: ${vsn} }), down: (s: State) => s } },`}
});
`;
const app = `
import { child, supervisor } from "instar";
import counter from "./counter.actor";
export default supervisor({ children: Array.from({ length: 1000 }, (_, i) => child(counter, { id: String(i) })) });
`;

const measured = (analyzed: boolean) => async (): Promise<Figures> => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "instar-bench-")));
  const write = (file: string, text: string): void => {
    writeFileSync(join(root, `${file}~`), text);
    renameSync(join(root, `${file}~`), join(root, file));
  };
  mkdirSync(join(root, "src"));
  write("package.json", "{}");
  mkdirSync(join(root, "node_modules"));
  symlinkSync(fileURLToPath(new URL("../../runtime", import.meta.url)), join(root, "node_modules/instar"), "junction");
  write("src/app.ts", app);
  write("src/counter.actor.ts", counter(1));
  let upgraded = (_outcome: string): void => {};
  const shapes = analyzed ? createShapePort(root) : null;
  const runtime = await startDevRuntime({
    root,
    entry: join(root, "src/app.ts"),
    watch: true,
    stdio: "pipe",
    ...(shapes !== null && { shapes }),
    onLog: (level, text) => {
      // An upgrade does without an analysis that does not answer, but this measurement does not.
      if (level !== "info") throw new Error(text);
    },
    onUpgrade: ({ outcome, processes }) => upgraded(`${outcome} ${processes.length}`),
  });
  const durations: number[] = [];
  for (let vsn = 2; vsn <= (quick ? 25 : 75); vsn++) {
    const begin = performance.now();
    const done = new Promise<string>((resolve) => (upgraded = resolve));
    write("src/counter.actor.ts", counter(vsn));
    const outcome = await done;
    durations.push(performance.now() - begin);
    if (outcome !== "committed 1000") throw new Error(`the upgrade was ${outcome}`);
  }
  await runtime.stop();
  await shapes?.close();
  rmSync(root, { recursive: true, force: true });
  // The first ones warm up.
  const counted = durations.slice(5);
  return { half: quantile(counted, 0.5), p95: quantile(counted, 0.95) };
};

await runProgram({ save: measured(true), "save-alone": measured(false) });
