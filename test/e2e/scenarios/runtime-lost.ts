/** The runtime dies in the middle of an upgrade: a person is told so, nothing claims that it worked, and the next start is at hand. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { kill } from "node:process";
import assert from "node:assert/strict";
import { writeProject } from "../project.ts";
import type { Scenario } from "../scenario.ts";
import { until } from "../until.ts";

const counter = (rest: string): string => `/** Counts. */
import { actor } from "instar";
import { hold } from "./hold.ts";

export interface Counter {
  init(): State;
  calls: { count(): number };
  casts: {};
}

${rest}`;

const version1 = counter(`interface State {
  readonly count: number;
}

export default actor<Counter>({
  vsn: 1,
  init: () => ({ count: 0 }),
  calls: { count: ({ state, reply }) => reply(state.count) },
  casts: {},
});
`);

const version2 = counter(`interface StateV1 {
  readonly count: number;
}

interface State extends StateV1 {
  readonly since: number;
}

export default actor<Counter>({
  vsn: 2,
  init: () => ({ count: 0, since: 0 }),
  codeChange: {
    1: {
      up: (old: StateV1): State => ({ ...old, since: hold() }),
      down: ({ count }: State): StateV1 => ({ count }),
    },
  },
  calls: { count: ({ state, reply }) => reply(state.count) },
  casts: {},
});
`);

const files = {
  "package.json": JSON.stringify({ name: "counting", private: true, type: "module", dependencies: { instar: "*" } }),
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "es2022",
      module: "nodenext",
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      types: ["node"],
    },
    include: ["src"],
  }),
  // So that the upgrade is under way for as long as the test needs, and no longer where nobody ends it.
  "src/hold.ts": `import { writeFileSync } from "node:fs";

export function hold(): number {
  writeFileSync("held", "");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000);
  return 0;
}
`,
  "src/counter.actor.ts": version1,
  "src/app.ts": `import { child, supervisor } from "instar";
import counter from "./counter.actor.ts";

export default supervisor({ children: [child(counter, { id: "counter", name: "counter", args: [] })] });
`,
};

export default {
  project: (place) => writeProject(place, files),
  gallery: {
    lost: {
      section: "When something is wrong",
      title: "A runtime lost in the middle of an upgrade",
      caption: "What is known is said, nothing claims that it worked, and the view has the next step.",
    },
  },
  async run({ project, open, step, shoot }) {
    project.instar("release");
    const workbench = await open("package.json");
    const view = workbench.view("Live Processes");
    const process = (text: string | RegExp) => view.locator(".monaco-list-row", { hasText: text }).first();

    await step("an upgrade is under way", async () => {
      await workbench.showInstar();
      await workbench.command("Instar: Start Dev Runtime");
      await workbench.pick("src/app.ts");
      await process("counter").waitFor();
      await workbench.hidePanel();
      project.write("src/counter.actor.ts", version2);
      await workbench.command("Instar: Upgrade Module");
      await workbench.pick("src/counter.actor");
      // Instar minds that the step writes a file.
      await workbench.pressInToast("The upgrade was refused", "Upgrade Anyway");
      await workbench.toast("Upgrading src/counter.actor").waitFor();
      await until("the step to run", () => existsSync(join(project.root, "held")));
    });
    await step("the runtime dies, and that is said", async () => {
      const [runFile] = project.runFiles();
      assert.ok(runFile !== undefined);
      kill(runFile.pid, "SIGKILL");
      await workbench.told(/The connection to the runtime dev ended before it answered.*Whether the new code was committed is not known/);
      await workbench.toast("Upgrading src/counter.actor").waitFor({ state: "detached" });
      await view.getByText("The dev runtime has ended").waitFor();
      await shoot("lost", { x: 0, y: 0, width: 1280, height: 960 });
    });
    await step("the editor goes on, and a new runtime starts with the new code", async () => {
      await workbench.clearToasts();
      await workbench.command("Instar: Start Dev Runtime");
      await workbench.pick("src/app.ts");
      await process(/counter.*v2/).waitFor();
    });
  },
} satisfies Scenario;
