/** What is open where the tests of a file run: the file `activation.test.ts` runs in the world `activation`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerKind } from "../code-server.ts";
import { copyExample, type Place, writeProject } from "../project.ts";

export interface World {
  /** Default: a trusted workspace, with what the test's own environment has. */
  readonly server?: ServerKind;
  /** Makes what is opened, and gives its path: a folder, or a file that ends with `.code-workspace`. */
  readonly open: (place: Place) => string;
}

const manifest = JSON.stringify({ name: "world", private: true, type: "module", dependencies: { instar: "0.1.0" } });
const tsconfig = JSON.stringify({
  compilerOptions: { target: "es2022", module: "esnext", moduleResolution: "bundler", strict: true, types: [], noEmit: true },
  include: ["src"],
});

/** A function in a state, which no upgrade can convert: one finding. */
export const wrong = `import { actor } from "instar";

export interface State {
  readonly listener: () => void;
}

export interface Bell {
  init(): State;
  calls: { ring(): void };
}

export default actor<Bell>({
  vsn: 1,
  init: () => ({ listener: () => {} }),
  calls: { ring: ({ reply }) => reply(undefined) },
});
`;

const project = { "package.json": manifest, "tsconfig.json": tsconfig, "src/bell.actor.ts": wrong };

/** An actor that is never idle, so that a breakpoint in its handler is reached. */
const ticking = {
  "package.json": manifest,
  "tsconfig.json": tsconfig,
  "src/app.ts": `import { child, supervisor } from "instar";
import clock from "./clock.actor.ts";

export default supervisor({
  vsn: 1,
  strategy: "one_for_one",
  intensity: { restarts: 3, within: 5000 },
  children: [child(clock, { id: "clock", name: "clock", args: [] })],
});
`,
  "src/clock.actor.ts": `import { actor, self } from "instar";

export interface State {
  readonly ticks: number;
}

export interface Clock {
  init(): State;
  calls: { ticks(): number };
  infos: { tick(): void };
}

export default actor<Clock>({
  vsn: 1,
  init: () => {
    self<Clock>().sendAfter(50, "tick");
    return { ticks: 0 };
  },
  calls: { ticks: ({ state, reply }) => reply(state.ticks) },
  infos: {
    tick: ({ state, self, next }) => {
      const ticks = state.ticks + 1;
      self.sendAfter(50, "tick");
      return next({ ticks });
    },
  },
});
`,
};

const open =
  (files: Readonly<Record<string, string>>) =>
  (place: Place): string =>
    writeProject(place, files).root;

export const worlds: Readonly<Record<string, World>> = {
  activation: { open: open({ "package.json": "{}", "src/plain.ts": "export const one = 1;\n", "src/late.ts": wrong }) },
  example: { open: (place) => copyExample(place).root },
  untrusted: { server: { restricted: true }, open: (place) => copyExample(place).root },
  "multi-root": {
    open({ root, packages }) {
      for (const name of ["one", "two"]) writeProject({ root: join(root, name), packages }, project);
      const file = join(root, "both.code-workspace");
      writeFileSync(file, JSON.stringify({ folders: [{ path: "one" }, { path: "two" }] }));
      return file;
    },
  },
  virtual: { open: open(project) },
  "no-programs": { open: open(project) },
  "no-tsconfig": { open: open({ "package.json": manifest, "src/bell.actor.ts": wrong }) },
  "no-project": { open: open({ "bell.actor.ts": wrong }) },
  debugging: { open: open(ticking) },
};
