/**
 * The workspace that the bench of the analysis looks at: actor modules of about 115 lines that import shared modules, released once.
 * It is the same every time.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface BenchWorkspace {
  readonly root: string;
  readonly actor: string;
  /** A shared file, and the fifty actors that use it. */
  readonly shared: string;
  readonly dependents: readonly string[];
}

const dependents = 50;

/** @param cli the command line, which writes the release. */
export function generateWorkspace(root: string, actors: number, shared: number, cli: string): BenchWorkspace {
  rmSync(root, { recursive: true, force: true });
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  write("package.json", JSON.stringify({ name: "bench", type: "module", private: true }));
  write(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: {
        strict: true,
        target: "es2022",
        module: "esnext",
        moduleResolution: "bundler",
        allowImportingTsExtensions: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
      },
      include: ["src"],
    }),
  );
  mkdirSync(join(root, "node_modules"), { recursive: true });
  symlinkSync(fileURLToPath(new URL("../runtime", import.meta.url)), join(root, "node_modules/instar"));
  for (let index = 0; index < shared; index += 1) write(`src/shared/record${index}.ts`, sharedText(index));
  for (let index = 0; index < actors; index += 1) {
    // The first fifty share one record among others; the rest spread evenly.
    const records = [
      index < dependents ? 0 : 1 + (index % (shared - 1)),
      1 + ((index * 7) % (shared - 1)),
      1 + ((index * 13) % (shared - 1)),
    ];
    write(actorFile(index), actorText(index, [...new Set(records)]));
  }
  execFileSync(process.execPath, [cli, "release", "--project", root], { stdio: ["ignore", "ignore", "inherit"] });
  return {
    root,
    actor: join(root, actorFile(actors - 1)),
    shared: join(root, "src/shared/record0.ts"),
    dependents: Array.from({ length: Math.min(dependents, actors) }, (_, index) => join(root, actorFile(index))),
  };
}

function actorFile(index: number): string {
  return `src/actors/group${index % 20}/module${index}.actor.ts`;
}

function sharedText(index: number): string {
  return `/** Record ${index}, as several actors keep it. */
export type Status${index} = "new" | "open" | "closed" | "kept${index}";

export interface Address${index} {
  readonly street: string;
  readonly city: string;
  readonly zip: string;
  readonly lines: readonly string[];
}

export interface Record${index} {
  readonly id: string;
  readonly amount: number;
  readonly status: Status${index};
  readonly address: Address${index} | null;
  readonly tags: readonly string[];
  readonly history: readonly { readonly at: number; readonly status: Status${index}; readonly note?: string }[];
  readonly counters: ReadonlyMap<string, number>;
}

export function total${index}(records: readonly Record${index}[]): number {
  let sum = 0;
  for (const record of records) {
    if (record.status === "closed") continue;
    sum += record.amount;
  }
  return sum;
}

export function open${index}(records: readonly Record${index}[]): readonly Record${index}[] {
  return records.filter(({ status }) => status === "open" || status === "new");
}
`;
}

function actorText(index: number, records: readonly number[]): string {
  const imports = records
    .map(
      (record) =>
        `import { open${record}, total${record}, type Record${record}, type Status${record} } from "../../shared/record${record}.ts";`,
    )
    .join("\n");
  const [first = 0] = records;
  const fields = records
    .map(
      (record) => `  readonly records${record}: ReadonlyMap<string, Record${record}>;\n  readonly last${record}: Record${record} | null;`,
    )
    .join("\n");
  const handlers = Array.from(
    { length: 8 },
    (_, handler) => `    step${handler}({ state, next }, key, amount) {
      const before = state.counts.get(key) ?? 0;
      if (before + amount < 0) return next(state);
      const counts = new Map(state.counts);
      counts.set(key, before + amount * ${handler + 1});
      return next({ ...state, counts, phase: before > ${handler * 10} ? "busy" : "idle" });
    },`,
  ).join("\n");
  return `/** Actor ${index}: keeps records and answers questions about them. */
import { actor } from "instar";
${imports}

interface Entry {
  readonly key: string;
  readonly weight: number;
  readonly status: Status${first};
}

interface State {
  readonly name: string;
  readonly phase: "idle" | "busy" | "closed";
  readonly counts: ReadonlyMap<string, number>;
  readonly entries: readonly Entry[];
${fields}
  readonly limits: { readonly most: number; readonly least: number; readonly reason?: string };
}

export interface Module${index} {
  init(name: string): State;
  calls: {
    total(): number;
    entries(status: Status${first}, limit?: number): readonly Entry[];
    find(id: string): Record${first} | null;
  };
  casts: {
${Array.from({ length: 8 }, (_, handler) => `    step${handler}(key: string, amount: number): void;`).join("\n")}
  };
}

export default actor<Module${index}>({
  vsn: 1,
  init: (name) => ({
    name,
    phase: "idle",
    counts: new Map(),
    entries: [],
${records.map((record) => `    records${record}: new Map(),\n    last${record}: null,`).join("\n")}
    limits: { most: 100, least: ${index % 10} },
  }),
  calls: {
    total({ state, reply }) {
      let sum = 0;
      for (const { weight } of state.entries) sum += weight;
${records.map((record) => `      sum += total${record}([...state.records${record}.values()]);`).join("\n")}
      return reply(sum);
    },
    entries({ state, reply }, status, limit) {
      const found = state.entries.filter((entry) => entry.status === status);
      return reply(limit === undefined ? found : found.slice(0, limit));
    },
    find({ state, reply }, id) {
      const [kept] = open${first}([...state.records${first}.values()].filter((record) => record.id === id));
      return reply(kept ?? null);
    },
  },
  casts: {
${handlers}
  },
});
`;
}
